"""A question for a line of the script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import shown as quoted
from gdtui.lessons.errors import LessonError
from gdtui.lessons.kinds.kind import Asked, Grade, QuestionKind
from gdtui.lessons.kinds.source import QuestionSource
from gdtui.lessons.score import Outcome
from gdtui.lessons.snapshot import Snapshot, lines_with


@dataclass(frozen=True)
class LineQuestion(QuestionKind[int]):
    """A question for the number of a line.

    Attributes:
        code: the phase that the line belongs to, or the code that it begins with.
    """

    name: ClassVar[str] = "line"
    instructions: ClassVar[tuple[str, ...]] = ("answer",)
    characters: ClassVar[str | None] = "0123456789"

    code: str

    @classmethod
    def parse(cls, source: QuestionSource) -> Self:
        found = source.required("answer")
        return cls(found[0].strip("`") if found else "", line=source.line)

    @property
    def form(self) -> str:
        return "the number of a line"

    def read(self, text: str, asked: Asked) -> int:
        return read_line(text, asked.snapshot.script)

    def grade(self, answer: int, asked: Asked, now: Snapshot) -> Grade:
        right = self._right_lines(now.script)
        said = _shown(answer, now.script)
        if answer in right:
            return Grade(Outcome.RIGHT, f"Right: {said}.")
        return Grade(Outcome.WRONG, f"You said {said}. It is {_shown(right[0], now.script)}.")

    def right_answer(self, asked: Asked, now: Snapshot) -> str:
        return _shown(self._right_lines(now.script)[0], now.script)

    def _right_lines(self, script: Script) -> list[int]:
        found = lines_with(script, self.code)
        if not found:
            raise LessonError(f"no line of this script is {quoted(self.code)}", self.line)
        return found


def read_line(text: str, script: Script) -> int:
    """The number of a line that a learner has typed.

    Raises:
        LessonError: it is none of the script's.
    """
    last = len(script.lines)
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    if not is_number or not 1 <= int(text) <= last:
        raise LessonError(f"{quoted(text)} is not a line; give its number, from 1 to {last}")
    return int(text)


def _shown(number: int, script: Script) -> str:
    code = script.lines[number - 1].strip()
    return f"line {number}, `{code}`" if code else f"line {number}, which is empty"
