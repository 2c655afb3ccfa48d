"""A command: something that the learner can have done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding

from gdtui.ui.commands.app_state import Focus, Situation
from gdtui.ui.commands.text_keys import is_text
from gdtui.ui.texts.wording import key_text

LESSON_GROUP = "In a lesson"
"""The heading in the help of the keys that belong to a lesson."""


_OF_A_FIELD = frozenset(
    {"enter", "escape", "backspace", "up", "down", "left", "right", "shift+left", "shift+right"}
)


def _always(_: Situation) -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """Something that the learner can have done.

    Attributes:
        action: what Textual calls it; the app has a method ``action_`` of this name. An
            argument stands behind it in brackets, as in ``stage(2)``.
        keys: Textual's names of the keys, the one to show first.
        label: a word or two for the key bar, or what makes them from the situation.
        help: a sentence for the palette and the help.
        group: the heading in the help.
        enabled: whether it can do anything now.
        rank: how long it stays in the key bar when that gets narrow; 0 keeps it out.
        shown_keys: how the key bar names the keys, where that is not simply the first.
        partner: the action that shares this one's place in the key bar.
        everywhere: whether it works while a field has the focus as well.
        shown: whether the key bar has a place for it now.
        refusal: what is said to a learner who presses its key in a lesson, which needs that key
            for itself; empty for nothing.
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
        """The label that fits what is going on."""
        return self.label if isinstance(self.label, str) else self.label(situation)

    def answers_to(self, now: Situation) -> bool:
        """Whether its first key gives it now."""
        return self.enabled(now) and not is_taken(now, self.keys[0])

    def bar_keys_in(self, now: Situation) -> str:
        """The keys as the key bar shows them. Those of a lesson are a step away from the field
        for a mend, which takes every letter."""
        shown = self.shown_keys or key_text(self.keys[0])
        leaves = self.group == LESSON_GROUP and now.focus is Focus.ANSWER
        return f"esc {shown}" if leaves and is_taken(now, self.keys[0]) else shown

    @property
    def help_keys(self) -> str:
        """All keys, as the help shows them."""
        return " or ".join(map(key_text, self.keys))

    @property
    def binding(self) -> Binding:
        """Textual's form of it."""
        return Binding(
            ",".join(self.keys),
            self.action,
            self.help,
            show=False,
            priority=self.everywhere,
        )


def is_taken(now: Situation, key: str) -> bool:
    """Whether the place with the focus takes a key, by its name, for itself: as text, or as what
    a field does with it."""
    if now.focus is Focus.FIELD and key in _OF_A_FIELD:
        return True
    character = " " if key == "space" else key_text(key)
    return len(character) == 1 and character.isascii() and is_text(now, character)
