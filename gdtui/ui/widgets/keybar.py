"""The line at the bottom: the keys, with unavailable ones in grey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content
from textual.events import Click
from textual.style import Style
from textual.widget import Widget

from gdtui.ui.commands.app_state import Focus, Situation
from gdtui.ui.commands.command import LESSON_GROUP, Command
from gdtui.ui.commands.table import BY_ACTION, COMMANDS
from gdtui.ui.messages import CommandClicked
from gdtui.ui.texts.wording import GREY

_KEY = "bold $text-accent"
_FIELD_KEYS = (("try it", "enter"), ("back to the run", "esc"), ("step", "↑↓"))


class KeyBar(Widget):
    """As many commands as there is room for, by importance. Unavailable ones are grey."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; padding: 0 1; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._situation: Situation | None = None
        self._entries: tuple[_Entry, ...] = ()

    @property
    def situation(self) -> Situation | None:
        """Take the state that decides which keys are available. A playing run brings a new one with
        each report, but few change a key: the line is drawn only if one does."""
        return self._situation

    @situation.setter
    def situation(self, now: Situation | None) -> None:
        self._situation = now
        entries = () if now is None else tuple(_entries(now))
        if entries != self._entries:
            self._entries = entries
            self.refresh()

    def render(self) -> Content:
        shown = {entry: entry.content for entry in self._entries}
        room = self.size.width
        for entry in sorted(shown, key=lambda each: each.rank):
            if sum(each.cell_length for each in shown.values()) + 2 * (len(shown) - 1) <= room:
                break
            if entry.rank:
                del shown[entry]
        return Content("  ").join(shown.values())

    def on_click(self, event: Click) -> None:
        action = event.style.meta.get("command")
        if action:
            self.post_message(CommandClicked(action))


@dataclass(frozen=True)
class _Entry:
    """One place in the line. Places with a low ``rank`` are dropped first; 0 stays. ``keys`` holds,
    for each key, its text, its action and whether it is available."""

    keys: tuple[tuple[str, str, bool], ...]
    label: str
    alive: bool
    rank: int = 0

    @property
    def content(self) -> Content:
        parts = [
            Content.assemble((shown, _KEY if reached else GREY)).stylize(_click(action))
            for shown, action, reached in self.keys
        ]
        label = Content.assemble((f" {self.label}", "" if self.alive else GREY))
        action = self.keys[0][1]
        return Content.assemble(
            Content.assemble(("/", GREY)).join(parts),
            label.stylize(_click(action)) if action else label,
        )


def _entries(now: Situation) -> Iterator[_Entry]:
    # A field has keys of its own, which are hard to guess.
    if now.focus is Focus.FIELD:
        for label, key in _FIELD_KEYS:
            yield _Entry(((key, "", True),), label, alive=True)
    placed = [each for each in COMMANDS if each.rank and each.shown(now)]
    # The keys that a lesson waits for come first.
    placed.sort(key=lambda each: not (now.lesson and each.group == LESSON_GROUP))
    for command in placed:
        pair = [command] + ([BY_ACTION[command.partner]] if command.partner else [])
        yield _Entry(
            tuple(_key(each, now) for each in pair),
            command.name_in(now),
            any(each.answers_to(now) for each in pair),
            command.rank,
        )


def _key(command: Command, now: Situation) -> tuple[str, str, bool]:
    shown = command.bar_keys_in(now)
    reached = command.answers_to(now) or (command.enabled(now) and "esc" in shown)
    return shown, command.action, reached


def _click(action: str) -> Style:
    return Style.from_meta({"command": action}) if action else Style()
