"""The line at the top: the script, and the state of its run."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from gdtui.engine.play.report import Activity, Report
from gdtui.engine.printable import clean_line
from gdtui.engine.run.status import Status
from gdtui.engine.script.pipeline import has_batches
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.texts.wording import (
    FAINT,
    arguments_text,
    epoch_text,
    parameters_text,
    size_text,
    state_text,
)

_FEWEST = 8
"""Columns below which the arguments are left out."""


class HeaderBar(Widget):
    """Stage with arguments, epoch, loss, parameters and state, as far as there is room.

    Attributes:
        report: the worker's last report.
        script: the script.
        epochs: the number of epochs; None if unknown.
        needs_torch: whether loading the script means loading PyTorch.
        waiting: what the learner waits for; empty for nothing.
        full: whether numbers have all their digits.
    """

    DEFAULT_CSS = """
    HeaderBar { height: 1; background: $panel; color: $text; padding: 0 1; }
    """

    report: reactive[Report | None] = reactive(None, always_update=True)
    script: reactive[Script | None] = reactive(None)
    epochs: reactive[int | None] = reactive(None)
    needs_torch: reactive[bool] = reactive(False)
    waiting: reactive[str] = reactive("")
    full: reactive[bool] = reactive(False)

    def render(self) -> Content:
        width = self.size.width
        parts = self._parts()
        left, right = self._left(), _joined(parts)
        # What the titles of the plots show as well is dropped first.
        if len(left) + len(right) + 2 > width:
            parts.pop("parameters", None)
            right = _joined(parts)
        if len(left) + len(right) + 2 > width:
            left = self._left(short=True)
        if len(left) + len(right) + 2 > width:
            parts.pop("loss", None)
            right = _joined(parts)
        if len(left) + len(right) + 2 > width and "epoch" in parts:
            assert self.report is not None
            parts["epoch"] = Content.assemble((epoch_text(self.report.moment, None), "bold"))
            right = _joined(parts)
        if len(left) + len(right) + 2 > width:
            left = left.truncate(max(1, width - len(right) - 2), ellipsis=True)
        left += self._arguments(width - len(left) - len(right) - 2)
        gap = max(1, width - len(left) - len(right))
        return Content.assemble(left, " " * gap, right)

    def _left(self, *, short: bool = False) -> Content:
        if self.script is None:
            return Content.assemble(("gdtui", "bold $text-accent"))
        name, title = clean_line(self.script.name, 200), clean_line(self.script.title, 200)
        number = f"{KEYS.index(name) + 1} " if name in KEYS else ""
        if short:
            return Content.assemble((f"{number}{name}", "bold"))
        return Content.assemble(("gdtui", "bold $text-accent"), "  ", (f"{number}{title}", "bold"))

    def _arguments(self, room: int) -> Content:
        """The script's arguments, in the room that is left."""
        text = arguments_text(self.script) if self.script else ""
        if not text or room < min(len(text) + 1, _FEWEST):
            return Content()
        return Content.assemble(" ", (text, "$text-accent")).truncate(room, ellipsis=True)

    def _parts(self) -> dict[str, Content]:
        report = self.report
        if report is None:
            return {"state": Content.assemble(("starting", FAINT))}
        state = (state_text(report, needs_torch=self.needs_torch), _style_of(report))
        if self.waiting:
            state = (self.waiting, "bold reverse $text-warning")
        parts = {"state": Content.assemble(state)}
        moment = report.moment
        if moment is None or self.waiting:  # the last report is out of date
            return parts
        # Imports NumPy, which is loaded by now: the moment needed it.
        from gdtui.analysis.numerals import FULL, SHORT

        write = FULL if self.full else SHORT
        values = parameters_text(moment.parameters, write)
        return {
            "epoch": Content.assemble(("epoch ", FAINT), (epoch_text(moment, self.epochs), "bold")),
            "loss": Content.assemble(
                (_loss_label(report.script), FAINT),
                (size_text(moment.loss, write), "bold $text-warning"),
            ),
            "parameters": Content.assemble((values, "$text-primary")),
        } | parts


def _loss_label(script: Script | None) -> str:
    """The name of the moment's loss: with several batches, the last batch's loss is not the mean
    that the curve shows."""
    return "last batch " if script is not None and has_batches(script) else "loss "


def _joined(parts: dict[str, Content]) -> Content:
    return Content("   ").join(part for part in parts.values() if part)


def _style_of(report: Report) -> str:
    status = report.moment.status if report.moment else None
    if report.activity is Activity.BROKEN or status in (Status.DIVERGED, Status.FAILED):
        return "bold reverse $text-error"
    if report.activity is Activity.PLAYING:
        return "bold $text-success"
    return "bold"
