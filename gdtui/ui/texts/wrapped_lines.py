"""Long lines of code wrapped to the width of a pane."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from rich.cells import get_character_cell_size
from textual.content import Content

MOST_ROWS = 8
"""The most rows of one line; the rest of a longer line is cut, and a mark shows that."""

_DEEPER = 4
"""By how many columns the further rows of a line are indented more than its first."""

_NARROWEST = 8
"""The fewest columns that a further row keeps for its text."""

_COMMENT = re.compile(r"\s*# ?")


class WrappedLines:
    """Lines laid out as rows of at most ``width`` columns.

    A line that is too long is broken at a blank, else behind a comma, a dot or an opening bracket,
    else where the row is full. Its further rows are indented more than the first, those of a
    comment so that its text stands below itself.
    """

    def __init__(self, lines: Sequence[Content], width: int) -> None:
        self.width = width
        self._lines = lines
        # Where each row starts and ends in its line, and by how much it is indented.
        self._rows: list[tuple[int, int, int]] = []
        self._first: list[int] = []
        for line in lines:
            self._first.append(len(self._rows))
            text = line.plain
            if width > 0 and line.cell_length > width:
                self._rows += _broken(text, width)
            else:
                self._rows.append((0, len(text), 0))

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def line_at(self, row: int) -> int:
        """The index of the line that a row shows, from 0."""
        return bisect.bisect_right(self._first, row) - 1

    def rows_of(self, line: int) -> range:
        """The rows of a line. A line past the last one has none, and stands behind the last row."""
        if line >= len(self._lines):
            return range(len(self._rows), len(self._rows))
        last = line + 1 == len(self._lines)
        return range(self._first[line], len(self._rows) if last else self._first[line + 1])

    def content(self, row: int) -> Content:
        """What a row shows, with its indent."""
        line = self.line_at(row)
        start, end, indent = self._rows[row]
        content = self._lines[line]
        if (start, end) == (0, len(content.plain)):
            return content
        shown = Content(" " * indent) + content[start:end]
        is_cut = row + 1 == self.rows_of(line).stop and end < len(content.plain)
        return shown + "…" if is_cut else shown


def _broken(text: str, width: int) -> list[tuple[int, int, int]]:
    """The rows of a line that is longer than ``width``: start, end and indent of each."""
    comment = _COMMENT.match(text)
    depth = comment.end() if comment else len(text) - len(text.lstrip()) + _DEEPER
    depth = max(0, min(depth, width - _NARROWEST, width // 2))
    rows: list[tuple[int, int, int]] = []
    start, indent = 0, 0
    while start < len(text):
        last = len(rows) + 1 == MOST_ROWS
        end = _fitting(text, start, width - indent)
        if end < len(text) and not last:
            end = _break_before(text, start, end)
        elif end < len(text):
            end = _fitting(text, start, width - indent - 1)
        rows.append((start, max(end, start + 1), indent))
        if last:
            break
        start = max(end, start + 1)
        while start < len(text) and text[start] == " ":
            start += 1
        indent = depth
    return rows


def _fitting(text: str, start: int, room: int) -> int:
    """The end of the longest part from ``start`` that takes at most ``room`` columns."""
    if text.isascii():
        return min(len(text), start + room)
    taken = 0
    for index in range(start, len(text)):
        taken += get_character_cell_size(text[index])
        if taken > room:
            return index
    return len(text)


def _break_before(text: str, start: int, end: int) -> int:
    """The best place to break a row that has room up to ``end``: not inside its indent."""
    code = start + len(text[start:end]) - len(text[start:end].lstrip())
    blank = text.rfind(" ", code, end + 1)
    if text[code:blank].rstrip().endswith(" #"):
        # The sign of a comment stands before its text.
        blank = text.rindex("#", code, blank)
    if blank > code:
        return blank
    behind = max(text.rfind(each, code, end) for each in ",.([{")
    return behind + 1 if behind > code else end
