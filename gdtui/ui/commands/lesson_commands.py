"""The commands of a lesson."""

from __future__ import annotations

from gdtui.ui.commands.app_state import Situation
from gdtui.ui.commands.command import LESSON_GROUP, Command


def _in_lesson(now: Situation) -> bool:
    return now.lesson is not None


def _goes_on(now: Situation) -> bool:
    return now.lesson is not None and now.lesson.state != "moving" and not now.enter_reads_out


def _goes_back(now: Situation) -> bool:
    return now.lesson is not None and now.lesson.state != "moving" and not now.lesson.at_start


def _lesson_label(now: Situation) -> str:
    return "answer" if now.is_asked else "go on"


LESSON: tuple[Command, ...] = (
    Command(
        "lesson_on",
        ("enter",),
        _lesson_label,
        "Go on, or answer",
        LESSON_GROUP,
        enabled=_goes_on,
        rank=110,
        shown=_in_lesson,
    ),
    Command(
        "lesson_hint",
        ("h",),
        "hint",
        "A hint",
        LESSON_GROUP,
        enabled=lambda now: now.is_asked and now.lesson is not None and now.lesson.hints_left > 0,
        rank=109,
        shown=_in_lesson,
    ),
    Command(
        "lesson_skip",
        ("s",),
        "skip",
        "Skip the question and show its answer",
        LESSON_GROUP,
        enabled=lambda now: now.is_asked,
        rank=108,
        shown=_in_lesson,
    ),
    Command(
        "lesson_back",
        ("backspace",),
        "before",
        "Go to the previous step",
        LESSON_GROUP,
        enabled=_goes_back,
        rank=106,
        shown=_in_lesson,
    ),
    Command(
        "lesson_put_back",
        ("u",),
        "its settings",
        "Restore the lesson's own script and settings",
        LESSON_GROUP,
        enabled=lambda now: now.lesson is not None and now.lesson.can_put_back,
        rank=107,
        shown=lambda now: now.lesson is not None and now.lesson.can_put_back,
    ),
    Command(
        "lessons",
        ("w",),
        lambda now: "leave lesson" if now.lesson else "lessons",
        "List the lessons and the bug lab; in a lesson, leave it",
        LESSON_GROUP,
        rank=104,
    ),
)
"""The keys of a lesson, and to a lesson."""
