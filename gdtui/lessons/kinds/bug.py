"""A question for a bug: its line, or a mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from gdtui.engine.script.script import Script
from gdtui.lessons.edits import difference, mend, named, without
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression
from gdtui.lessons.kinds.kind import Asked, Grade, QuestionKind
from gdtui.lessons.kinds.line import read_line
from gdtui.lessons.kinds.mend_check import MendCheck, MendResult
from gdtui.lessons.kinds.source import QuestionSource
from gdtui.lessons.score import Outcome
from gdtui.lessons.snapshot import Snapshot


@dataclass(frozen=True)
class BugQuestion(QuestionKind[MendResult]):
    """A question for the line of a bug, or for a mend of it. The answer is checked by a run.

    Attributes:
        healed: the condition that is enough at the end of a mended run that differs from the one
            without the bug; None where a mended run must not differ.
    """

    name: ClassVar[str] = "bug"
    instructions: ClassVar[tuple[str, ...]] = ("healed",)
    takes_script: ClassVar[bool] = True

    healed: Expression | None = None

    @classmethod
    def parse(cls, source: QuestionSource) -> Self:
        found = source.optional("healed")
        return cls(source.expression(found) if found else None, line=source.line)

    @property
    def form(self) -> str:
        return "the number of the line, or a mend: 58: code, or +58: code for a line below it"

    def read(self, text: str, asked: Asked) -> MendCheck:
        script, healthy = asked.snapshot.script, asked.healthy
        mended = mend(script, text)
        if mended is not None:
            return MendCheck(mended, healthy, healed=self.healed)
        try:
            number = read_line(text, script)
        except LessonError as error:
            raise LessonError(f"{error}, or mend it as in 58: code") from None
        # Only the named change is undone. The run shows whether that was the bug.
        found = named(script, healthy, number)
        return MendCheck(without(script, found), healthy, named=number, is_off=not found)

    def read_script(self, script: Script, asked: Asked) -> MendCheck:
        if script.text == asked.snapshot.script.text:
            raise LessonError("the script is as it was: change a line, or name one")
        return MendCheck(script, asked.healthy, healed=self.healed)

    def grade(self, answer: MendResult, asked: Asked, now: Snapshot) -> Grade:
        if answer.healed:
            return Grade(Outcome.RIGHT, answer.text)
        return Grade(Outcome.WRONG, f"{answer.text}\n\n{self.solution(asked, now)}")

    def right_answer(self, asked: Asked, now: Snapshot) -> str:
        return _edit(asked)

    def solution(self, asked: Asked, now: Snapshot) -> str:
        return self.last_hint(asked)

    def last_hint(self, asked: Asked) -> str:
        return f"This mends it:\n\n{_edit(asked)}"


def _edit(asked: Asked) -> str:
    """The edit that mends the script, as a block of code."""
    return "\n".join(["```", *difference(asked.snapshot.script, asked.healthy), "```"])
