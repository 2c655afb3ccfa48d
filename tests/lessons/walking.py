"""Walking through lessons in tests: line by line as a learner would, and looking at every number
on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields

from gdtui.lessons.expressions import Expression
from gdtui.lessons.format.lesson import Lesson, Question
from gdtui.lessons.kinds.choice import ChoiceQuestion, Option
from gdtui.lessons.plain.plain_walk import PlainWalk
from gdtui.lessons.walk.navigation import Runner
from gdtui.lessons.walk.page import State
from gdtui.lessons.walk.walk import Walk


def walk_plainly(lesson: Lesson, answers: Iterable[str]) -> tuple[Walk, str]:
    """Walk through a lesson in plain mode with a script of answers, one for each question in the
    order in which they are asked; at each step without one, enter. Returns the walk at its end
    and all that was written."""
    given = iter(answers)
    walk = Walk(lesson)
    lines: list[str] = []

    def read() -> str | None:
        return next(given, None) if walk.state is State.ASKING else ""

    PlainWalk(walk, read, lines.append).run()
    return walk, "\n".join(lines)


def drive(lesson: Lesson, act: Callable[[Walk], object]) -> Walk:
    """Walk through a lesson; ``act`` does something whenever there is something to do."""
    walk = Walk(lesson)
    with Runner() as runner:
        while walk.state is not State.OVER:
            if walk.state is State.MOVING:
                walk.arrive(runner.carry_out(walk.task))
            else:
                act(walk)
    return walk


@dataclass(frozen=True)
class Stated:
    """What an expression of a lesson comes to.

    Attributes:
        step: the title of the step.
        expression: the expression as it stands in the lesson.
        value: its value.
    """

    step: str
    expression: str
    value: object


def stated(lesson: Lesson) -> list[Stated]:
    """Every expression of a lesson with its value, where it is shown or graded: in texts,
    questions, answers, hints, remarks and explanations, in the order of the walk, each question
    skipped."""
    found: list[Stated] = []

    def act(walk: Walk) -> None:
        assert walk.state is not State.STUCK, walk.page.trouble
        found.extend(_shown(walk))
        if walk.state is State.ASKING:
            walk.skip()
        else:
            walk.go_on()

    drive(lesson, act)
    return found


def _shown(walk: Walk) -> Iterator[Stated]:
    """What the present page states."""
    step, snapshot = walk.step, walk.snapshot
    assert snapshot is not None
    question = step.question
    expressions = []
    if walk.state is State.ANSWERED and question is not None:
        expressions += question.why.expressions
        kind = question.kind
        expressions += [each for remark in kind.remarks for each in remark.text.expressions]
        expressions += [remark.about for remark in kind.remarks]
        if kind.name != "bug":
            values = [getattr(kind, field.name) for field in fields(kind)]
            expressions += [each for each in values if isinstance(each, Expression)]
        expressions += [option.right for option in listed(question)]
    else:
        expressions += step.text.expressions
        if question is not None:
            expressions += question.prompt.expressions
            expressions += [each for hint in question.hints for each in hint.expressions]
            expressions += [each for option in listed(question) for each in option.text.expressions]
    for each in expressions:
        yield Stated(step.title, each.text, each.value(snapshot.names))


def listed(question: Question) -> tuple[Option, ...]:
    """The answers that a lesson lists for a choice; none for another kind."""
    kind = question.kind
    return kind.listed if isinstance(kind, ChoiceQuestion) else ()
