"""A problem in a lesson's file, with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gdtui.lessons.errors import LessonError

Complain = Callable[[int, str], None]
"""Takes the line of a problem and a message."""


@dataclass(frozen=True)
class Problem:
    """A problem in a lesson's file.

    Attributes:
        line: the line, counted from 1.
        message: what is wrong, and what would be right.
    """

    line: int
    message: str


class LessonFileError(LessonError):
    """A file is not a lesson.

    Attributes:
        problems: all problems of the file, by line.
    """

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda each: each.line)
        first = self.problems[0]
        more = len(problems) - 1
        others = f" (and {more} more; see `gdtui lessons --check`)" if more else ""
        super().__init__(f"{path}, line {first.line}: {first.message}{others}", first.line)
