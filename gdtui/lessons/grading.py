"""What a learner answers: read, and compared with what the run shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gdtui.analysis.numerals import DIGITS, numeral
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import shown as quoted
from gdtui.lessons.edits import mend, named, without
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression
from gdtui.lessons.lesson import LETTERS, Kind, Question
from gdtui.lessons.mend_check import MendCheck
from gdtui.lessons.score import Outcome
from gdtui.lessons.snapshot import Snapshot, lines_with

SIGNS = ("positive", "negative", "zero")
CHANGES = ("it rises", "it falls", "it stays the same")

_SAME = 1e-9


@dataclass(frozen=True)
class Grade:
    """A question as it went.

    Attributes:
        outcome: how.
        text: what there is to say of it, in a sentence or two.
    """

    outcome: Outcome
    text: str


Said = float | int | MendCheck
"""A number, the place of a choice or the number of a line, or what is to be tried."""


def options(question: Question, snapshot: Snapshot) -> list[str]:
    """What there is to choose from; nothing where a number or a line is asked for."""
    if question.kind is Kind.SIGN:
        return list(SIGNS)
    if question.kind is Kind.CHANGE:
        return list(CHANGES)
    return [choice.text.fill(snapshot.names) for choice in question.choices]


def read_answer(question: Question, text: str, snapshot: Snapshot, healthy: Script) -> Said:
    """What a learner means by an answer.

    Raises:
        LessonError: it is not an answer to this question; nothing is lost by that.
    """
    text = text.strip()
    if question.kind is Kind.NUMBER:
        return _number(text)
    if question.kind is Kind.LINE:
        return _line(text, snapshot.script)
    if question.kind is Kind.BUG:
        return _mend_check(text, snapshot.script, healthy, question.healed)
    return _choice(text, options(question, snapshot))


def _number(text: str) -> float:
    plain = text.replace("\N{MINUS SIGN}", "-").replace(" ", "")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    top, slash, bottom = plain.partition("/")
    try:
        value = float(top) / float(bottom) if slash else float(top)
    except (ValueError, ZeroDivisionError):
        value = math.nan
    if not math.isfinite(value) or "_" in plain:
        raise LessonError(f"{quoted(text)} is not a number; write one like 12, -0.5, 3/4 or 1e-3")
    return value


def _choice(text: str, choices: Sequence[str]) -> int:
    letters, said = LETTERS[: len(choices)], text.lower()
    if len(said) == 1 and said in letters:
        return letters.index(said)
    exact = [place for place, each in enumerate(choices) if said == each.lower()]
    alike = [place for place, each in enumerate(choices) if said[1:] and said in each.lower()]
    if len(exact or alike) == 1:
        return (exact or alike)[0]
    raise LessonError(
        f"{quoted(text)} is none of the answers; give one of the letters {', '.join(letters)}"
    )


def _line(text: str, script: Script) -> int:
    last = len(script.lines)
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    if not is_number or not 1 <= int(text) <= last:
        raise LessonError(f"{quoted(text)} is not a line; give its number, from 1 to {last}")
    return int(text)


def _mend_check(text: str, script: Script, healthy: Script, healed: Expression | None) -> MendCheck:
    mended = mend(script, text)
    if mended is not None:
        return MendCheck(mended, healthy, healed=healed)
    try:
        number = _line(text, script)
    except LessonError as error:
        raise LessonError(f"{error}, or mend it as in 58: code") from None
    # What is named is undone, and nothing else: only the run shows whether that was the bug.
    found = named(script, healthy, number)
    return MendCheck(without(script, found), healthy, named=number, is_off=not found)


def grade(question: Question, said: Said, before: Snapshot, now: Snapshot) -> Grade:
    """How an answer fares once the run has gone on, for all but a bug.

    Args:
        question: the question.
        said: the answer.
        before: the snapshot in which it was asked.
        now: the snapshot in which it is answered.

    Raises:
        LessonError: the right answer cannot be computed.
    """
    if question.kind is Kind.NUMBER:
        return _grade_number(question, float(said), now)  # type: ignore[arg-type]
    assert isinstance(said, int)
    if question.kind is Kind.LINE:
        return _grade_line(question, said, now.script)
    text = options(question, now)[said]
    if said in right_choices(question, before, now):
        return Grade(Outcome.RIGHT, f"Right: {text}.")
    answer = right_answer(question, before, now)
    return Grade(Outcome.WRONG, f"You said: {text}. The answer is: {answer}.")


def right_answer(question: Question, before: Snapshot, now: Snapshot) -> str:
    """The right answer in words.

    Raises:
        LessonError: it cannot be computed.
    """
    if question.kind is Kind.NUMBER:
        assert question.answer is not None
        return _number_text(question.answer.number(now.names), question)
    if question.kind is Kind.LINE:
        return _line_text(_right_lines(question, now.script)[0], now.script)
    texts = options(question, now)
    return " or ".join(texts[each] for each in right_choices(question, before, now))


def right_choices(question: Question, before: Snapshot, now: Snapshot) -> list[int]:
    """The places of the right answers among the :func:`options`.

    Raises:
        LessonError: they cannot be computed, or there are none.
    """
    if question.kind is Kind.CHOICE:
        right = [at for at, each in enumerate(question.choices) if each.right.holds(now.names)]
        if not right:
            raise LessonError("none of the answers is right for this run", question.line)
        return right
    assert question.answer is not None
    value = question.answer.number(now.names)
    if question.kind is Kind.SIGN:
        return [2 if abs(value) <= 1e-12 else 0 if value > 0 else 1]
    old = question.answer.number(before.names)
    if not math.isfinite(value):
        return [0]
    same = abs(value - old) <= _SAME * max(abs(value), abs(old))
    return [2 if same else 0 if value > old else 1]


def _grade_number(question: Question, said: float, now: Snapshot) -> Grade:
    assert question.answer is not None
    assert question.within is not None
    right = question.answer.number(now.names)
    text = _number_text(right, question)
    if _is_meant(said, right, question):
        is_exact = _number_text(said, question) == text
        return Grade(
            Outcome.RIGHT, f"Right: {text}." if is_exact else f"Right: {text}, to be exact."
        )
    remark = "".join(
        " " + each.text.fill(now.names)
        for each in question.remarks
        if _is_meant(said, each.about.number(now.names), question)
    )
    return Grade(Outcome.WRONG, f"You said {_number_text(said, question)}; it is {text}.{remark}")


def _is_meant(said: float, number: float, question: Question) -> bool:
    """Whether an answer stands for a number: it is near enough, or is typed as a lesson shows it,
    which need not be as near."""
    assert question.within is not None
    shown = _number_text(number, question)
    return question.within.covers(said, number) or _number_text(said, question) == shown


def _number_text(number: float, question: Question) -> str:
    """A number as an answer: one that may not be off at all has all its digits."""
    assert question.within is not None
    return numeral(number, DIGITS if question.within.size else None)


def _grade_line(question: Question, said: int, script: Script) -> Grade:
    right = _right_lines(question, script)
    if said in right:
        return Grade(Outcome.RIGHT, f"Right: {_line_text(said, script)}.")
    return Grade(
        Outcome.WRONG,
        f"You said {_line_text(said, script)}. It is {_line_text(right[0], script)}.",
    )


def _right_lines(question: Question, script: Script) -> list[int]:
    found = lines_with(script, question.code)
    if not found:
        raise LessonError(f"no line of this script is {quoted(question.code)}", question.line)
    return found


def _line_text(number: int, script: Script) -> str:
    code = script.lines[number - 1].strip()
    return f"line {number}, `{code}`" if code else f"line {number}, which is empty"
