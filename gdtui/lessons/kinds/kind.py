"""What every kind of question can do. A kind is one class in one file, and a line in ``table``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Generic, Self, TypeVar

from gdtui.engine.script.script import Script
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression, Text
from gdtui.lessons.kinds.source import QuestionSource
from gdtui.lessons.score import Outcome
from gdtui.lessons.snapshot import Snapshot

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Grade:
    """The result of a question.

    Attributes:
        outcome: the result.
        text: the feedback, in a sentence or two of Markdown.
    """

    outcome: Outcome
    text: str


@dataclass(frozen=True)
class Remark:
    """Feedback to one particular wrong number.

    Attributes:
        about: the number.
        text: the feedback.
    """

    about: Expression
    text: Text


class Asked:
    """The situation in which a question was asked.

    Attributes:
        snapshot: the run at that moment.
    """

    def __init__(self, snapshot: Snapshot, make_healthy: Callable[[], Script]) -> None:
        """``make_healthy`` returns the script of the snapshot without the lesson's edits. It is
        called when a kind needs that script."""
        self.snapshot = snapshot
        self._make_healthy = make_healthy

    @cached_property
    def healthy(self) -> Script:
        """The script of the snapshot without the lesson's edits."""
        return self._make_healthy()


@dataclass(frozen=True)
class CheckResult:
    """What the run of a :class:`Check` showed.

    Attributes:
        script: the learner's script, if the lesson goes on with it; None if not.
    """

    script: Script | None = field(default=None, kw_only=True)


class Check(ABC):
    """An answer that can be graded only after a run, which may take seconds."""

    @abstractmethod
    def run(self) -> CheckResult:
        """Run it. The result is what the kind grades."""


@dataclass(frozen=True, kw_only=True)
class QuestionKind(ABC, Generic[Answer]):
    """A question of one kind, with what a lesson says about its answer.

    Attributes:
        name: the kind as a lesson names it: ``### Ask: NAME``.
        instructions: the instructions that a lesson gives for it, besides ``then``.
        characters: the characters of a typed answer; None for any, empty where the learner chooses
            among options.
        takes_remarks: whether a lesson may remark on particular wrong answers.
        takes_script: whether a whole edited script is an answer.
        line: the line of the question's heading in the lesson's file.
        remarks: those remarks.
    """

    name: ClassVar[str]
    instructions: ClassVar[tuple[str, ...]] = ()
    characters: ClassVar[str | None] = None
    takes_remarks: ClassVar[bool] = False
    takes_script: ClassVar[bool] = False

    line: int = 0
    remarks: tuple[Remark, ...] = ()

    @classmethod
    @abstractmethod
    def parse(cls, source: QuestionSource) -> Self:
        """The question that a lesson's file describes. Problems go to the source."""

    @property
    @abstractmethod
    def form(self) -> str:
        """How to write an answer, in a few words that follow "Answer with"."""

    def options(self, snapshot: Snapshot) -> list[str]:
        """The answers to choose from; none where the learner types an answer.

        Raises:
            LessonError: an answer has an expression that cannot be computed.
        """
        return []

    @abstractmethod
    def read(self, text: str, asked: Asked) -> Answer | Check:
        """The answer that a learner has typed, without blanks around it.

        Raises:
            LessonError: the text is no answer to this question. The learner may try again.
            ScriptError: the text would make the script invalid. The same.
        """

    def read_script(self, script: Script, asked: Asked) -> Answer | Check:
        """The answer that a learner gives by editing the script.

        Raises:
            LessonError: a script is no answer to this question. The learner may try again.
        """
        raise LessonError(f"a script is no answer here: give {self.form}")

    @abstractmethod
    def grade(self, answer: Answer, asked: Asked, now: Snapshot) -> Grade:
        """The grade of an answer.

        Args:
            answer: the answer; in place of a :class:`Check`, the result of its run.
            asked: the situation in which the question was asked.
            now: the run after the moves that follow the question.

        Raises:
            LessonError: the right answer cannot be computed.
        """

    @abstractmethod
    def right_answer(self, asked: Asked, now: Snapshot) -> str:
        """The right answer as text.

        Raises:
            LessonError: it cannot be computed.
        """

    def solution(self, asked: Asked, now: Snapshot) -> str:
        """The right answer in a sentence.

        Raises:
            LessonError: as :meth:`right_answer`.
        """
        return f"The answer is: {self.right_answer(asked, now)}."

    def last_hint(self, asked: Asked) -> str:
        """A hint after those of the lesson; empty for none."""
        return ""
