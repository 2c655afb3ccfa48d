"""Expressions in a lesson's texts, such as ``{w:.3f}``, filled in from the run.

They read a snapshot and nothing else. This does not protect from a lesson: gdtui runs the scripts
that a lesson names, and the lines that it puts into them, as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from gdtui.analysis import expressions
from gdtui.analysis.numerals import DIGITS, numeral
from gdtui.engine.printable import clean_line
from gdtui.engine.script.settings import shown as quoted
from gdtui.lessons.errors import LessonError

_MOST_SHOWN = 64
"""The most numbers of an array that a text shows."""


class Expression(expressions.Expression):
    """An expression over the names of a snapshot.

    Raises:
        LessonError: the expression is not allowed, or cannot be computed.
    """

    error = LessonError


_BEGINS_BLOCK = re.compile(r"\s*([-*+>|#]|\d+[.)]|```)")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Text:
    """A Markdown text with expressions in braces. A literal brace is written twice.

    Attributes:
        source: the text as the lesson writes it.
        line: its first line in the file.

    Raises:
        LessonError: a brace has no partner, or an expression is not allowed.
    """

    source: str
    line: int = 0

    def __post_init__(self) -> None:
        _ = self._parts

    @cached_property
    def _parts(self) -> tuple[str | tuple[Expression, str], ...]:
        """Text, and expressions with their formats."""
        return tuple(self._split())

    def _split(self) -> Iterator[str | tuple[Expression, str]]:
        # A paragraph becomes one line: otherwise a number at the beginning of a line could look
        # like that of a list item.
        source = _with_whole_paragraphs(self.source)
        end = 0
        for match in _PLACE.finditer(source):
            yield source[end : match.start()]
            end = match.end()
            line = self.line + self.source.count("\n", 0, match.start())
            if match[0] in ("{{", "}}"):
                yield match[0][0]
            elif match[1] is None or not match[1].strip():
                raise LessonError(
                    f"{quoted(match[0])} without its partner; write it twice for a brace",
                    line,
                )
            else:
                text, form = _with_format(match[1], line)
                yield Expression(text, line), form
        yield source[end:]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in the text, in their order."""
        return tuple(part[0] for part in self._parts if not isinstance(part, str))

    def fill(self, names: Mapping[str, object]) -> str:
        """The text with the values of its expressions.

        Raises:
            LessonError: an expression cannot be computed.
        """
        return "".join(
            part if isinstance(part, str) else _filled(*part, names) for part in self._parts
        ).strip()


def _filled(expression: Expression, form: str, names: Mapping[str, object]) -> str:
    value = expression.value(names)
    try:
        return shown(value, form)
    except (TypeError, ValueError, OverflowError):
        raise LessonError(f"{expression.text!r} cannot be shown", expression.line) from None


def _with_whole_paragraphs(source: str) -> str:
    """A Markdown text of the same length, with a blank for each line break in a paragraph."""
    lines = source.split("\n")
    fenced = False
    text = lines[0]
    for before, line in pairwise(lines):
        is_fence = before.startswith("```")
        fenced ^= is_fence
        breaks = fenced or is_fence or not (before.strip() and line.strip())
        text += "\n" if breaks or _BEGINS_BLOCK.match(line) else " "
        text += line
    return text


def _with_format(inside: str, line: int) -> tuple[str, str]:
    """The content of a pair of braces, as an expression and a format."""
    text, colon, form = (part.strip() for part in inside.rpartition(":"))
    if not colon or re.search("['\"\\])]", form):
        # No colon, or a colon that is part of the expression.
        return inside.strip(), ""
    if not re.fullmatch(r"[+]|[+]?(\.\d{1,2})?[efg%d]", form):
        raise LessonError(f"{quoted(form)} is not a format; one is .3f, .4g, .1%, + or +.2f", line)
    return text, form


def shown(value: object, form: str = "") -> str:
    """A value as text. A number follows the rule for all numbers, with as many digits as ``g``
    requests, or another format. Several numbers have commas between them. A text becomes one line
    that is safe to show."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return clean_line(value)
    if isinstance(value, int) and not form:
        return str(value)
    if isinstance(value, np.ndarray | tuple | list):
        values = np.ravel(np.asarray(value))
        cut = ["…"] if len(values) > _MOST_SHOWN else []
        return ", ".join([*(shown(each, form) for each in values[:_MOST_SHOWN].tolist()), *cut])
    number = float(value)  # type: ignore[arg-type]
    if not form.strip("+") or form.endswith("g"):
        text = numeral(number, int(form.strip("+.g") or DIGITS) or 1)
        return f"+{text}" if form.startswith("+") and number > 0 and text != "0" else text
    text = format(int(number) if form == "d" else number, form)
    # No minus before a number that is rounded to 0.
    return text.lstrip("-") if not re.search(r"[1-9]|inf|nan", text) else text
