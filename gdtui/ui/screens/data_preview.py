"""A data file before it is used: its columns, their ranges, and its samples as points."""

from __future__ import annotations

import asyncio

import numpy as np
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Select, Static

from gdtui.analysis.numerals import numeral
from gdtui.data.csv_file import CsvFile, DataError
from gdtui.data.loading import MOST_LITERALS, is_literal
from gdtui.data.samples import Samples, read_samples
from gdtui.engine.printable import clean_line
from gdtui.ui.late_messages import ClosesOnce
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.plots.picture import NOTHING, Palette, Picture, Points, Sketch
from gdtui.ui.texts.wording import FAINT

_MOST_POINTS = 2_000
"""The most samples that are drawn; of more, so many at even distances."""

_LONGEST = 30


class DataPreview(ClosesOnce, ModalScreen[Samples | None]):
    """Shows the samples of a file, and lets the learner choose the columns. It closes with the
    samples, or with None to use none."""

    DEFAULT_CSS = """
    DataPreview { align: center middle; }
    DataPreview > Vertical {
        width: 84; max-width: 100%; height: 30; max-height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    DataPreview Horizontal { height: 1; }
    DataPreview Horizontal > Static { width: 4; text-style: bold; }
    DataPreview Select { width: 1fr; margin: 0 2 0 0; }
    DataPreview .said { height: auto; margin: 1 0; }
    DataPreview PlotPane { height: 1fr; background: $background; }
    """

    BINDINGS = [
        Binding("enter", "take", "Use"),
        Binding("escape,q", "dismiss", "Close"),
    ]

    def __init__(self, file: CsvFile) -> None:
        super().__init__()
        self._file = file
        self._samples: Samples | None = None
        names = [(clean_line(name, _LONGEST), name) for name in file.names]
        first, second = file.names[0], file.names[min(1, len(file.names) - 1)]
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._x = Select(names, value=first, allow_blank=False, compact=True)
        self._y = Select(names, value=second, allow_blank=False, compact=True)
        self._said = Static(classes="said", markup=False)
        self._plot = PlotPane("Samples", id="scatter", has_epochs=False)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = clean_line(self._file.path.name)
            page.border_subtitle = "enter uses it, tab goes to the columns, escape closes"
            with Horizontal():
                yield Static("x")
                yield self._x
                yield Static("y")
                yield self._y
            yield self._said
            yield self._plot

    def on_mount(self) -> None:
        self._plot.focus()
        self._read()

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        """Read the chosen columns, on a thread: a large file takes a while."""
        self._samples = None
        self._tell("reading…")
        x, y = str(self._x.value), str(self._y.value)
        try:
            samples = await asyncio.to_thread(read_samples, self._file.path, x, y)
        except DataError as error:
            self._tell(_without_path(str(error), self._file))
            return
        self._samples = samples
        self._said.update(Content("\n").join(_facts(samples)))
        self._plot.show(Content("Samples"), _scatter(samples))

    def _tell(self, text: str) -> None:
        """Show a text in place of the samples."""
        self._said.update("")
        self._plot.show(Content("Samples"), NOTHING, clean_line(text))

    def action_take(self) -> None:
        """Close with the samples, once they are read."""
        if self._samples is not None:
            self.dismiss(self._samples)


def _without_path(message: str, file: CsvFile) -> str:
    """An error of a file that the title names already."""
    return message.removeprefix(f"{file.path}: ")


def _facts(samples: Samples) -> list[Content]:
    file = samples.file
    first = "names" if file.has_header else "a sample"
    how = (
        f"They become the script's inputs and targets; up to {MOST_LITERALS} stand in its text."
        if is_literal(samples)
        else "The script reads them from the file, so it stays one that runs alone."
    )
    count = f"{len(samples.x):,} samples in {len(file.names)} columns; row 1 has {first}"
    rows = [Content.assemble((count, "bold"))]
    for letter, values in (("x", samples.x), ("y", samples.y)):
        array = np.asarray(values)
        low, high, mean, deviation = (
            numeral(float(each)) for each in (array.min(), array.max(), array.mean(), array.std())
        )
        text = f" from {low} to {high}, mean {mean}, standard deviation {deviation}"
        rows.append(Content.assemble((letter, "bold"), text))
    return [*rows, Content.styled(how, FAINT)]


def _scatter(samples: Samples) -> Sketch:
    x, y = np.asarray(samples.x), np.asarray(samples.y)
    few = np.unique(np.linspace(0, len(x) - 1, min(len(x), _MOST_POINTS)).round().astype(int))
    names = [samples.file.names[place] for place in (samples.x_place, samples.y_place)]

    def picture(colour: Palette) -> Picture:
        return Picture(
            points=[Points(x[few], y[few], "●", colour("text-warning"))],
            x_label=clean_line(names[0], _LONGEST),
            y_label=clean_line(names[1], _LONGEST),
            round_ends=True,
        )

    return Sketch((str(samples.file.path), samples.x_place, samples.y_place), picture)
