"""Taking up a lesson where it was left."""

from __future__ import annotations

from gdtui.lessons.format.lesson import Lesson
from gdtui.lessons.walk.page import State
from gdtui.lessons.walk.progress import Progress
from gdtui.lessons.walk.walk import Walk


def begin_walk(lesson: Lesson, progress: Progress, *, again: bool = False) -> Walk:
    """A walk through a lesson, from where the learner left it, or ``again`` from its first step.

    Raises:
        LessonError: the lesson asks for a script or a setting that there is not.
    """
    record = progress.records.get(lesson.name)
    if again or record is None:
        return Walk(lesson)
    asked = {place for place, step in enumerate(lesson.steps) if step.question}
    same = record.steps == len(lesson.steps) and record.score.total == len(asked)
    if not same or not record.score.answers.keys() <= asked:
        # It is another lesson by now.
        return Walk(lesson)
    return Walk(lesson, record.at, record.score)


def note_walk(progress: Progress, walk: Walk) -> str:
    """Keep where a walk has got to. Returns what went wrong with that, as long as it has not been
    said yet."""
    lesson = walk.lesson
    if walk.state is State.OVER:
        progress.note_end(lesson.name, walk.score)
    else:
        progress.note(lesson.name, walk.at, len(lesson.steps), walk.score)
    return progress.news
