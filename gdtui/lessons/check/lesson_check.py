"""Finds the problems in a lesson's file: in its text, and by walking through it once."""

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
"""Takes the present part of the check, with its line in the lesson's file."""


def check_lesson(path: Path) -> list[Problem]:
    """The problems in a lesson's file, by line. It runs the scripts of the lesson, and takes as
    long as they do.

    Raises:
        LessonError: the file cannot be read.
    """
    return sorted(find_problems(path), key=lambda each: each.line)


def find_problems(path: Path, tell: Tell = lambda line, text: None) -> Iterator[Problem]:
    """As :func:`check_lesson`, each problem when it is found. ``tell`` is called before every part
    that may take long.

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
    """The problems in a walk with all hints and no answers."""
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
    """The problems in remarks, which only a wrong answer shows."""
    question = walk.step.question
    if walk.state is not State.ANSWERED or question is None or walk.snapshot is None:
        return
    for remark in question.kind.remarks:
        try:
            remark.about.number(walk.snapshot.names)
            remark.text.fill(walk.snapshot.names)
        except LessonError as error:
            yield Problem(error.line, str(error))
