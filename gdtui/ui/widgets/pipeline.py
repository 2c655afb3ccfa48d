"""The strip that shows who does which part of the training loop."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from gdtui.engine.script.loop import Phase
from gdtui.engine.script.pipeline import MISSING, Job
from gdtui.ui.texts.wording import FAINT, GREY


class PipelineStrip(Widget):
    """Predict, loss, gradient, update and zero in the script's own order, each with the code that
    does it. The phase of the last statement is highlighted, and a missing phase stands out."""

    DEFAULT_CSS = """
    PipelineStrip { height: 1; padding: 0 1; background: $surface; }
    """

    jobs: reactive[tuple[Job, ...]] = reactive(())
    phase: reactive[Phase | None] = reactive(None)

    def render(self) -> Content:
        for separator, padding, who in ((" › ", " ", True), ("›", " ", True), ("›", "", True)):
            line = self._line(separator, padding, who=who)
            if line.cell_length <= self.size.width:
                return line
        return self._line(" › ", " ", who=False)

    def _line(self, separator: str, padding: str, *, who: bool) -> Content:
        chips = []
        for job in self.jobs:
            said = f" {job.who}" if who and job.who else ""
            if job.phase is self.phase:
                chips.append(
                    Content.assemble(
                        (f"{padding}{job.phase}{said}{padding}", "bold $text on $accent")
                    )
                )
            else:
                name = "" if job.lines else GREY
                if job.who == MISSING:
                    name = "bold $text-error"
                chips.append(
                    Content.assemble(
                        (f"{padding}{job.phase}", name or "bold"),
                        (f"{said}{padding}", name or FAINT),
                    )
                )
        return Content.assemble((separator, GREY)).join(chips)
