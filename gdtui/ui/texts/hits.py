"""What a searched text matches, and how that is marked in lines."""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.content import Content

HIT, HIT_HERE = "reverse", "bold reverse underline"
"""The styles of what is found, and of that in the line that the search has come to."""


def pattern_of(text: str) -> re.Pattern[str] | None:
    """What finds a text in a line, in capitals or not unless it has any itself; None for an empty
    one."""
    if not text:
        return None
    return re.compile(re.escape(text), 0 if text != text.lower() else re.IGNORECASE)


def marked(line: Content, pattern: re.Pattern[str] | None, *, here: bool) -> Content:
    """A line with all that is found in it marked; ``here`` is the line that the search has come
    to."""
    for each in pattern.finditer(line.plain) if pattern else ():
        line = line.stylize(HIT_HERE if here else HIT, *each.span())
    return line


def marked_segments(
    text: str, style: Style, pattern: re.Pattern[str] | None, *, here: bool
) -> list[Segment]:
    """As :func:`marked`, of a text in one style."""
    if pattern is None:
        return [Segment(text, style)]
    hit = style + Style.parse(HIT_HERE if here else HIT)
    segments, at = [], 0
    for each in pattern.finditer(text):
        segments += [Segment(text[at : each.start()], style), Segment(each[0], hit)]
        at = each.end()
    return [*segments, Segment(text[at:], style)]
