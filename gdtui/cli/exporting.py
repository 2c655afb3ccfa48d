"""The command that writes a script or its run into a file: export."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED, complain
from gdtui.cli.group import commands
from gdtui.cli.options import (
    ARGUMENTS_HELP,
    STAGE_HELP,
    Arguments,
    DataOptions,
    ScriptCommand,
    arguments_argument,
    data_options,
    load_script,
    set_option,
    stop_options,
    stop_rule,
)
from gdtui.cli.pictures import (
    NoPictureError,
    PictureOptions,
    picture_options,
    plot_svg,
    screen_svg,
)
from gdtui.cli.running import ended, finish, note, timeline_of
from gdtui.cli.streams import put_text
from gdtui.export.formats import FORMATS, OF_SCRIPTS

if TYPE_CHECKING:
    from gdtui.engine.record.stopping import StopRule
    from gdtui.engine.run.timeline import Timeline
    from gdtui.engine.script.script import Script
    from gdtui.export.output_file import OutputFile

_KINDS = (*FORMATS, "svg")
_STANDARD_OUTPUT = "-"


@commands.command(
    cls=ScriptCommand,
    short_help="Write a script, a notebook, or the numbers of a run into a file.",
    help=f"Write a script or its run into a file. {STAGE_HELP} {ARGUMENTS_HELP}\n\n"
    "The end of the file's name chooses the format:\n\n"
    "\b\n"
    + "".join(f"  .{kind:<6} {what}\n" for kind, what in FORMATS.items())
    + "  .svg    a plot of the run, or with --screen the screen of the app, as a picture\n\n"
    "For the last four the script runs to its end, for a picture to --at. The page has what it "
    "prints, needs no network, and takes up to 2 MB: of a long run it has the statements of the "
    "first epochs, and says what it leaves out. The table and the objects have numbers alone. A "
    "column of the table is named by its place in the JSON object, as in parameters.weight[0][1]. "
    "An array of more than 64 numbers is given by its Euclidean norm, in a column such as "
    "parameters.weight.norm.\n\n"
    "The file is written whole or not at all. If the script fails or diverges, the epochs until "
    "then are written, and the exit code is that of `gdtui run`.",
)
@click.argument("stage")
@arguments_argument
@set_option
@data_options
@stop_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    help="The file to write, or - for standard output, with --format.",
)
@click.option(
    "--format", "format_name", type=click.Choice(_KINDS), help="The format, whatever the name."
)
@click.option("--force", is_flag=True, help="Replace the file if it exists already.")
@picture_options
def export(
    stage: str,
    arguments: Arguments,
    settings: tuple[str, ...],
    data: DataOptions,
    stop_below: str,
    stop_stalled: str,
    output: str,
    format_name: str | None,
    force: bool,
    picture: PictureOptions,
) -> int:
    from gdtui.export.output_file import OutputError, OutputFile

    kind = format_name or _format_of(output)
    picture.check(kind)
    script, values = load_script(stage, settings, arguments, data)
    stop = stop_rule(stop_below, stop_stalled)
    file = None if output == _STANDARD_OUTPUT else OutputFile(output, force)
    try:
        if file is not None:
            file.check()
        if kind in OF_SCRIPTS:
            if stop_below or stop_stalled:
                option = "--stop-below" if stop_below else "--stop-stalled"
                raise click.ClickException(
                    f"{option} ends a run; a file of format {kind} is not a run but a script"
                )
            _put(_text_of(script, kind), file)
            return 0
        if picture.screen:
            if stop_below or stop_stalled:
                raise click.ClickException(
                    "--screen shows a run to its end, or to --at; it takes no rule that stops it"
                )
            note(script)
            samples = data.samples()
            screen, moment = screen_svg(stage, values, arguments.words, samples, picture)
            _put(screen, file)
            return ended(moment)
        return _export_run(script, stop, kind, file, picture)
    except NoPictureError as error:
        raise click.ClickException(str(error)) from None
    except OutputError as error:
        raise click.ClickException(str(error)) from None


def _format_of(output: str) -> str:
    if output == _STANDARD_OUTPUT:
        raise click.ClickException(
            f"-o - has no name that tells the format; give --format, one of {', '.join(_KINDS)}"
        )
    suffix = Path(output).suffix.lower()
    if suffix.removeprefix(".") not in _KINDS:
        ends = ", ".join(f".{each}" for each in FORMATS)
        raise click.ClickException(
            f"-o {output}: the format cannot be told from this name; end it in {ends} or "
            f".{_KINDS[-1]}, or give --format"
        )
    return suffix.removeprefix(".")


def _text_of(script: Script, kind: str) -> str:
    from gdtui.engine.errors import ScriptError
    from gdtui.export.formats import script_text

    try:
        return script_text(script, kind)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None


def _export_run(
    script: Script, stop: StopRule, kind: str, file: OutputFile | None, picture: PictureOptions
) -> int:
    from gdtui.analysis.diagnose.diagnosis import count
    from gdtui.export.output_file import OutputError
    from gdtui.export.printers import SilentPrinter, taken_from_others

    # What a process of the script's own writes is not to stand between the numbers.
    out = taken_from_others(sys.stdout) if file is None else sys.stdout
    printer = SilentPrinter(complain)
    note(script)
    with timeline_of(script, stop, printer) as timeline:
        pieces = _run_pieces(timeline, kind, picture)
        if file is None:
            out.writelines(pieces)
            out.flush()
        else:
            try:
                file.write(pieces)
            except OutputError as error:  # it was possible before the run
                complain(str(error))
                return FAILED
            click.echo(f"{file.name}: {count(len(timeline.history), 'epoch')}")
        return finish(timeline, printer)


def _run_pieces(timeline: Timeline, kind: str, picture: PictureOptions) -> Iterable[str]:
    """Play a run to its end, or to where a picture is of. Returns the text of its file, in
    pieces."""
    if kind == "svg":
        return [plot_svg(timeline, picture)]
    from gdtui.export.formats import run_pieces

    return run_pieces(timeline, kind)


def _put(text: str, file: OutputFile | None) -> None:
    if file is not None:
        file.write(text)
        click.echo(f"{file.name}: written")
        return
    put_text(text)
