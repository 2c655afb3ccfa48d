"""A question for the sign of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from gdtui.lessons.expressions import Expression
from gdtui.lessons.kinds.kind import Asked
from gdtui.lessons.kinds.options import OptionKind
from gdtui.lessons.kinds.source import QuestionSource
from gdtui.lessons.snapshot import Snapshot

_ZERO = 1e-12
"""A number of this size or less counts as 0: rounding leaves no more."""


@dataclass(frozen=True)
class SignQuestion(OptionKind):
    """A question for the sign of a number.

    Attributes:
        of: the number.
    """

    name: ClassVar[str] = "sign"
    instructions: ClassVar[tuple[str, ...]] = ("of",)

    of: Expression

    @classmethod
    def parse(cls, source: QuestionSource) -> Self:
        return cls(source.expression(source.required("of")), line=source.line)

    def options(self, snapshot: Snapshot) -> list[str]:
        return ["positive", "negative", "zero"]

    def right_places(self, asked: Asked, now: Snapshot) -> list[int]:
        value = self.of.number(now.names)
        return [2 if abs(value) <= _ZERO else 0 if value > 0 else 1]
