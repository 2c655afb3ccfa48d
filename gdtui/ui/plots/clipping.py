"""The visible part of a picture and its axes: numbers checked, scaled and finite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len

from gdtui.engine.arrays import FloatArray
from gdtui.ui.plots.axes import Axis, BoolArray, scaled
from gdtui.ui.plots.picture import Curve, Heat, Level, Picture, Points, Stem


@dataclass(frozen=True, eq=False)
class ClippedPicture:
    """A picture ready to be drawn at any size.

    Attributes:
        across, up: the axes.
        boxed: whether curves are cut where they leave the axes.
        levels: with their values, shape (1,).
        stems: with x, the lower and the upper end of each, shape (3,).
        curves, points: with the x and y of what is left of each, both of shape (points,).
    """

    across: Axis
    up: Axis
    boxed: bool
    levels: list[tuple[Level, FloatArray]]
    stems: list[tuple[Stem, FloatArray]]
    curves: list[tuple[Curve, FloatArray, FloatArray]]
    points: list[tuple[Points, FloatArray, FloatArray]]

    @classmethod
    def of(cls, picture: Picture) -> ClippedPicture:
        """The visible part of a picture.

        Raises:
            ValueError: ``x`` and ``y`` of a curve or of points differ in shape, a symbol is not
                one character of one column, or a heat has no colours or values that are not in
                rows and columns.
        """
        log = picture.log
        fixed = (
            Axis.between(picture.x_limits),
            Axis.between(picture.y_limits, log=log, upright=True),
        )
        if picture.heat is not None:
            _check_heat(picture.heat)
        # Values outside the limits do not stretch the other axis.
        levels = [(level, scaled(level.y, log=log)) for level in picture.levels]
        levels = [(level, y) for level, y in levels if _shown(fixed, None, y, y).all()]
        stems = [(stem, _ends(stem, log=log)) for stem in picture.stems]
        stems = [(stem, each) for stem, each in stems if _shown(fixed, *np.split(each, 3)).all()]
        curves = [(curve, *_finite(curve, log=log)) for curve in picture.curves]
        points = []
        for each in picture.points:
            _check_symbol(each.symbol)
            x, y = _finite(each, log=log)
            kept = _shown(fixed, x, y, y)
            points.append((each, x[kept], y[kept]))
        across = [x for _, x, _ in [*curves, *points]] + [each[:1] for _, each in stems]
        up = [y for _, _, y in [*curves, *points]] + [each[1:] for _, each in stems]
        return cls(
            across=fixed[0] or Axis.fit(across),
            up=fixed[1] or Axis.fit([*up, *[y for _, y in levels]], log=log, upright=True),
            boxed=fixed[1] is not None,
            levels=levels,
            stems=stems,
            curves=curves,
            points=points,
        )


def _finite(drawn: Curve | Points, *, log: bool) -> tuple[FloatArray, FloatArray]:
    x, y = scaled(drawn.x), scaled(drawn.y, log=log)
    if x.shape != y.shape:
        raise ValueError(f"x has {x.size} points and y has {y.size}; each x needs one y")
    kept = np.isfinite(x) & np.isfinite(y)
    return x[kept], y[kept]


def _ends(stem: Stem, *, log: bool) -> FloatArray:
    return np.concatenate([scaled(stem.x), np.sort(scaled([stem.low, stem.high], log=log))])


def _shown(
    fixed: tuple[Axis | None, Axis | None],
    x: FloatArray | None,
    low: FloatArray,
    high: FloatArray,
) -> BoolArray:
    """Which of some vertical lines from low to high are at least partly visible on the fixed axes;
    NaN lines are not. Lines without an x are at every x."""
    across, up = fixed
    shown = np.isfinite(low) & np.isfinite(high)
    if up is not None:
        shown &= (low <= up.high) & (high >= up.low)
    if x is not None:
        shown &= np.isfinite(x) if across is None else across.holds(x)
    return shown


def _check_symbol(symbol: str) -> None:
    if len(symbol) != 1 or not symbol.isprintable() or cell_len(symbol) != 1:
        raise ValueError(f"symbol {symbol!r} is not allowed; it must be one character, one column")


def _check_heat(heat: Heat) -> None:
    if np.ndim(heat.values) != 2:
        raise ValueError(f"values of shape {np.shape(heat.values)} are not in rows and columns")
    if not len(heat.colours):
        raise ValueError("a heat without colours is not allowed; it needs at least one")
