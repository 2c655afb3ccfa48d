"""A sweep: its runs as they come, as a curve or as shades, and the one to take."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from gdtui.analysis.numerals import SHORT, numeral
from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.script import Script
from gdtui.experiments.elsewhere import elsewhere
from gdtui.experiments.grid import Axis, Values, combinations
from gdtui.experiments.job import LOSS, Outcome, Recipe
from gdtui.experiments.outcome_marks import kind_of, symbol_of
from gdtui.experiments.remaining import progress_text
from gdtui.experiments.results_file import FORMATS, ResultsFile, identity
from gdtui.experiments.sweep_process import OutcomesFile, sweep_into
from gdtui.export.output_file import OutputError, OutputFile
from gdtui.ui.late_messages import ClosesOnce
from gdtui.ui.messages import CursorPointed, EpochSought
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.plots.picture import NOTHING, Sketch
from gdtui.ui.plots.sweep_plots import (
    BEST,
    Swept,
    best_place,
    nearest_place,
    swept_curve,
    swept_heat,
)
from gdtui.ui.screens.save import SaveScreen
from gdtui.ui.texts.wording import FAINT

_LOOK = 0.2
"""Seconds between two looks for new outcomes."""

_BAR = 20
_LEAP = 0.1


class SweepScreen(ClosesOnce, ModalScreen[dict[str, object] | None]):
    """Makes the runs of a sweep in a process of its own, and shows what comes of them. It closes
    with the values to take, by the names of the settings; with None to take none."""

    DEFAULT_CSS = """
    SweepScreen > Vertical { width: 100%; height: 100%; background: $background; }
    SweepScreen Static { height: auto; padding: 0 1; }
    SweepScreen .head { background: $panel; }
    SweepScreen .read { background: $surface; min-height: 1; }
    SweepScreen PlotPane {
        height: 1fr; padding: 0 1; border: round $foreground 25%; border-title-style: bold;
        border-title-color: $text; border-subtitle-color: $text-muted;
    }
    """

    BINDINGS = [
        Binding("right,full_stop", "move(0, 1)", "On"),
        Binding("left,comma", "move(0, -1)", "Back"),
        Binding("up", "move(1, 1)", "Up"),
        Binding("down", "move(1, -1)", "Down"),
        Binding("greater_than_sign", "leap(1)", "A tenth on"),
        Binding("less_than_sign", "leap(-1)", "A tenth back"),
        Binding("enter", "take", "Take it"),
        Binding("x", "take_home", "Take home"),
        Binding("escape,q", "leave", "Stop, or close"),
    ]

    def __init__(self, script: Script, axes: tuple[Axis, ...], stop: StopRule) -> None:
        super().__init__()
        self._script, self._axes, self._stop = script, axes, stop
        self._values: list[Values] = list(combinations(axes))
        self._begun = time.monotonic()
        self._file: OutcomesFile | None = None
        self._runs: Worker[None] | None = None
        self._failure = ""
        self._here: int | None = None
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._head = Static(classes="head")
        self._progress = Static()
        self._plot = PlotPane("Sweep", id="sweep")
        self._legend = Static()
        self._read_out = Static(classes="read")
        self._keys = Static(classes="head")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._head
            yield self._progress
            yield self._plot
            yield self._legend
            yield self._read_out
            yield self._keys

    def on_mount(self) -> None:
        told = " and ".join(map(_axis_said, self._axes))
        self._head.update(
            Content.assemble(("Sweep of ", "bold"), (f"{_name_of(self._script)}: ", "bold"), told)
        )
        self._plot.focus()
        self._runs = self._run()
        self._show()
        self.set_interval(_LOOK, self._look)

    @work(exclusive=True)
    async def _run(self) -> None:
        recipe = Recipe.of(self._script)
        with TemporaryDirectory(prefix="gdtui-") as folder:
            path = Path(folder) / "outcomes"
            self._file = OutcomesFile(path)
            try:
                await elsewhere(
                    sweep_into, path, recipe, self._axes, self._stop, parent=os.getpid()
                )
            except ScriptError as error:
                self._failure = str(error)
            finally:
                # Also if it was stopped: what is done stays.
                self._file.read_on()
        self._show()

    @property
    def is_over(self) -> bool:
        """Whether no more outcomes come."""
        return self._runs is not None and self._runs.is_finished

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """The outcomes that are there, by the places of their values."""
        return self._file.outcomes if self._file else {}

    def _look(self) -> None:
        if self._file is not None and self._file.read_on():
            self._show()
        elif not self.is_over:
            self._show_progress()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is self._runs:
            self._show()

    # The cursor -----------------------------------------------------------------------

    def action_move(self, axis: int, steps: int) -> None:
        if axis < len(self._axes):
            place = self._chosen
            parts = self._parts(0 if place is None else place)
            if self._here is not None or place is None:
                last = len(self._axes[axis].values) - 1
                parts[axis] = min(max(0, parts[axis] + steps), last)
            self._go(parts)

    def action_leap(self, direction: int) -> None:
        self.action_move(0, direction * max(1, round(_LEAP * len(self._axes[0].values))))

    def on_cursor_pointed(self, message: CursorPointed) -> None:
        message.stop()
        if message.x is not None and self.outcomes:
            parts = [nearest_place(self._axes[0], message.x)]
            if len(self._axes) > 1:
                y = message.y
                parts.append(0 if y is None else nearest_place(self._axes[1], y))
            self._go(parts)

    def on_epoch_sought(self, message: EpochSought) -> None:
        """A double click in the plot."""
        message.stop()
        self.action_take()

    def _parts(self, place: int) -> list[int]:
        """The places of the values along each axis."""
        if len(self._axes) == 1:
            return [place]
        return list(divmod(place, len(self._axes[1].values)))

    def _go(self, parts: Sequence[int]) -> None:
        first, *second = parts
        self._here = first * len(self._axes[1].values) + second[0] if second else first
        self._show()

    @property
    def _chosen(self) -> int | None:
        """The run that enter takes: the one under the cursor, else the best one so far."""
        return best_place(self.outcomes) if self._here is None else self._here

    # What is done with it -------------------------------------------------------------

    def action_take(self) -> None:
        """Close with the values of the chosen run."""
        if self._chosen is not None:
            names = [axis.name for axis in self._axes]
            self.dismiss(dict(zip(names, self._values[self._chosen], strict=True)))

    def action_take_home(self) -> None:
        """Ask for a file and write what is done."""
        if self.outcomes:
            stem = Path(self._script.name).stem
            self.app.push_screen(
                SaveScreen(
                    "Take the results home",
                    "A line for each run, as `gdtui sweep -o` writes; end it in .csv or .jsonl.",
                    f"{stem}-sweep.csv",
                    self._write,
                )
            )

    def _write(self, path: Path) -> None:
        if path.suffix.removeprefix(".") not in FORMATS:
            raise ScriptError(f"{path}: end the name in .csv or .jsonl")
        names = tuple(axis.name for axis in self._axes)
        results = ResultsFile(path, names, LOSS, identity(self._script, names, self._stop))
        rows = [(self._values[place], each) for place, each in sorted(self.outcomes.items())]
        try:
            OutputFile(str(path), force=True, instead="give the name of a file").write(
                results.text_of(rows)
            )
        except OutputError as error:
            raise ScriptError(str(error)) from None

    def action_leave(self) -> None:
        """Stop the runs, and keep what is done; close if there are none to stop."""
        if self._runs is not None and not self.is_over:
            self._runs.cancel()
        else:
            self.dismiss(None)

    # What is shown --------------------------------------------------------------------

    def _show(self) -> None:
        outcomes, here = dict(self.outcomes), self._here
        best = best_place(outcomes)
        limit = self._file.facts.limit if self._file else None
        swept = Swept(self._axes, outcomes, best, limit, here)
        draw = swept_curve if len(self._axes) == 1 else swept_heat
        if outcomes:
            sketch = Sketch((len(outcomes), here), lambda palette: draw(swept, palette))
            title = Content.assemble("Last loss", *([(f"  {BEST} lowest", "$text-success")]))
            self._plot.show(title, sketch)
        else:
            waits = "" if self.is_over else "The first runs are on their way…"
            self._plot.show(Content("Last loss"), NOTHING, self._failure or waits or "No run came.")
        self._legend.update(self._legend_said(outcomes, limit))
        self._read_out.update(self._said())
        self._show_progress()

    def _show_progress(self) -> None:
        done, total = len(self.outcomes), len(self._values)
        full = done * _BAR // total
        text = progress_text(done, total, time.monotonic() - self._begun)
        if self.is_over and done < total:
            text = f"{done} of {total} runs, and stopped"
        facts = self._file.facts if self._file else None
        if facts and facts.computed:
            text += f"; {facts.computed} computed at once, by theory"
        self._progress.update(
            Content.assemble(
                ("█" * full, "$accent"), ("░" * (_BAR - full), FAINT), f" {clean_line(text)}"
            )
        )
        leaves = "closes" if self.is_over else "stops"
        arrows = "←→" if len(self._axes) == 1 else "←→↑↓"
        self._keys.update(
            Content.assemble(
                *_key(arrows, "read out"),
                *_key("enter", "takes it into the script"),
                *_key("x", "table"),
                *_key("escape", leaves),
            )
        )

    def _legend_said(self, outcomes: dict[int, Outcome], limit: float | None) -> Content:
        kinds = dict.fromkeys((symbol_of(each), kind_of(each)) for each in outcomes.values())
        if len(self._axes) > 1:
            kinds = {kind: None for kind in kinds if kind[0] in "×!"}
        told = [f"{symbol} {kind}" for symbol, kind in kinds]
        if limit is not None and len(self._axes) == 1:
            told.append(f"┊ stable below {SHORT(limit)}")
        return Content.styled("  ".join(told), FAINT)

    def _said(self) -> Content:
        """The run that enter takes, in a line."""
        place = self._chosen
        if place is None:
            return Content.styled(clean_line(self._failure) or " ", "$text-error")
        values = "  ".join(
            f"{axis.name} = {_text(value)}"
            for axis, value in zip(self._axes, self._values[place], strict=True)
        )
        outcome = self.outcomes.get(place)
        if outcome is None:
            return Content.assemble((values, "bold"), ("   not run yet", FAINT))
        lowest = "lowest loss" if place == best_place(self.outcomes) else "loss"
        epochs = f"{outcome.epochs:,} epoch{'' if outcome.epochs == 1 else 's'}"
        parts = [f"{lowest} {SHORT(outcome.value)}", kind_of(outcome), epochs]
        told = "   ".join([*parts, *([outcome.message] if outcome.message else [])])
        return Content.assemble((values, "bold"), f"   {clean_line(told)}")


def _axis_said(axis: Axis) -> str:
    spaced = " by a factor" if axis.log else ""
    first, last = _text(axis.values[0]), _text(axis.values[-1])
    return f"{axis.name} from {first} to {last}, {len(axis.values)} values{spaced}"


def _name_of(script: Script) -> str:
    return clean_line(Path(script.name).name, 40)


def _text(value: object) -> str:
    return numeral(value) if isinstance(value, float) else str(value)


def _key(key: str, what: str) -> list[str | tuple[str, str]]:
    return [(key, "bold $text-accent"), f" {what}   "]
