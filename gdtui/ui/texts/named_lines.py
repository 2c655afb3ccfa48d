"""Finds the lines of a script that a text names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.lessons.walk.page import Page

_TO = r"(?:to|through|-|\N{EN DASH})"
_AND = rf"(?:,\s*and|,|and|or|{_TO})"
_LINES = re.compile(
    rf"\blines?\s+(?:is\s+)?(\d+\b(?:\s*{_AND}\s*(?:line\s+)?\d+\b)*)", re.IGNORECASE
)
_PARTS = re.compile(rf"(\d+)(?:\s*{_TO}\s*(?:line\s+)?(\d+))?", re.IGNORECASE)
_LONGEST = 6
"""The most digits of a line number."""


def named_on(page: Page, last: int) -> tuple[int, ...]:
    """The lines that a page of a lesson names, up to the ``last`` of the script, in the order of
    the text."""
    return lines_in(_shown(page), last)


def lines_in(texts: Iterable[str], last: int) -> tuple[int, ...]:
    """The numbers of the lines that texts name, each once: ``line 42``, ``lines 3 and 7``,
    ``lines 40 to 44``. Numbers beyond the ``last`` line are left out."""
    return tuple(dict.fromkeys(n for n in _numbers(texts, last) if 1 <= n <= last))


def _numbers(texts: Iterable[str], last: int) -> Iterator[int]:
    for text in texts:
        for found in _LINES.finditer(text):
            for first, end in _PARTS.findall(found[1]):
                if len(first) <= _LONGEST >= len(end):
                    yield from range(int(first), min(int(end or first), last) + 1)


def _shown(page: Page) -> Iterator[str]:
    """The parts of a page that are shown now."""
    if page.state == "answered":
        yield from (page.said, page.why, page.prompt)
        return
    if page.state == "asking":
        yield from reversed(page.hints)
        yield page.prompt
    yield from (page.trouble, page.text)
