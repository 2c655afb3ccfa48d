"""Resumes a lesson where the learner left it."""

from __future__ import annotations

from gdtui.lessons.format.lesson import Lesson
from gdtui.lessons.walk.page import State
from gdtui.lessons.walk.progress import Progress
from gdtui.lessons.walk.walk import Walk


def begin_walk(lesson: Lesson, progress: Progress, *, again: bool = False) -> Walk:
    """A walk through a lesson, from the step where the learner left it, or ``again`` from the first
    step.

    Raises:
        LessonError: the lesson needs a script or a setting that does not exist.
    """
    record = progress.records.get(lesson.name)
    if again or record is None:
        return Walk(lesson)
    asked = {place for place, step in enumerate(lesson.steps) if step.question}
    same = record.steps == len(lesson.steps) and record.score.total == len(asked)
    if not same or not record.score.answers.keys() <= asked:
        # The lesson has changed since.
        return Walk(lesson)
    return Walk(lesson, record.at, record.score)


def note_walk(progress: Progress, walk: Walk) -> str:
    """Keep the position of a walk. Returns an error message the first time that something goes
    wrong; otherwise an empty text."""
    lesson = walk.lesson
    if walk.state is State.OVER:
        progress.note_end(lesson.name, walk.score)
    else:
        progress.note(lesson.name, walk.at, len(lesson.steps), walk.score)
    return progress.news
