"""What all kinds have in common that offer answers to choose from."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from gdtui.engine.script.settings import shown as quoted
from gdtui.lessons.errors import LessonError
from gdtui.lessons.kinds.kind import Asked, Grade, QuestionKind
from gdtui.lessons.score import Outcome
from gdtui.lessons.snapshot import Snapshot

LETTERS = "abcdef"
"""The names of the options; a question has no more options than these."""


@dataclass(frozen=True, kw_only=True)
class OptionKind(QuestionKind[int]):
    """A question with options. The answer is the place of one, counted from 0."""

    characters: ClassVar[str | None] = ""

    @property
    def form(self) -> str:
        return "a letter"

    @abstractmethod
    def right_places(self, asked: Asked, now: Snapshot) -> list[int]:
        """The places of the right options, one or more.

        Raises:
            LessonError: they cannot be computed, or there are none.
        """

    def read(self, text: str, asked: Asked) -> int:
        """A letter, or a part of the text of just one option."""
        options = [each.lower() for each in self.options(asked.snapshot)]
        letters, said = LETTERS[: len(options)], text.lower()
        if len(said) == 1 and said in letters:
            return letters.index(said)
        exact = [place for place, each in enumerate(options) if said == each]
        alike = [place for place, each in enumerate(options) if said[1:] and said in each]
        if len(exact or alike) == 1:
            return (exact or alike)[0]
        raise LessonError(
            f"{quoted(text)} is none of the answers; give one of the letters {', '.join(letters)}"
        )

    def grade(self, answer: int, asked: Asked, now: Snapshot) -> Grade:
        text = self.options(now)[answer]
        if answer in self.right_places(asked, now):
            return Grade(Outcome.RIGHT, f"Right: {text}.")
        return Grade(Outcome.WRONG, f"You said: {text}. {self.solution(asked, now)}")

    def right_answer(self, asked: Asked, now: Snapshot) -> str:
        texts = self.options(now)
        return " or ".join(texts[each] for each in self.right_places(asked, now))
