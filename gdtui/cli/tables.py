"""Tables as text."""

from __future__ import annotations

from collections.abc import Sequence

_GAP = "  "


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells, the columns aligned at their left. An empty column takes no room."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        _GAP.join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width
        ).rstrip()
        for row in rows
    ]
