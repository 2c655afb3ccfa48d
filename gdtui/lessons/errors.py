"""What can be wrong with a lesson, or with going on in it."""

from __future__ import annotations

from gdtui.engine.printable import clean_line


class LessonError(ValueError):
    """Something about a lesson is not as it has to be, in one line that is safe to show.

    Attributes:
        line: the line of the lesson's file that it is about; 0 for none.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(clean_line(message))
        self.line = line


class UnfitError(LessonError):
    """A lesson cannot go on with the run as the learner has changed it."""
