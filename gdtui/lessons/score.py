"""The results of the questions of a lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Outcome(StrEnum):
    """The result of a question."""

    RIGHT = "right"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Answered:
    """The results of one question.

    Attributes:
        first: the result when it was first asked.
        again: the result when it came back; None if it did not, or has not yet.
        hints: the number of hints shown.
    """

    first: Outcome
    again: Outcome | None = None
    hints: int = 0

    @property
    def text(self) -> str:
        """The results in a few words."""
        then = f", then {self.again}" if self.again else ""
        return f"{self.first}{then}{_hints(self.hints)}"


@dataclass(frozen=True)
class Score:
    """The results of the questions of a lesson, by the index of their steps.

    Attributes:
        total: the number of questions.
        answers: the results of the questions asked so far.
    """

    total: int
    answers: Mapping[int, Answered] = field(default_factory=dict)

    def noting(self, step: int, outcome: Outcome, hints: int) -> Score:
        """The score after another answer. A question that comes back keeps its first result."""
        known = self.answers.get(step)
        if known is None:
            new = Answered(outcome, hints=hints)
        else:
            new = replace(known, again=outcome, hints=known.hints + hints)
        return replace(self, answers={**self.answers, step: new})

    @property
    def right(self) -> int:
        """The number of questions that were right when first asked."""
        return self._count(Outcome.RIGHT)

    @property
    def again(self) -> int:
        """The number of further questions that were right when they came back."""
        return sum(each.again is Outcome.RIGHT for each in self.answers.values())

    @property
    def skipped(self) -> int:
        """The number of questions that were skipped when first asked."""
        return self._count(Outcome.SKIPPED)

    @property
    def hints(self) -> int:
        """The number of hints shown."""
        return sum(each.hints for each in self.answers.values())

    @property
    def missed(self) -> tuple[int, ...]:
        """The steps whose question was wrong and has not come back yet."""
        return tuple(
            step
            for step, each in sorted(self.answers.items())
            if each.first is Outcome.WRONG and each.again is None
        )

    @property
    def text(self) -> str:
        """The score in words."""
        parts = [f"{self.right} of {self.total} right"]
        if self.again:
            parts.append(f"{self.again} more the second time")
        if self.skipped:
            parts.append(f"{self.skipped} skipped")
        return ", ".join(parts) + _hints(self.hints)

    def listed(self, titles: Sequence[str]) -> str:
        """The result of each question as a list in Markdown, by the titles of the steps."""
        return "\n".join(
            f"- {titles[step]}: {answered.text}" for step, answered in sorted(self.answers.items())
        )

    def _count(self, outcome: Outcome) -> int:
        return sum(each.first is outcome for each in self.answers.values())


def _hints(count: int) -> str:
    return f", {count} hint{'s' if count > 1 else ''}" if count else ""
