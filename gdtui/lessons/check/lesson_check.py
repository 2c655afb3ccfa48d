"""Finding what is wrong with a lesson's file: in its text, and by walking through it once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.parser import read_lesson
from gdtui.lessons.problems import LessonFileError, Problem
from gdtui.lessons.walk.navigation import Runner
from gdtui.lessons.walk.page import State
from gdtui.lessons.walk.walk import Walk

Tell = Callable[[int, str], object]
"""Takes what is being done now, with the line of the lesson's file that it is about."""


def check_lesson(path: Path) -> list[Problem]:
    """All that is wrong with a lesson's file, by line. Runs the scripts of the lesson, and takes
    as long as they do.

    Raises:
        LessonError: the file cannot be read.
    """
    return sorted(find_problems(path), key=lambda each: each.line)


def find_problems(path: Path, tell: Tell = lambda line, text: None) -> Iterator[Problem]:
    """As :func:`check_lesson`, each problem as it is found. ``tell`` is called before anything
    that may take a while.

    Raises:
        LessonError: the file cannot be read.
    """
    try:
        lesson = read_lesson(path)
    except LessonFileError as error:
        yield from error.problems
        return
    try:
        walk = Walk(lesson)
    except LessonError as error:
        yield Problem(max(1, error.line), str(error))
        return
    yield from _walked(walk, tell)


def _walked(walk: Walk, tell: Tell) -> Iterator[Problem]:
    """What is found by going through a lesson with all hints and no answers."""
    part = ""
    with Runner() as runner:
        while walk.state is not State.OVER:
            if walk.state is State.MOVING:
                task = walk.task
                tell(walk.step.line, f"{walk.place}{part}, with {task.destination.script.name}")
                walk.arrive(runner.carry_out(task))
            elif walk.state is State.STUCK:
                part = ""
                yield Problem(max(1, walk.fault_line), walk.page.trouble)
                walk.go_on()
            elif walk.state is State.ASKING and walk.page.hints_left:
                walk.hint()
            elif walk.state is State.ASKING:
                part = ", its answer"
                walk.skip()
            else:
                part = ""
                yield from _remarks(walk)
                walk.go_on()


def _remarks(walk: Walk) -> Iterator[Problem]:
    """What is wrong with remarks that only a wrong answer would show."""
    question = walk.step.question
    if walk.state is not State.ANSWERED or question is None or walk.snapshot is None:
        return
    for remark in question.kind.remarks:
        try:
            remark.about.number(walk.snapshot.names)
            remark.text.fill(walk.snapshot.names)
        except LessonError as error:
            yield Problem(error.line, str(error))
