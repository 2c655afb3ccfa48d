"""What is wrong with the script, with a mend to take over."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.ui.late_messages import ClosesOnce
from gdtui.ui.texts.wording import FAINT

if TYPE_CHECKING:
    from gdtui.analysis.diagnose.finding import Finding
    from gdtui.experiments.inspection import Proved
    from gdtui.experiments.proof import Proof

_LONGEST = 200
_WORKING = "The script runs once more, in a process of its own…"
_TRYING = "The mend is being tried, in processes of its own…"
_NOTHING = (
    "Nothing is wrong as far as the rules go. They say nothing unless they are sure; the line of "
    "the diagnosis says how the run behaves."
)


class FindingsScreen(ClosesOnce, ModalScreen["Finding | None"]):
    """Shows what is wrong with a script, one finding at a time, its mend as a diff, and what the
    mend does. It closes with the finding whose mend the learner takes, or with None."""

    DEFAULT_CSS = """
    FindingsScreen { align: center middle; }
    FindingsScreen > Vertical {
        width: 96; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    FindingsScreen VerticalScroll { height: auto; max-height: 1fr; }
    FindingsScreen Static { height: auto; }
    """

    BINDINGS = [
        Binding("enter", "take", "Mend"),
        Binding("n,right,down", "turn(1)", "Next"),
        Binding("p,left,up", "turn(-1)", "Before"),
        Binding("escape,q,F", "leave", "Close"),
    ]

    def __init__(
        self, script: Script, look: Callable[[bool], Coroutine[object, object, Proved]]
    ) -> None:
        """
        Args:
            script: the script.
            look: finds what is wrong with it; with True it tries the mends as well, which takes
                longer. Raises ``ScriptError`` if that fails.
        """
        super().__init__()
        self._script, self._look = script, look
        self.found: Proved | None = None
        self.at = 0
        self.is_done = False
        self._page = Vertical()
        self._text = Static(Content.styled(_WORKING, FAINT))

    def compose(self) -> ComposeResult:
        with self._page:
            self._page.border_title = "What is wrong?"
            self._page.border_subtitle = "escape closes"
            with VerticalScroll():
                yield self._text

    def on_mount(self) -> None:
        self._run()

    @work(exclusive=True)
    async def _run(self) -> None:
        try:
            self.found = await self._look(False)
            self.is_done = not any(finding.mend for finding, _ in self.found)
            self._show()
            if not self.is_done:
                self.found = await self._look(True)
                self.is_done = True
                self.at = min(self.at, max(0, len(self.found) - 1))
                self._show()
        except ScriptError as error:
            self._text.update(Content.styled(clean_line(str(error), _LONGEST), "$text-error"))

    def action_turn(self, direction: int) -> None:
        if self.found:
            self.at = (self.at + direction) % len(self.found)
            self._show()

    def action_take(self) -> None:
        if self.is_done and self.found and self.found[self.at][0].mend is not None:
            self.dismiss(self.found[self.at][0])

    def action_leave(self) -> None:
        self.dismiss(None)

    def _show(self) -> None:
        if not self.found:
            self._text.update(_NOTHING)
            return
        finding, proof = self.found[self.at]
        count = f"  {self.at + 1} of {len(self.found)}" if len(self.found) > 1 else ""
        self._page.border_title = f"What is wrong?{count}"
        has_mend = self.is_done and finding.mend is not None
        keys = ["enter takes the mend"] if has_mend else []
        keys += ["n/p next, before"] if count else []
        self._page.border_subtitle = ", ".join([*keys, "escape closes"])
        lines = _lines(self._script, finding, proof)
        if not self.is_done and finding.mend is not None:
            lines += [Content(""), Content.styled(_TRYING, FAINT)]
        self._text.update(Content("\n").join(lines))


def _lines(script: Script, finding: Finding, proof: Proof | None) -> list[Content]:
    place = script.place(finding.line)
    lines = [
        Content.assemble(
            (f"{place[:1].upper()}{place[1:]}", "bold $text-accent"),
            (f": {clean_line(finding.title, _LONGEST)}", "bold"),
        ),
        Content(clean_line(finding.text, 2_000)),
    ]
    if finding.mend is not None:
        lines.append(Content(""))
        for number, new in sorted(finding.mend.lines.items()):
            old = script.lines[number - 1]
            if old not in new:
                lines.append(_diff(number, "-", old, "$text-error"))
            for line in new:
                same = line == old
                lines.append(
                    _diff(number, " " if same else "+", line, FAINT if same else "$text-success")
                )
    if proof is not None:
        lines += [
            Content(""),
            Content.assemble(("Tried: ", "bold $text-success"), f"{clean_line(proof.text, 600)}."),
        ]
    return lines


def _diff(number: int, mark: str, line: str, style: str) -> Content:
    return Content.assemble((f"{number:>4} ", FAINT), (f"{mark} {clean_line(line)}", style))
