"""A command: an action of the learner, with its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding

from gdtui.ui.commands.app_state import Focus, Situation
from gdtui.ui.commands.text_keys import is_text
from gdtui.ui.texts.wording import key_text

LESSON_GROUP = "In a lesson"
"""The heading of a lesson's keys in the help."""


_OF_A_FIELD = frozenset(
    {"enter", "escape", "backspace", "up", "down", "left", "right", "shift+left", "shift+right"}
)


def _always(_: Situation) -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """An action of the learner.

    Attributes:
        action: its name in Textual; the app has a method ``action_`` of this name. An argument
            follows in brackets, as in ``stage(2)``.
        keys: Textual's names of the keys, the one to show first.
        label: a word or two for the key bar, or a function that returns them for a state of the
            app.
        help: a sentence for the palette and the help.
        group: the heading in the help.
        enabled: whether it has an effect now.
        rank: the priority of its place in a narrow key bar; 0 keeps it out.
        shown_keys: the keys as the key bar names them, if not just the first.
        partner: the action that shares its place in the key bar.
        everywhere: whether it also works while a field has the focus.
        shown: whether the key bar has a place for it now.
        refusal: the message for a learner who presses its key in a lesson that uses the key itself;
            empty for none.
    """

    action: str
    keys: tuple[str, ...]
    label: str | Callable[[Situation], str]
    help: str
    group: str
    enabled: Callable[[Situation], bool] = _always
    rank: int = 0
    shown_keys: str = ""
    partner: str = ""
    everywhere: bool = False
    shown: Callable[[Situation], bool] = _always
    refusal: str = ""

    def name_in(self, situation: Situation) -> str:
        """The label for the present state."""
        return self.label if isinstance(self.label, str) else self.label(situation)

    def answers_to(self, now: Situation) -> bool:
        """Whether its first key triggers it now."""
        return self.enabled(now) and not is_taken(now, self.keys[0])

    def bar_keys_in(self, now: Situation) -> str:
        """The keys as the key bar shows them. While the field for a mend takes every letter, a
        lesson's keys work only after escape."""
        shown = self.shown_keys or key_text(self.keys[0])
        leaves = self.group == LESSON_GROUP and now.focus is Focus.ANSWER
        return f"esc {shown}" if leaves and is_taken(now, self.keys[0]) else shown

    @property
    def help_keys(self) -> str:
        """All keys, as the help shows them."""
        return " or ".join(map(key_text, self.keys))

    @property
    def binding(self) -> Binding:
        """Textual's binding for it."""
        return Binding(
            ",".join(self.keys),
            self.action,
            self.help,
            show=False,
            priority=self.everywhere,
        )


def is_taken(now: Situation, key: str) -> bool:
    """Whether the focused widget takes a key, by its name: as text, or as a key of a field."""
    if now.focus is Focus.FIELD and key in _OF_A_FIELD:
        return True
    character = " " if key == "space" else key_text(key)
    return len(character) == 1 and character.isascii() and is_text(now, character)
