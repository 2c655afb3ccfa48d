"""Curves as straight lines: thinned, cut off at the edges of a picture, dashed.

Lines are arrays of shape (lines, 2, 2): for each line its two ends, and of each end x and y.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gdtui.engine.arrays import FloatArray

IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

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

_STILL = 1e-9
"""Lines shorter than this, in columns, contain no part of a dash."""

_DASH = 1.8
_FIRST_DASH = -0.4
"""A dash and where it begins, so that a level line fills two cells and leaves two empty: a
curve begins in the middle of a cell, and the dots at both ends of a dash have a width."""


def thinned(x: FloatArray, y: FloatArray, columns: IntArray, width: int) -> FloatArray:
    """The lines through points of shape (points,) that come in the order of ``x``. Of more
    points than a picture of so many columns has room for, the smallest and the largest value
    of each column stay, in their order."""
    if len(x) > _POINTS_A_COLUMN * width:
        order = np.lexsort((y, columns))
        _, first, counts = np.unique(columns[order], return_index=True, return_counts=True)
        kept = np.unique(np.concatenate([order[first], order[first + counts - 1]]))
        x, y = x[kept], y[kept]
    return joined(x, y)


def joined(x: FloatArray, y: FloatArray) -> FloatArray:
    """The lines through points of shape (points,). A single point is a line of no length."""
    points = np.stack([x, y], axis=1)
    return np.stack([points[:-1], points[1:]] if len(points) > 1 else [points, points], axis=1)


def clipped(lines: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """The parts of lines inside the box between two corners, each of shape (2,)."""
    start, way = lines[:, 0], lines[:, 1] - lines[:, 0]
    first, last = np.where(way > 0, low, high), np.where(way > 0, high, low)
    # The fractions of each line where it enters and leaves the box, per direction. In a direction
    # without movement a line is inside everywhere or nowhere.
    still = way == 0
    never = np.where((start >= low) & (start <= high), -np.inf, np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        enters = np.where(still, never, (first - start) / way)
        leaves = np.where(still, np.inf, (last - start) / way)
    since = enters.max(axis=1, initial=0.0)
    until = leaves.min(axis=1, initial=1.0)
    seen = since <= until
    lines, way, first, last = lines[seen], way[seen], first[seen], last[seen]
    since, until = since[seen, np.newaxis], until[seen, np.newaxis]
    # A cut end is set to the exact edge, since way * share may be inexact. An end inside the box
    # stays unchanged, so that joined lines stay joined.
    cut_in = np.where(enters[seen] < since, lines[:, 0] + way * since, first)
    cut_out = np.where(leaves[seen] > until, lines[:, 0] + way * until, last)
    ends = [np.where(since > 0, cut_in, lines[:, 0]), np.where(until < 1, cut_out, lines[:, 1])]
    cut: FloatArray = np.clip(np.stack(ends, axis=1), low, high)
    return cut


def distinct(lines: FloatArray, columns: int, rows: int) -> FloatArray:
    """Lines between fractions of a picture of so many cells, without those that would look the
    same as an earlier one. If there are too many, a sample along the whole path."""
    dots = _DOTS * (columns, rows)
    places = np.floor(lines * dots).astype(np.int64) @ (1, dots[0] + 1)
    pairs = np.sort(places, axis=1) @ ((dots + 1).prod(), 1)
    lines = lines[np.sort(np.unique(pairs, return_index=True)[1])]
    share = _INK * columns / max(1, (_lengths(lines, columns, rows) + _LEAST_INK).sum())
    if share < 1:
        count = max(1, int(share * len(lines)))
        lines = lines[np.linspace(0, len(lines) - 1, count).astype(np.intp)]
    return lines


def dashed(lines: FloatArray, columns: int, rows: int) -> FloatArray:
    """The dashes of lines between fractions of a picture of so many cells."""
    lengths = _lengths(lines, columns, rows)
    moving = lengths > _STILL
    if not moving.any():
        return lines
    lines, lengths = lines[moving], lengths[moving]
    stops = np.cumsum(lengths)
    starts = stops - lengths
    # The dashes that a line may have a part of: those that begin from where the last one
    # before its start does, up to its end.
    first = np.floor((starts - _FIRST_DASH) / _PERIOD).astype(np.intp)
    counts = np.floor((stops - _FIRST_DASH) / _PERIOD).astype(np.intp) - first + 1
    owner = np.repeat(np.arange(len(lines)), counts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + first[owner]
    begin = number * _PERIOD + _FIRST_DASH
    share = np.stack([begin, begin + _DASH], axis=1) - starts[owner, np.newaxis]
    share = np.clip(share / lengths[owner, np.newaxis], 0.0, 1.0)
    seen = share[:, 0] < share[:, 1]
    owner, share = owner[seen], share[seen, :, np.newaxis]
    start, end = lines[owner, np.newaxis, 0], lines[owner, np.newaxis, 1]
    dashes: FloatArray = start * (1 - share) + end * share
    return dashes


def chained(lines: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """The ends of lines as points: x, y and whether a point is joined to the one before, each
    of shape (points,). The end of a line and the same start of the next are one point."""
    begins = np.ones(len(lines), dtype=np.bool_)
    begins[1:] = (lines[1:, 0] != lines[:-1, 1]).any(axis=1)
    kept = np.stack([begins, np.ones_like(begins)], axis=1).ravel()
    is_end = np.tile([False, True], len(lines))
    x, y = lines.reshape(-1, 2)[kept].T
    return x, y, is_end[kept]


def _lengths(lines: FloatArray, columns: int, rows: int) -> FloatArray:
    """In columns. A row is as tall as two columns are wide."""
    size = np.array([columns - 1, 2 * (rows - 1)])
    x, y = ((lines[:, 1] - lines[:, 0]) * size).T
    lengths: FloatArray = np.hypot(x, y)
    return lengths
