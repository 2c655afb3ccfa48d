"""Which keys are text: a character that can be part of an answer goes to the answer, and one that
is typed while a field has the focus goes into the field. All other keys are commands."""

from __future__ import annotations

from gdtui.ui.situation import Focus, Situation

_DIGITS = "0123456789"
_LETTERS = "abcdef"
_NUMBER = _DIGITS + ".,-+eE/\N{MINUS SIGN}"
_READ_OUT = ",.<>"


def takes(kind: str, options: int, character: str) -> bool:
    """Whether a character can be part of an answer.

    Args:
        kind: what is asked for, the name of a kind in ``lessons.kinds.table``.
        options: how many answers there are to choose from, where there are any.
        character: one character that can be printed.
    """
    if kind == "number":
        return character in _NUMBER
    if kind == "line":
        return character in _DIGITS
    if kind == "bug":
        return True
    return place_of(character, options) is not None


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
    if lesson.kind == "bug" and now.focus is not Focus.ANSWER:
        return character in _DIGITS + "+"
    return takes(lesson.kind, lesson.options, character)
