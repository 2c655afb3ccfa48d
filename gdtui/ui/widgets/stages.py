"""The line of scripts to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.messages import StageChosen
from gdtui.ui.texts.wording import FAINT, GREY

_LONGEST = 24
"""Columns for the name of a script."""


class StageStrip(Widget):
    """The stages, and the script that gdtui was opened with if that is another one, each with its
    key. By their titles where there is room for them, else by their names; in a narrow window
    only the one that is loaded has a name.

    Attributes:
        current: which script is loaded, counted from 0.
    """

    DEFAULT_CSS = """
    StageStrip { height: 1; padding: 0 1; background: $surface; }
    """

    current: reactive[int] = reactive(0)

    def __init__(self, scripts: Sequence[Script], *, id: str) -> None:
        super().__init__(id=id)
        self.offer(scripts)

    def offer(self, scripts: Sequence[Script]) -> None:
        """List other scripts."""
        titles = [clean_line(each.title, _LONGEST) for each in scripts]
        names = [clean_line(_name(each), _LONGEST) for each in scripts]
        self._wordings = (titles, names, [""] * len(scripts))
        self._names = names
        self.refresh()

    def render(self) -> Content:
        for words in self._wordings:
            line = self._line(words)
            if line.cell_length <= self.size.width:
                return line
        return line.truncate(self.size.width, ellipsis=True)

    def _line(self, words: list[str]) -> Content:
        parts = []
        for index, word in enumerate(words):
            is_current = index == self.current
            word = word or (self._names[index] if is_current else "")
            parts.append(
                Content.assemble(
                    ("▸" if is_current else " ", "bold $text-accent"),
                    (f"{index + 1} ", "bold $text-accent" if is_current else FAINT),
                    (f"{word} " if word else "", "bold" if is_current else FAINT),
                ).stylize(Style.from_meta({"script": index}))
            )
        return Content.assemble(("stage", GREY), " ", *parts)

    def on_click(self, event: Click) -> None:
        chosen = event.style.meta.get("script")
        if chosen is not None:
            self.post_message(StageChosen(chosen))


def _name(script: Script) -> str:
    """The name of a stage, or of a file without its folder."""
    return script.name if script.name in KEYS else PurePath(script.name).name
