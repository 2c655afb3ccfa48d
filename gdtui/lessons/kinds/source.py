"""The part of a lesson's file that describes one question, for its kind to parse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression, Text
from gdtui.lessons.problems import Complain

UNREAD = Text("?")
"""Stands in for a text that could not be read, so that it is not reported as missing as well."""

_UNREAD_CONDITION = Expression("1 > 0")


@dataclass
class QuestionSource:
    """What stands below ``### Ask: KIND``.

    A problem goes to ``complain``, and a stand-in takes the place of what could not be read. So
    one pass finds all problems of a file.

    Attributes:
        line: the line of the heading.
        prompt: the text below the heading. A kind removes what is not part of the question.
        prompt_line: the line where the text begins.
        instructions: the values of each instruction, with their lines.
        complain: takes the line of a problem and a message.
    """

    line: int
    prompt: str
    prompt_line: int
    instructions: Mapping[str, Sequence[tuple[str, int]]]
    complain: Complain

    def optional(self, key: str) -> tuple[str, int] | None:
        """The first value of an instruction with its line; None where it is missing."""
        found = self.instructions.get(key)
        return found[0] if found else None

    def required(self, key: str, message: str = "") -> tuple[str, int] | None:
        """As :meth:`optional`; a missing instruction is a problem."""
        found = self.optional(key)
        if found is None:
            message = message or f"the question needs an instruction `- {key}: ...`"
            self.complain(self.line, message)
        return found

    def expression(self, found: tuple[str, int] | None) -> Expression:
        """The expression in the value of an instruction, with or without backticks."""
        if found is None:
            return _UNREAD_CONDITION
        text, line = found
        try:
            return Expression(text.strip().strip("`"), line)
        except LessonError as error:
            self.complain(error.line or line, str(error))
            return _UNREAD_CONDITION

    def text(self, source: str, line: int) -> Text:
        """A text with expressions in braces."""
        try:
            return Text(source, line)
        except LessonError as error:
            self.complain(error.line or line, str(error))
            return UNREAD
