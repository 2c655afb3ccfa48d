"""Which keys are text: a character that can be part of an answer goes to the answer, and one that
is typed while a field has the focus goes into the field. All other keys are commands."""

from __future__ import annotations

from gdtui.ui.commands.app_state import Focus, Situation

_DIGITS = "0123456789"
_LETTERS = "abcdef"
_READ_OUT = ",.<>"


def takes(kind: str, options: int, character: str) -> bool:
    """Whether a character can be part of an answer.

    Args:
        kind: what is asked for, the name of a kind in ``lessons.kinds.table``.
        options: how many answers there are to choose from, where there are any.
        character: one character that can be printed.
    """
    characters = _characters(kind)
    if characters:
        return character in characters
    return characters is None or place_of(character, options) is not None


def takes_any(kind: str) -> bool:
    """Whether an answer can have any character, as a mend can."""
    return _characters(kind) is None


def _characters(kind: str) -> str | None:
    # It brings in NumPy, and no key is asked about before a lesson is open.
    from gdtui.lessons.kinds.table import KINDS

    return KINDS[kind].characters if kind in KINDS else ""


def place_of(character: str, options: int) -> int | None:
    """Which of so many answers a letter or a digit chooses, counted from 0; None for none."""
    for names in (_LETTERS, _DIGITS[1:]):
        place = names.find(character)
        if character and 0 <= place < options:
            return place
    return None


def is_text(now: Situation, character: str) -> bool:
    """Whether a character is text now, and so no key of a command."""
    if now.focus is Focus.FIELD:
        return True
    lesson = now.lesson
    if lesson is None or not now.is_asked:
        return False
    # Where a plot has the focus, these read it out.
    if now.focus is Focus.PLOTS and character in _READ_OUT:
        return False
    # A mend can hold any character. Only beside its field there are letters that are keys.
    if takes_any(lesson.kind) and now.focus is not Focus.ANSWER:
        return character in _DIGITS + "+"
    return takes(lesson.kind, lesson.options, character)
