"""A lesson as data: what a Markdown file says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdtui.lessons.edits import Edit
from gdtui.lessons.expressions import Expression, Text
from gdtui.lessons.format.moves import Move
from gdtui.lessons.format.origin import is_own
from gdtui.lessons.kinds.kind import QuestionKind

PANES = (
    *("code", "numbers", "variables", "graph", "transcript"),
    *("loss", "parameters", "fit", "landscape", "metrics", "diagnosis", "settings"),
)
"""What a step can have looked at."""

_NO_TEXT = Text("")


@dataclass(frozen=True)
class Question:
    """The question of a step.

    Attributes:
        kind: what it asks for, with what its kind needs to grade an answer.
        prompt: the text of the question.
        line: the line of its heading in the lesson's file.
        then: the moves of the run after the learner has answered.
        hints: from the vaguest to the clearest.
        why: the explanation that follows the answer.
    """

    kind: QuestionKind[Any]
    prompt: Text
    line: int = 0
    then: tuple[Move, ...] = ()
    hints: tuple[Text, ...] = ()
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
