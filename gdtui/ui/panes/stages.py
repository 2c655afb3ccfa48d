"""The list of scripts."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import STAGES, Script
from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.messages import StageChosen
from gdtui.ui.texts.wording import FAINT


class StageList(ListOfOptions, OptionList):
    """The stages, and the learner's own script if gdtui was opened with one."""

    DEFAULT_CSS = """
    StageList { height: auto; padding: 0; }
    """

    def __init__(self, scripts: list[Script], *, id: str) -> None:
        super().__init__(id=id, compact=True)
        self.border_title = "Stages"
        self._scripts = scripts
        self._current = -1

    def on_mount(self) -> None:
        self.show(0)

    def show(self, current: int) -> None:
        """Mark the loaded script; ``current`` counts from 0."""
        if current == self._current:
            return
        self._current = current
        self.clear_options()
        self.add_options(
            Option(_prompt(index, script, current=index == current))
            for index, script in enumerate(self._scripts)
        )
        self.highlighted = current

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(StageChosen(event.option_index))


def _prompt(index: int, script: Script, *, current: bool) -> Content:
    name = script.title if script.name in STAGES else clean_line(script.name, 200)
    return Content.assemble(
        ("▸" if current else " ", "bold $text-accent"),
        (f"{index + 1} ", FAINT),
        (name, "bold" if current else ""),
    )
