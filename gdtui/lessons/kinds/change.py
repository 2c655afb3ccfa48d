"""A question for the direction in which a number changes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

from gdtui.lessons.expressions import Expression
from gdtui.lessons.kinds.kind import Asked
from gdtui.lessons.kinds.options import OptionKind
from gdtui.lessons.kinds.source import QuestionSource
from gdtui.lessons.snapshot import Snapshot

_SAME = 1e-9
"""A number that changes by this share or less stays the same."""


@dataclass(frozen=True)
class ChangeQuestion(OptionKind):
    """A question whether a number rises, falls or stays the same.

    Attributes:
        of: the number, before and after the moves that follow the question.
    """

    name: ClassVar[str] = "change"
    instructions: ClassVar[tuple[str, ...]] = ("of",)

    of: Expression

    @classmethod
    def parse(cls, source: QuestionSource) -> Self:
        return cls(source.expression(source.required("of")), line=source.line)

    def options(self, snapshot: Snapshot) -> list[str]:
        return ["it rises", "it falls", "it stays the same"]

    def right_places(self, asked: Asked, now: Snapshot) -> list[int]:
        value = self.of.number(now.names)
        old = self.of.number(asked.snapshot.names)
        if not math.isfinite(value):
            return [0]
        same = abs(value - old) <= _SAME * max(abs(value), abs(old))
        return [2 if same else 0 if value > old else 1]
