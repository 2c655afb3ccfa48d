"""Finding what is wrong with a lesson's file: in its text, and by walking through it once."""

from __future__ import annotations

from pathlib import Path

from gdtui.lessons.errors import LessonError
from gdtui.lessons.page import State
from gdtui.lessons.problems import LessonFileError, Problem
from gdtui.lessons.reading import read_lesson
from gdtui.lessons.task import Runner
from gdtui.lessons.walk import Walk


def check_lesson(path: Path) -> list[Problem]:
    """All that is wrong with a lesson's file, by line. Runs the script of the lesson.

    Raises:
        LessonError: the file cannot be read.
    """
    try:
        lesson = read_lesson(path)
    except LessonFileError as error:
        return error.problems
    try:
        walk = Walk(lesson)
    except LessonError as error:
        return [Problem(max(1, error.line), str(error))]
    return sorted(_walked(walk), key=lambda each: each.line)


def _walked(walk: Walk) -> list[Problem]:
    """What is found by going through a lesson with all hints and no answers."""
    problems: list[Problem] = []
    with Runner() as runner:
        while walk.state is not State.OVER:
            if walk.state is State.MOVING:
                walk.arrive(runner.carry_out(walk.task))
            elif walk.state is State.STUCK:
                problems.append(Problem(max(1, walk.fault_line), walk.page.trouble))
                walk.go_on()
            elif walk.state is State.ASKING and walk.page.hints_left:
                walk.hint()
            elif walk.state is State.ASKING:
                walk.skip()
            else:
                problems += _remarks(walk)
                walk.go_on()
    return problems


def _remarks(walk: Walk) -> list[Problem]:
    """What is wrong with remarks that only a wrong answer would show."""
    found: list[Problem] = []
    question = walk.step.question
    if walk.state is not State.ANSWERED or question is None or walk.scene is None:
        return found
    for remark in question.remarks:
        try:
            remark.about.number(walk.scene.names)
            remark.text.fill(walk.scene.names)
        except LessonError as error:
            found.append(Problem(error.line, str(error)))
    return found
