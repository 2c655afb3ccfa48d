"""A lesson as data."""

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
"""The panes that a step can ask a learner to look at."""

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
    """A condition on the run without which a step makes no sense.

    Attributes:
        holds: the condition.
        reason: what the learner reads if it does not hold.
    """

    holds: Expression
    reason: str


@dataclass(frozen=True)
class Step:
    """One step of a lesson.

    Attributes:
        title: its heading.
        line: the line of the heading in the lesson's file.
        text: its text.
        go: the moves of the run before the text is shown.
        look: the panes to look at.
        only: whether only these panes are visible, without the code.
        keep: values that later steps can use, by name.
        needs: the conditions of the step.
        question: its question; None for none.
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
        name: its identifier, such as ``1-by-hand``; the path for a lesson that does not come with
            gdtui.
        title: its title.
        stage: the stage it runs, or the path of a script beside the lesson.
        steps: its steps.
        settings: settings of the script at the beginning.
        edit: edits of the script from the start; a bug is made this way.
        edits: edits that later moves make, by name.
        minutes: the approximate duration.
        path: its file.
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
        """The heading above its pages: ``Lesson 3``, ``Bug 2``, or its title."""
        match = re.match(r"(bug-)?(\d+)-", self.name)
        return f"{'Bug' if match[1] else 'Lesson'} {match[2]}" if match else self.title

    @property
    def runs_foreign_code(self) -> bool:
        """Whether it does not come with gdtui, nor do the scripts and edits that it runs. Then the
        learner must read ``FOREIGN_CODE``."""
        return not is_own(self.path)

    @property
    def questions(self) -> int:
        """The number of questions."""
        return sum(step.question is not None for step in self.steps)
