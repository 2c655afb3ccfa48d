"""The command that draws what was recorded of a run: plot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdtui.cli.group import commands
from gdtui.cli.options import theme_option
from gdtui.cli.pictures import cells_of, check_theme, size_option
from gdtui.cli.streams import put_text
from gdtui.cli.text_plots import curves_picture, drawn, letter_of

if TYPE_CHECKING:
    from gdtui.data.recorded import Recorded

_USUAL_SIZE = (80, 24)
_STANDARD_OUTPUT = "-"


@commands.command(
    short_help="Draw the columns of a recorded run, of gdtui or of others.",
    help="Draw columns of FILE over the epochs or the steps, as text or as a picture. FILE is a "
    "CSV file, such as TensorBoard and training libraries write, or JSON lines, an object in each "
    "line; the exports of gdtui are both. In JSON, a number inside another object or a list has a "
    "name such as parameters.w[0].\n\n"
    "Without --x, the horizontal axis is a column such as epoch or step, or the number of the row. "
    "Without --y, the losses are drawn, or else the first columns with numbers.\n\n"
    "Numbers that are not finite are gaps. A cell that is empty or no number is refused, with its "
    "row and its column; with --gaps an empty one is a gap as well.",
)
@click.argument("file", metavar="FILE")
@click.option("--x", "x_name", metavar="COLUMN", default="", help="The column along the axis.")
@click.option(
    "--y",
    "y_names",
    metavar="COLUMN",
    multiple=True,
    help="A column to draw. May be given more than once.",
)
@click.option("--log", is_flag=True, help="A logarithmic vertical axis.")
@click.option("--gaps", is_flag=True, help="Empty cells are gaps.")
@click.option(
    "-o",
    "--output",
    metavar="FILE.svg",
    default="",
    help="Write a picture instead, or - for standard output.",
)
@size_option
@theme_option
@click.option("--force", is_flag=True, help="Replace the file if it exists already.")
def plot(
    file: str,
    x_name: str,
    y_names: tuple[str, ...],
    log: bool,
    gaps: bool,
    output: str,
    size: str,
    theme: str,
    force: bool,
) -> int:
    from gdtui.data.csv_file import DataError
    from gdtui.data.recorded import read_recorded
    from gdtui.export.output_file import OutputError, OutputFile

    for option, given in {"--size": size, "--theme": theme, "--force": force}.items():
        if given and not output:
            raise click.ClickException(f"{option} is about a picture; name its file by -o")
    if output and output != _STANDARD_OUTPUT and Path(output).suffix.lower() != ".svg":
        raise click.ClickException(f"-o {output}: a picture is an .svg file, or - ")
    cells = cells_of(size, _USUAL_SIZE)
    check_theme(theme)
    target = OutputFile(output, force) if output not in ("", _STANDARD_OUTPUT) else None
    try:
        if target is not None:
            target.check()
        recorded = read_recorded(Path(file), x_name, y_names, gaps=gaps)
        _check(file, recorded, log)
        if not output:
            click.echo("\n".join(_text(recorded, log)))
            return 0
        picture = _picture(Path(file).name, recorded, log, cells, theme)
        if target is None:
            put_text(picture)
        else:
            target.write(picture)
            click.echo(f"{target.name}: written")
    except (DataError, OutputError) as error:
        raise click.ClickException(str(error)) from None
    return 0


def _check(file: str, recorded: Recorded, log: bool) -> None:
    """Refuse what would be an empty plot."""
    import numpy as np

    from gdtui.engine.printable import clean_line

    for name, values in recorded.columns.items():
        finite = values[np.isfinite(values)]
        column = f"{file}: column {clean_line(name, 60)!r}"
        if not len(finite):
            raise click.ClickException(f"{column} has no finite number")
        if log and not (finite > 0).any():
            raise click.ClickException(
                f"{column} has no number above 0, which alone a logarithmic axis can show"
            )


def _text(recorded: Recorded, log: bool) -> Iterator[str]:
    """The plot, and a line about each column."""
    from gdtui.engine.printable import clean_line

    names = [clean_line(each, 60) for each in recorded.columns]
    x_name = clean_line(recorded.x_name, 60)
    yield from drawn(curves_picture(recorded.x, recorded.columns, x_name, log=log))
    width = max(map(len, names))
    for place, (name, said) in enumerate(zip(names, _said(recorded, log), strict=True)):
        letter = f"{letter_of(place)}  " if len(names) > 1 else ""
        yield f"{letter}{name:<{width}}  {said}"


def _said(recorded: Recorded, log: bool) -> Iterator[str]:
    """The first, the last, the smallest and the largest number of each column, and its gaps."""
    import numpy as np

    from gdtui.analysis.numerals import numeral
    from gdtui.engine.printable import clean_line

    x_name = clean_line(recorded.x_name, 60)
    for values in recorded.columns.values():
        rows = np.flatnonzero(np.isfinite(values))
        low, high = rows[np.argmin(values[rows])], rows[np.argmax(values[rows])]
        parts = [
            f"{word} {numeral(values[row])} at {x_name} {numeral(recorded.x[row])}"
            for word, row in (
                ("first", rows[0]),
                ("last", rows[-1]),
                ("lowest", low),
                ("highest", high),
            )
        ]
        gaps = len(values) - len(rows)
        below = int((values[rows] <= 0).sum()) if log else 0
        parts += [f"{gaps} {'gap' if gaps == 1 else 'gaps'}"] if gaps else []
        parts += [f"{below} not above 0, left out"] if below else []
        yield ", ".join(parts)


def _picture(name: str, recorded: Recorded, log: bool, cells: tuple[int, int], theme: str) -> str:
    from gdtui.engine.printable import clean_line
    from gdtui.ui.plot_pictures import plot_picture, titled
    from gdtui.ui.themes import DARK

    x, columns = recorded.x, recorded.columns
    made = titled(
        clean_line(name, 60),
        [clean_line(each, 60) for each in columns],
        lambda colours: curves_picture(x, columns, "", log=log, colours=colours),
        clean_line(recorded.x_name, 60) + (", log scale" if log else ""),
    )
    return plot_picture(made, cells, theme or DARK.name)
