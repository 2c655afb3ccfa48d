"""A picture made ready to be drawn at any size: its numbers scaled and finite, its axes found, and
its parts as fractions of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.ui.plots.axes import Axis, BoolArray, scaled
from gdtui.ui.plots.picture import BEAD, Colour, Curve, Picture, Points
from gdtui.ui.plots.polylines import apart, beads, chained, dashed, distinct, joined, thinned

BRAILLE = "braille"
_LEVEL, _STEM, _MARKER, _CURSOR = "╌", "│", "┊", "┃"
_EDGES = np.array([0.0, 1.0])


class Part(NamedTuple):
    """Points to be drawn, as fractions of the axes: x, y and whether a point is joined to the one
    before, each of shape (points,), finite and between 0 and 1."""

    x: FloatArray
    y: FloatArray
    joins: BoolArray
    symbol: str
    colour: Colour | None


class _Stroke(NamedTuple):
    """A level or upright line. It goes from edge to edge where it has no x or no y."""

    x: FloatArray | None
    y: FloatArray | None
    symbol: str
    colour: Colour | None


class Scene:
    """What there is to draw of a picture.

    Attributes:
        across, up: the axes.
    """

    def __init__(self, picture: Picture, ticks: int) -> None:
        """``ticks`` is about how many an upright axis has."""
        log, x_log = picture.log, picture.x_log
        across = Axis.between(picture.x_limits, log=x_log)
        up = Axis.between(picture.y_limits, log=log, upright=True)
        self._curves = [(each, *_finite(each, log, x_log)) for each in picture.curves]
        self._points = [(each, *_finite(each, log, x_log, across, up)) for each in picture.points]
        self._strokes = [
            each
            for each in _strokes(picture)
            if all(np.isfinite(of).all() for of in each[:2] if of is not None)
        ]
        drawn = [(x, y) for _, x, y in [*self._curves, *self._points]]
        drawn += [(x, y) for x, y, *_ in self._strokes if x is not None and y is not None]
        self.across = across or Axis.fit([x for x, _ in drawn], log=x_log)
        if up is None:
            levels = [y for x, y, *_ in self._strokes if x is None and y is not None]
            up = Axis.fit([*(y for _, y in drawn), *levels], log=log, upright=True)
            up = up.rounded(ticks) if picture.round_ends else up
        self.up = up

    def parts(self, columns: int, rows: int) -> Iterator[Part]:
        """What is drawn in a picture of so many cells, the lowest first."""
        for across, up, symbol, colour in self._strokes:
            x, y = np.broadcast_arrays(
                _EDGES if across is None else self.across.place(across),
                _EDGES if up is None else self.up.place(up),
            )
            yield Part(x, y, np.array([False, True]), symbol, colour)
        for curve, x, y in sorted(self._curves, key=lambda each: not each[0].dashed):
            # Only a curve whose x never decreases can be thinned by columns.
            turns = bool((np.diff(x) < 0).any())
            x, y = self.across.place(x), self.up.place(y)
            lines = distinct(joined(x, y), columns, rows) if turns else thinned(x, y, columns)
            lines = dashed(lines, columns, rows) if curve.dashed else lines
            yield Part(*chained(lines), BRAILLE, curve.colour)
        for each, x, y in self._points:
            x, y = self.across.place(x), self.up.place(y)
            x, y = (beads if each.symbol == BEAD else apart)(x, y, columns, rows)
            symbol = BRAILLE if each.symbol == BEAD else each.symbol
            yield Part(x, y, np.zeros(len(x), dtype=np.bool_), symbol, each.colour)


def _finite(
    drawn: Curve | Points,
    log: bool,
    x_log: bool,
    across: Axis | None = None,
    up: Axis | None = None,
) -> tuple[FloatArray, FloatArray]:
    """The x and y that are finite and on the axes, both of shape (points,)."""
    x, y = scaled(drawn.x, log=x_log), scaled(drawn.y, log=log)
    kept = np.isfinite(x) & np.isfinite(y)
    for axis, values in ((across, x), (up, y)):
        kept &= True if axis is None else axis.holds(values)
    return x[kept], y[kept]


def _strokes(picture: Picture) -> Iterator[_Stroke]:
    """The lowest first."""
    for level in picture.levels:
        yield _Stroke(None, scaled(level.y, log=picture.log), _LEVEL, level.colour)
    for stem in picture.stems:
        ends = scaled([stem.low, stem.high], log=picture.log)
        yield _Stroke(scaled(stem.x, log=picture.x_log), ends, _STEM, stem.colour)
    for place, symbol, colour in (
        (picture.marker, _MARKER, None),
        (picture.cursor, _CURSOR, picture.cursor_colour),
    ):
        yield _Stroke(scaled(_number(place), log=picture.x_log), None, symbol, colour)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
