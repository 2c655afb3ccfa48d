"""Errors in a lesson, or in continuing it."""

from __future__ import annotations

from gdtui.engine.printable import clean_line


class LessonError(ValueError):
    """Something in a lesson is wrong. The message is one line that is safe to show.

    Attributes:
        line: the line in the lesson's file; 0 for none.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(clean_line(message))
        self.line = line


class UnfitError(LessonError):
    """A lesson cannot continue with the learner's changes to the run."""
