"""Errors in a lesson, or in continuing it."""

from __future__ import annotations

from gdtui.analysis.expression_error import ExpressionError


class LessonError(ExpressionError):
    """Something in a lesson is wrong. The message is one line that is safe to show.

    Attributes:
        line: the line in the lesson's file; 0 for none.
    """


class UnfitError(LessonError):
    """A lesson cannot continue with the learner's changes to the run."""
