"""The line with the diagnosis of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from gdtui.engine.printable import clean_lines
from gdtui.ui.texts.wording import FAINT

if TYPE_CHECKING:
    from gdtui.analysis.diagnose.diagnosis import Diagnosis

_STYLES = {
    "smooth": "$text-success",
    "one-step": "$text-success",
    "converged": "$text-success",
    "oscillating": "$text-warning",
    "stalled": "$text-warning",
    "diverging": "$text-error",
    "not finite": "$text-error",
}


class DiagnosisBar(Widget):
    """As many sentences of the diagnosis as there is room for; a tooltip holds the whole text.
    While the plots have a cursor, the exact values of its epoch.

    Attributes:
        diagnosis: the diagnosis; None if there is none yet.
        finding: what is wrong with the script, in a few words; empty for nothing.
        said: the values under the plots' cursor; empty without a cursor.
        enter_goes: whether enter goes to the epoch under the cursor.
    """

    DEFAULT_CSS = """
    DiagnosisBar { height: 1; padding: 0 1; background: $surface; }
    """

    diagnosis: reactive[Diagnosis | None] = reactive(None)
    finding: reactive[str] = reactive("")
    said: reactive[str] = reactive("")
    enter_goes: reactive[bool] = reactive(True)

    def watch_diagnosis(self, diagnosis: Diagnosis | None) -> None:
        self.tooltip = Content(clean_lines(diagnosis.text)) if diagnosis else None

    def render(self) -> Content:
        if self.said:
            return _read_out(self.said, self.size.width, enter_goes=self.enter_goes)
        if self.finding:
            place, _, title = clean_lines(self.finding).partition(": ")
            return Content.assemble(
                (f"{place[:1].upper()}{place[1:]}: ", "bold $text-error"),
                f"{title}.  ",
                ("F", "bold $text-accent"),
                (" says more", FAINT),
            ).truncate(max(1, self.size.width), ellipsis=True)
        diagnosis = self.diagnosis
        if diagnosis is None:
            return Content()
        text = diagnosis.sentences[0]
        for sentence in diagnosis.sentences[1:]:
            if len(text) + 1 + len(sentence) <= self.size.width:
                text += f" {sentence}"
        if len(text) > self.size.width:
            text = text[: max(0, self.size.width - 1)] + "…"
        word, colon, rest = text.partition(":")
        style = _STYLES.get(diagnosis.verdict, "")
        if not colon:
            return Content.assemble((text, style))
        return Content.assemble((word, f"bold {style}"), f"{colon}{rest}")


def _read_out(said: str, width: int, *, enter_goes: bool) -> Content:
    head, _, values = said.partition(": ")
    content = Content.assemble((head, "bold $text-secondary"), f"  {values}")
    enter = "enter goes there, " if enter_goes else ""
    keys = Content.assemble((f"   {enter}escape leaves", FAINT))
    both = Content.assemble(content, keys)
    return both if both.cell_length <= width else content.truncate(width, ellipsis=True)
