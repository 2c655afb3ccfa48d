"""A question for a number."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import ClassVar, Self

from gdtui.analysis.numerals import DIGITS, numeral
from gdtui.engine.script.settings import shown as quoted
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression
from gdtui.lessons.kinds.kind import Asked, Grade, QuestionKind
from gdtui.lessons.kinds.source import QuestionSource
from gdtui.lessons.score import Outcome
from gdtui.lessons.snapshot import Snapshot


@dataclass(frozen=True)
class Tolerance:
    """How far an answer may be from the right number.

    Attributes:
        text: as the lesson writes it, such as ``0.01`` or ``2 %``.
        size: the number; of a relative tolerance the share, 0.02 for 2 %.
        relative: whether it is a share of the right number.
    """

    text: str
    size: float
    relative: bool = False

    def covers(self, said: float, right: float) -> bool:
        """Whether an answer is near enough."""
        # A learner who rounds to the digit of the tolerance may be off by all of it.
        if not math.isfinite(right):
            return False
        room = self.size * (abs(right) if self.relative else 1.0)
        return abs(said - right) <= room * (1 + 1e-9) + 1e-12


@dataclass(frozen=True)
class NumberQuestion(QuestionKind[float]):
    """A question for a number.

    Attributes:
        answer: the right number, once the run has gone on.
        within: how far an answer may be from it.
    """

    name: ClassVar[str] = "number"
    instructions: ClassVar[tuple[str, ...]] = ("answer", "within")
    characters: ClassVar[str | None] = "0123456789.,-+eE/\N{MINUS SIGN}"
    takes_remarks: ClassVar[bool] = True

    answer: Expression
    within: Tolerance

    @classmethod
    def parse(cls, source: QuestionSource) -> Self:
        answer = source.expression(source.required("answer"))
        return cls(answer, _tolerance(source), line=source.line)

    @property
    def form(self) -> str:
        if not self.within.size:
            return "a whole number"
        return f"a number, give or take {self.within.text}"

    def read(self, text: str, asked: Asked) -> float:
        """A number with a point or a comma, or a fraction such as 3/4."""
        plain = text.replace("\N{MINUS SIGN}", "-").replace(" ", "")
        if plain.count(",") == 1 and "." not in plain:
            plain = plain.replace(",", ".")
        top, slash, bottom = plain.partition("/")
        try:
            value = float(top) / float(bottom) if slash else float(top)
        except (ValueError, ZeroDivisionError):
            value = math.nan
        if not math.isfinite(value) or "_" in plain:
            raise LessonError(
                f"{quoted(text)} is not a number; write one like 12, -0.5, 3/4 or 1e-3"
            )
        return value

    def grade(self, answer: float, asked: Asked, now: Snapshot) -> Grade:
        right = self.answer.number(now.names)
        text = self._shown(right)
        if self._stands_for(answer, right):
            is_exact = self._shown(answer) == text
            return Grade(
                Outcome.RIGHT, f"Right: {text}." if is_exact else f"Right: {text}, to be exact."
            )
        remark = "".join(
            " " + each.text.fill(now.names)
            for each in self.remarks
            if self._stands_for(answer, each.about.number(now.names))
        )
        return Grade(Outcome.WRONG, f"You said {self._shown(answer)}; it is {text}.{remark}")

    def right_answer(self, asked: Asked, now: Snapshot) -> str:
        return self._shown(self.answer.number(now.names))

    def _stands_for(self, answer: float, number: float) -> bool:
        """Whether an answer is near enough to a number, or reads as the lesson shows that number,
        which may be further away than the tolerance allows."""
        return self.within.covers(answer, number) or self._shown(answer) == self._shown(number)

    def _shown(self, number: float) -> str:
        """A number as an answer. Without a tolerance it has all its digits."""
        return numeral(number, DIGITS if self.within.size else None)


def _tolerance(source: QuestionSource) -> Tolerance:
    found = source.required("within", "the question needs `- within: 0.01`, or `- within: 1 %`")
    text, line = found or ("0", 0)
    match = re.fullmatch(r"(\d+(?:\.\d+)?(?:e-?\d+)?)\s*(%?)", text, re.ASCII)
    if match is None or not math.isfinite(float(match[1])):
        source.complain(line, f"within: {quoted(text)} is not allowed; it takes 0.01, or 1 %")
        return Tolerance(text, 0.0)
    size = float(match[1])
    return Tolerance(text, size / 100 if match[2] else size, relative=bool(match[2]))
