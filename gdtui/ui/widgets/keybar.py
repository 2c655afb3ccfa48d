"""The line at the bottom: the keys that do something now."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from gdtui.ui.command import LESSON_GROUP, Command
from gdtui.ui.commands import BY_ACTION, COMMANDS
from gdtui.ui.messages import CommandClicked
from gdtui.ui.situation import Focus, Situation
from gdtui.ui.wording import GREY

_FIELD_KEYS = {
    label: Content.assemble((key, "bold $text-accent"), f" {label}")
    for key, label in (("enter", "try it"), ("esc", "back to the run"), ("↑↓", "step"))
}


class KeyBar(Widget):
    """As many commands as there is room for, the most important ones first to stay. Those
    that can do nothing now are grey."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; padding: 0 1; }
    """

    situation: reactive[Situation | None] = reactive(None)

    def render(self) -> Content:
        if self.situation is None:
            return Content()
        now = self.situation
        placed = [c for c in COMMANDS if c.rank and c.shown(now)]
        # Of a lesson's keys the first are those that it is waiting for.
        placed.sort(key=lambda c: not (now.lesson and c.group == LESSON_GROUP))
        # A field has keys of its own, which nobody would guess.
        own = _FIELD_KEYS if now.focus is Focus.FIELD else {}
        shown = own | {c.action: _entry(c, now) for c in placed}
        ranked = sorted(placed, key=lambda c: c.rank)
        for command in ranked:
            if sum(each.cell_length for each in shown.values()) + 2 * (len(shown) - 1) <= (
                self.size.width
            ):
                break
            del shown[command.action]
        return Content("  ").join(shown.values())

    def on_click(self, event: Click) -> None:
        action = event.style.meta.get("command")
        if action:
            self.post_message(CommandClicked(action))


def _entry(command: Command, situation: Situation) -> Content:
    pair = [command] + ([BY_ACTION[command.partner]] if command.partner else [])
    style = "" if any(each.answers_to(situation) for each in pair) else GREY
    label = Content.assemble((f" {command.name_in(situation)}", style)).stylize(_click(command))
    return Content.assemble(
        Content.assemble(("/", GREY)).join(_key(each, situation) for each in pair),
        label,
    )


def _key(command: Command, situation: Situation) -> Content:
    keys = command.bar_keys_in(situation)
    reached = command.answers_to(situation) or (command.enabled(situation) and "esc" in keys)
    style = "bold $text-accent" if reached else GREY
    return Content.assemble((keys, style)).stylize(_click(command))


def _click(command: Command) -> Style:
    return Style.from_meta({"command": command.action})
