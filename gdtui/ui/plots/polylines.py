"""Curves as straight lines, thinned or dashed, and marks, so many as can be told apart.

Lines are arrays of shape (lines, 2, 2): for each line its two ends, and of each end x and y, as
fractions of the axes.
"""

from __future__ import annotations

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.ui.plots.axes import BoolArray

_POINTS_A_COLUMN = 2
_INK = 30
"""How many times the width of a picture the lines of a path may be long. With more it would be
a blot, and take its time."""

_LEAST_INK = 3
"""The least length that a line counts with, in columns."""

_DOTS = np.array([2, 4])
"""Columns and rows of dots in a braille cell."""

_PERIOD = 4.0
"""The period of the dashes, in columns."""

_DASH = 1.8
_FIRST_DASH = -0.4
"""A dash and where it begins, so that a level line fills two cells and leaves two empty: a
curve begins in the middle of a cell, and the dots at both ends of a dash have a width."""


def joined(x: FloatArray, y: FloatArray) -> FloatArray:
    """The lines through points of shape (points,). A single point is a line of no length."""
    points = np.stack([x, y], axis=1)
    return np.stack([points[:-1], points[1:]] if len(points) > 1 else [points, points], axis=1)


def thinned(x: FloatArray, y: FloatArray, width: int) -> FloatArray:
    """The lines through points of shape (points,) that come in the order of ``x``. Of more
    points than a picture of so many columns has room for, the smallest and the largest value
    of each column stay, in their order."""
    if len(x) > _POINTS_A_COLUMN * width:
        columns = np.minimum(np.floor(x * width), width - 1)
        order = np.lexsort((y, columns))
        _, first, counts = np.unique(columns[order], return_index=True, return_counts=True)
        kept = np.unique(np.concatenate([order[first], order[first + counts - 1]]))
        x, y = x[kept], y[kept]
    return joined(x, y)


def distinct(lines: FloatArray, columns: int, rows: int) -> FloatArray:
    """Lines of a picture of so many cells without those that would look the same as an earlier
    one. If there are too many, a sample along the whole path."""
    dots = _DOTS * (columns, rows)
    places = np.floor(lines * dots).astype(np.int64) @ (1, dots[0] + 1)
    pairs = np.sort(places, axis=1) @ ((dots + 1).prod(), 1)
    lines = lines[np.sort(np.unique(pairs, return_index=True)[1])]
    share = _INK * columns / max(1, (_lengths(lines, columns, rows) + _LEAST_INK).sum())
    if share < 1:
        lines = lines[np.linspace(0, len(lines) - 1, max(1, int(share * len(lines)))).astype(int)]
    return lines


def dashed(lines: FloatArray, columns: int, rows: int) -> FloatArray:
    """The dashes of lines of a picture of so many cells."""
    lengths = _lengths(lines, columns, rows)
    stops = np.concatenate([[0.0], np.cumsum(lengths)])
    edges = np.arange(_FIRST_DASH, stops[-1], _PERIOD)[:, np.newaxis] + [0.0, _DASH]
    cuts = np.unique(np.clip(np.append(edges, stops), 0.0, stops[-1]))
    pieces = np.stack([cuts[:-1], cuts[1:]], axis=1)
    if not len(pieces):
        return lines  # a point
    pieces = pieces[(pieces.mean(axis=1) - _FIRST_DASH) % _PERIOD < _DASH]
    owner = np.searchsorted(stops, pieces.mean(axis=1)) - 1
    share = (pieces - stops[owner, np.newaxis]) / lengths[owner, np.newaxis]
    share = np.clip(share, 0.0, 1.0)[..., np.newaxis]
    dashes: FloatArray = lines[owner, :1] * (1 - share) + lines[owner, 1:] * share
    return dashes


def chained(lines: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """The ends of lines as points: x, y and whether a point is joined to the one before, each
    of shape (points,). The end of a line and the same start of the next are one point."""
    begins = np.ones(len(lines), dtype=np.bool_)
    begins[1:] = (lines[1:, 0] != lines[:-1, 1]).any(axis=1)
    kept = np.stack([begins, np.ones_like(begins)], axis=1).ravel()
    x, y = lines.reshape(-1, 2)[kept].T
    return x, y, np.tile([False, True], len(lines))[kept]


def apart(x: FloatArray, y: FloatArray, columns: int, rows: int) -> tuple[FloatArray, FloatArray]:
    """One point for each cell of a picture of so many that has any, both of shape (cells,)."""
    cells = np.floor(x * (columns - 1) + 0.5) * rows + np.floor(y * (rows - 1) + 0.5)
    _, first = np.unique(cells, return_index=True)
    return x[first], y[first]


def beads(x: FloatArray, y: FloatArray, columns: int, rows: int) -> tuple[FloatArray, FloatArray]:
    """The four dots around each point of a picture of so many cells, both of shape (dots,)."""
    dots = _DOTS * (max(1, columns - 1), max(1, rows - 1))
    corners = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    # A whole number of dots is the edge between two.
    places = (np.stack([x, y], axis=1) * dots).round()[:, np.newaxis] + corners
    x, y = np.clip(np.unique(places.reshape(-1, 2), axis=0) / dots, 0.0, 1.0).T
    return x, y


def _lengths(lines: FloatArray, columns: int, rows: int) -> FloatArray:
    """In columns. A row is as tall as two columns are wide."""
    way = (lines[:, 1] - lines[:, 0]) * (columns - 1, 2 * (rows - 1))
    return np.hypot(way[:, 0], way[:, 1])
