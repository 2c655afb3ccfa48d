"""The plots of a sweep: a curve over the values of one setting, shades over those of two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from textual.color import Color

from gdtui.analysis.numerals import SHORT
from gdtui.engine.arrays import FloatArray
from gdtui.experiments.grid import Axis
from gdtui.experiments.job import Outcome
from gdtui.experiments.outcome_marks import INFINITE, is_settled, is_spread, symbol_of
from gdtui.ui.plots.axes import scaled
from gdtui.ui.plots.picture import Colour, Curve, Heat, Level, Palette, Picture, Points

BEST = "★"
"""The symbol of the run with the lowest value."""

HERE = "◎"
"""The symbol of the run under the cursor, where it has an upright axis."""

_GOOD, _DOUBTFUL, _BAD = "text-success", "text-warning", "text-error"
_COLOURS = {"●": _GOOD, "◆": _GOOD, "~": _DOUBTFUL, "○": _DOUBTFUL, "×": _BAD, "!": _BAD}
_OTHER = "foreground"
_SHADES = 24
_CELLS = 200
"""How many values a heat has at most along an axis: more than a terminal has columns."""


@dataclass(frozen=True, eq=False)
class Swept:
    """The outcomes of a sweep, as far as they are there.

    Attributes:
        axes: the settings that differ, one or two.
        outcomes: what has come of the runs, by their places among all combinations.
        best: the place of the run with the lowest value; None if none has a finite one.
        limit: the learning rate below which the script is stable by theory; None if unknown.
        here: the place of the run under the cursor; None without a cursor.
    """

    axes: Sequence[Axis]
    outcomes: Mapping[int, Outcome]
    best: int | None = None
    limit: float | None = None
    here: int | None = None


def best_place(outcomes: Mapping[int, Outcome]) -> int | None:
    """The place of the run with the lowest value; None if none has a finite one."""
    there = {place: each.value for place, each in outcomes.items() if is_settled(each)}
    return min(there, key=lambda place: (there[place], place)) if there else None


def curve_picture(
    places: Sequence[float],
    outcomes: Sequence[Outcome],
    label: str,
    metric: str,
    *,
    x_log: bool = False,
    limit: float | None = None,
) -> Picture | None:
    """The quantity over some places without colours, each run with the symbol of its verdict; None
    without a finite one.

    Args:
        places: where the runs stand on the horizontal axis.
        outcomes: what came of them.
        label: what the axis shows.
        metric: what the quantity is called.
        x_log: whether that axis is logarithmic.
        limit: where a line marks the limit of stability; None for none.
    """
    values = np.array([outcome.value for outcome in outcomes], dtype=float)
    if not np.isfinite(values).any():
        return None
    heights, log = _heights(outcomes)
    across = np.array(places, dtype=float)
    symbols: dict[str, list[int]] = {}
    for number, outcome in enumerate(outcomes):
        symbols.setdefault(symbol_of(outcome), []).append(number)
    return Picture(
        points=[Points(across[at], heights[at], symbol) for symbol, at in symbols.items()],
        log=log,
        marker=limit if limit is not None and across.min() <= limit <= across.max() else None,
        x_label=f"{label}, logarithmic" if x_log else label,
        y_label=f"{metric}, logarithmic" if log else metric,
        x_log=x_log,
    )


def swept_curve(swept: Swept, colour: Palette) -> Picture:
    """The losses over the values of one setting, with the verdicts, the limit of stability, the
    lowest one and the cursor. There is at least one outcome."""
    (axis,) = swept.axes
    numbers = sorted(swept.outcomes)
    outcomes = [swept.outcomes[number] for number in numbers]
    across = _numbers(axis)[numbers]
    plain = curve_picture(
        across.tolist(), outcomes, axis.name, "last loss", x_log=axis.log, limit=swept.limit
    )
    ends = float(_numbers(axis).min()), float(_numbers(axis).max())
    if plain is None:
        bad = Points(across, np.zeros(len(across)), INFINITE, colour(_BAD))
        return Picture(points=[bad], x_limits=ends, x_log=axis.log, x_label=axis.name)
    heights, _ = _heights(outcomes)
    settled = np.array([is_settled(each) for each in outcomes])
    breaks = np.flatnonzero(np.diff(np.concatenate([[False], settled, [False]])))
    curves = [
        Curve(across[at:end], heights[at:end], colour("text-primary"))
        for at, end in breaks.reshape(-1, 2)
    ]
    points = [
        Points(each.x, each.y, each.symbol, colour(_COLOURS.get(each.symbol, _OTHER)))
        for each in plain.points
    ]
    if swept.best is not None:
        at = numbers.index(swept.best)
        points.append(Points(across[[at]], heights[[at]], BEST, colour(_GOOD)))
    limit = swept.limit
    return Picture(
        curves=curves,
        points=points,
        log=plain.log,
        marker=limit if limit is not None and ends[0] <= limit <= ends[1] else None,
        x_limits=ends,
        x_label=plain.x_label,
        y_label="logarithmic" if plain.log else "",
        round_ends=True,
        x_log=axis.log,
        cursor=None if swept.here is None else float(_numbers(axis)[swept.here]),
        cursor_colour=colour("text-secondary"),
    )


def swept_heat(swept: Swept, colour: Palette) -> Picture:
    """The losses over the values of two settings, the first from left to right, the second upwards:
    the lower, the stronger the shade. A run that has left all numbers, or has failed, has its
    symbol."""
    across, up = swept.axes
    values = np.full(len(across.values) * len(up.values), np.nan)
    marks: dict[str, list[int]] = {}
    for number, outcome in swept.outcomes.items():
        if is_settled(outcome):
            values[number] = outcome.value
        else:
            marks.setdefault(symbol_of(outcome), []).append(number)
    finite = values[np.isfinite(values)]
    log = is_spread(finite[finite > 0])
    if log:
        values = np.log10(np.maximum(values, finite[finite > 0].min()))
    x, y = (each.ravel() for each in np.meshgrid(*map(_numbers, swept.axes), indexing="ij"))
    points = [Points(x[at], y[at], symbol, colour(_BAD)) for symbol, at in marks.items()]
    here = swept.here
    for place, symbol in ((swept.best, BEST), (here, HERE)):
        if place is not None:
            points.append(Points(x[[place]], y[[place]], symbol))
    table = values.reshape(len(across.values), len(up.values)).T
    heat = Heat(
        table[np.ix_(_nearest(up), _nearest(across))],
        _shades(colour),
        ends=(SHORT(finite.min()), SHORT(finite.max())) if len(finite) else (),
    )
    return Picture(
        points=points,
        heat=heat,
        levels=[] if here is None else [Level(float(y[here]), colour("foreground"))],
        x_limits=(float(x.min()), float(x.max())),
        y_limits=(float(y.min()), float(y.max())),
        x_label=f"{across.name}, logarithmic" if across.log else across.name,
        y_label=f"{up.name}, logarithmic" if up.log else up.name,
        log=up.log,
        x_log=across.log,
        cursor=None if here is None else float(x[here]),
        cursor_colour=colour("foreground"),
    )


def nearest_place(axis: Axis, value: float) -> int:
    """The place of the value of an axis that is drawn nearest to a value."""
    return int(np.argmin(np.abs(_scaled(axis) - scaled(value, log=axis.log))))


def _heights(outcomes: Sequence[Outcome]) -> tuple[FloatArray, bool]:
    """Where the values of runs stand, and whether on a logarithmic scale. Runs that have left all
    scales stand at the top, and do not stretch it; a value of 0 has no logarithm, and stands with
    the smallest that has one."""
    values = np.array([outcome.value for outcome in outcomes], dtype=float)
    finite = values[np.isfinite(values)]
    settled = np.array([outcome.value for outcome in outcomes if is_settled(outcome)])
    shown = settled if len(settled) else finite
    above = shown[shown > 0]
    log = bool((shown >= 0).all()) and is_spread(above)
    top = float(shown.max())
    top = top * 10 if log else top + 0.1 * (abs(top) or 1)
    heights = np.where(np.isfinite(values), np.minimum(values, top), top)
    return (np.maximum(heights, above.min()) if log else heights), log


def _numbers(axis: Axis) -> FloatArray:
    return np.array(axis.values, dtype=float)


def _scaled(axis: Axis) -> FloatArray:
    return scaled(_numbers(axis), log=axis.log)


def _nearest(axis: Axis) -> list[int]:
    """For places evenly spread over an axis, as those of a heat are, the place of the value that is
    nearest to each: whole numbers need not be evenly spread."""
    values = _scaled(axis)
    even = np.linspace(values.min(), values.max(), min(_CELLS, 4 * len(values)))
    found: list[int] = np.abs(even[:, None] - values).argmin(axis=1).tolist()
    return found


def _shades(colour: Palette) -> list[Colour]:
    """The shades from the lowest value up, fading towards the background."""
    background, strong = Color(*colour("background")), Color(*colour("primary"))
    return [
        background.blend(strong, 0.75 - 0.63 * place / (_SHADES - 1)).rgb
        for place in range(_SHADES)
    ]
