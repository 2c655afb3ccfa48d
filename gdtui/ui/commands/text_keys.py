"""Which keys are text: a character that an answer can contain goes to the answer, and one typed in
a field goes into the field. All other keys are commands."""

from __future__ import annotations

from gdtui.ui.commands.app_state import Focus, Situation

_DIGITS = "0123456789"
_LETTERS = "abcdef"
_READ_OUT = ",.<>"


def takes(kind: str, options: int, character: str) -> bool:
    """Whether an answer can contain a character.

    Args:
        kind: the kind of question, by its name in ``lessons.kinds.table``.
        options: the number of answers to choose from; 0 for none.
        character: one printable character.
    """
    characters = _characters(kind)
    if characters:
        return character in characters
    return characters is None or place_of(character, options) is not None


def takes_any(kind: str) -> bool:
    """Whether an answer can contain any character, as a mend can."""
    return _characters(kind) is None


def _characters(kind: str) -> str | None:
    # It imports NumPy, and is first needed when a lesson is open.
    from gdtui.lessons.kinds.table import KINDS

    return KINDS[kind].characters if kind in KINDS else ""


def place_of(character: str, options: int) -> int | None:
    """The answer that a letter or a digit chooses, counted from 0; None if there is no such
    answer."""
    for names in (_LETTERS, _DIGITS[1:]):
        place = names.find(character)
        if character and 0 <= place < options:
            return place
    return None


def is_text(now: Situation, character: str) -> bool:
    """Whether a character is text now, and not the key of a command."""
    if now.focus is Focus.FIELD:
        return True
    lesson = now.lesson
    if lesson is None or not now.is_asked:
        return False
    # On a plot these keys move the cursor.
    if now.focus is Focus.PLOTS and character in _READ_OUT:
        return False
    # A mend can contain any character, so letters are keys only outside its field.
    if takes_any(lesson.kind) and now.focus is not Focus.ANSWER:
        return character in _DIGITS + "+"
    return takes(lesson.kind, lesson.options, character)
