"""A lesson as data: what a Markdown file says."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from gdtui.lessons.edits import Edit
from gdtui.lessons.expressions import Expression, Text
from gdtui.lessons.moves import Move
from gdtui.lessons.origin import is_own

PANES = (
    *("code", "numbers", "variables", "graph", "transcript"),
    *("loss", "parameters", "fit", "landscape", "metrics", "diagnosis", "settings"),
)
"""What a step can have looked at."""


LETTERS = "abcdef"
"""What the answers of a choice are called; there are no more than these."""

_NO_TEXT = Text("")


class Kind(StrEnum):
    """What is asked for."""

    NUMBER = "number"
    SIGN = "sign"
    CHANGE = "change"
    CHOICE = "choice"
    LINE = "line"
    BUG = "bug"


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be off and still be right.

    Attributes:
        text: as the lesson writes it, such as ``0.01`` or ``2 %``.
        size: the number; of a relative tolerance the share, 0.02 for 2 %.
        relative: whether it is a share of the answer.
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
class Choice:
    """One of several answers.

    Attributes:
        text: the answer.
        right: when it is the right one.
    """

    text: Text
    right: Expression


@dataclass(frozen=True)
class Remark:
    """What there is to say to one particular wrong number.

    Attributes:
        about: the number.
        text: the remark.
    """

    about: Expression
    text: Text


@dataclass(frozen=True)
class Question:
    """What a step asks.

    Attributes:
        kind: what is asked for.
        prompt: the question.
        line: the line of its heading in the lesson's file.
        answer: for a number, what it is once the run has gone on; for a sign or a change, of
            what.
        within: for a number, how far it may be off.
        choices: for a choice, the answers.
        healed: for a bug, what has to hold at the end of a mended run that goes another way than
            the one without the bug; None where none may.
        code: for a line, a phase or the statement that has to stand there.
        then: where the run goes once the learner has answered.
        hints: from the faintest to the plainest.
        remarks: about wrong numbers that tell how they came about.
        why: what is said after the answer.
    """

    kind: Kind
    prompt: Text
    line: int = 0
    answer: Expression | None = None
    within: Tolerance | None = None
    choices: tuple[Choice, ...] = ()
    healed: Expression | None = None
    code: str = ""
    then: tuple[Move, ...] = ()
    hints: tuple[Text, ...] = ()
    remarks: tuple[Remark, ...] = ()
    why: Text = _NO_TEXT


@dataclass(frozen=True)
class Need:
    """What has to hold of a run for a step to make sense.

    Attributes:
        holds: what has to hold.
        reason: what is said where it does not.
    """

    holds: Expression
    reason: str


@dataclass(frozen=True)
class Step:
    """One step of a lesson.

    Attributes:
        title: its heading.
        line: the line of the heading in the lesson's file.
        text: what it says.
        go: where the run goes first.
        look: the panes to look at.
        only: whether they alone are to be seen, without the code.
        keep: values to be kept under a name for later steps.
        needs: what has to hold for it.
        question: what it asks, if it asks.
    """

    title: str
    line: int
    text: Text
    go: tuple[Move, ...] = ()
    look: tuple[str, ...] = ("code",)
    only: bool = False
    keep: tuple[tuple[str, Expression], ...] = ()
    needs: tuple[Need, ...] = ()
    question: Question | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes:
        name: what it goes by, such as ``1-by-hand``; of a lesson from elsewhere, its path.
        title: its title.
        stage: the stage it runs, or the path of a script beside the lesson.
        steps: its steps.
        settings: settings of the script that it begins with.
        edit: what it changes in the script's text from the start; a bug is made so.
        edits: what it changes later, by name.
        minutes: how long it takes, about.
        path: the file it is from.
    """

    name: str
    title: str
    stage: str
    steps: tuple[Step, ...]
    settings: Mapping[str, object] = field(default_factory=dict)
    edit: tuple[Edit, ...] = ()
    edits: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)
    minutes: int = 0
    path: Path = Path()

    @property
    def heading(self) -> str:
        """What it is called above its pages: ``Lesson 3``, ``Bug 2``, or its title."""
        match = re.match(r"(bug-)?(\d+)-", self.name)
        return f"{'Bug' if match[1] else 'Lesson'} {match[2]}" if match else self.title

    @property
    def runs_foreign_code(self) -> bool:
        """Whether it comes from elsewhere than gdtui, and so do the scripts and the edits that it
        runs. Then a learner is to be told ``FOREIGN_CODE``."""
        return not is_own(self.path)

    @property
    def questions(self) -> int:
        """How many questions it asks."""
        return sum(step.question is not None for step in self.steps)
