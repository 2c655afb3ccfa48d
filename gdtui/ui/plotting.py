"""Pictures of curves as text. The only module that imports plotext.

plotext 6 ends the whole process on a NaN, raises on an infinity, and freezes on a value far
outside an axis. So it never sees the numbers of a run: every curve arrives there thinned to two
points a column, finite, and as fractions of the picture between 0 and 1. Scales, logarithms
and the places of the ticks are worked out here.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotext
from rich.text import Text

from gdtui.ui.picture import Colour, Curve, Picture

FloatArray = npt.NDArray[np.float64]

_SMALLEST = (12, 4)
"""Columns and rows below which axes would leave no room for the curves."""

_ROWS_WITH_LABELS = 8
_POINTS_A_COLUMN = 2
_LARGEST = 8e307
"""What is larger is drawn as if it were this, so that distances stay numbers."""

_NARROWEST = 1e-280
_ENDS = np.array([0.0, 1.0])

# One figure serves all pictures.
_lock = threading.Lock()
plotext.terminal.limit(False, False)


def draw(picture: Picture, width: int, height: int) -> Text:
    """The picture as ``height`` lines of ``width`` characters each.

    Any size is allowed; where there is too little room, axes and labels give way to the curves.

    Raises:
        ValueError: the width or the height is negative, or ``x`` and ``y`` of a curve differ
            in shape.
    """
    if width < 0 or height < 0:
        raise ValueError(f"size {width}x{height} is not allowed; both must be 0 or more")
    curves = [_finite(curve, log=picture.log) for curve in picture.curves]
    if not width or not height:
        return Text("\n".join([""] * height))
    levels = [
        (float(scaled[0]), level.colour)
        for level in picture.levels
        if len(scaled := _scaled(np.array([level.y]), log=picture.log))
    ]
    across = _Axis.fit([x for x, _, _ in curves], picture.x_limits)
    up = _Axis.fit([y for _, y, _ in curves] + [np.array([level]) for level, _ in levels])
    framed = width >= _SMALLEST[0] and height >= _SMALLEST[1]
    labelled = framed and height >= _ROWS_WITH_LABELS
    with _lock:
        figure = _blank_figure(width, height)
        if framed:
            _put_axes(figure, picture, across, up, width, height, labelled=labelled)
        else:
            figure.axes(False)
            figure.ruler("both", "both").ticks([])
        figure.ruler("x", "lower").lim(0.0, 1.0)
        figure.ruler("y", "left").lim(0.0, 1.0)
        for level, colour in levels:
            _put_line(figure, _ENDS, up.place(np.full(2, level)), "╌", colour)
        if picture.marker is not None and math.isfinite(picture.marker):
            at = np.clip(across.place(np.array([picture.marker])), 0, 1)
            _put_line(figure, np.repeat(at, 2), _ENDS, "┊", None)
        for x, y, colour in curves:
            points = _thin(across.place(x), up.place(y), width)
            _put_line(figure, *points, "braille", colour)
        drawn = figure.build().string()
    return _fitted(Text.from_ansi(drawn), width, height)


@dataclass(frozen=True)
class _Axis:
    """The stretch of numbers that an axis shows."""

    low: float
    high: float

    @classmethod
    def fit(cls, values: Sequence[FloatArray], limits: tuple[float, float] | None = None) -> _Axis:
        """The axis that holds all values; around a single value, some room on both sides."""
        full = [each for each in values if len(each)]
        if limits and all(map(math.isfinite, limits)):
            low, high = (float(np.clip(each, -_LARGEST, _LARGEST)) for each in limits)
            if high - low > _NARROWEST:
                return cls(low, high)
        if not full:
            return cls(0.0, 1.0)
        low = float(min(each.min() for each in full))
        high = float(max(each.max() for each in full))
        if high - low > max(_NARROWEST, 1e-12 * max(abs(low), abs(high))):
            return cls(low, high)
        room = max(abs(low) * 0.1, 1e-280) if low else 1.0
        return cls(low - room, high + room)

    def place(self, values: FloatArray) -> FloatArray:
        """Where values are, as fractions of the axis."""
        within = np.clip(values, self.low, self.high)
        placed: FloatArray = np.clip((within - self.low) / (self.high - self.low), 0.0, 1.0)
        return placed

    def ticks(self, count: int, *, whole: bool = False, log: bool = False) -> list[float]:
        """Up to about ``count`` round numbers on the axis."""
        rough = (self.high - self.low) / max(1, count)
        if rough < _NARROWEST:
            return [self.low, self.high]
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough * 0.999)
        if whole or (log and self.high - self.low >= 1):
            step = max(1.0, math.ceil(step))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        if last - first > 100:
            return [self.low, self.high]
        return [each * step for each in range(first, last + 1)]


def _finite(curve: Curve, *, log: bool) -> tuple[FloatArray, FloatArray, Colour | None]:
    x = np.asarray(curve.x, dtype=np.float64).ravel()
    y = np.asarray(curve.y, dtype=np.float64).ravel()
    if x.shape != y.shape:
        raise ValueError(f"x has {x.size} points and y has {y.size}; each x needs one y")
    kept = np.isfinite(x) & np.isfinite(y)
    if log:
        kept &= y > 0
    return _scaled(x[kept], log=False), _scaled(y[kept], log=log), curve.colour


def _scaled(values: FloatArray, *, log: bool) -> FloatArray:
    kept = values[np.isfinite(values) & ((values > 0) | (not log))]
    return np.log10(kept) if log else np.clip(kept, -_LARGEST, _LARGEST)


def _thin(x: FloatArray, y: FloatArray, width: int) -> tuple[FloatArray, FloatArray]:
    """The smallest and largest value of each column, in the order in which they come."""
    if len(x) <= _POINTS_A_COLUMN * width:
        return x, y
    columns = np.minimum((x * width).astype(int), width - 1)
    order = np.lexsort((y, columns))
    _, first, counts = np.unique(columns[order], return_index=True, return_counts=True)
    kept = np.unique(np.concatenate([order[first], order[first + counts - 1]]))
    return x[kept], y[kept]


# plotext ------------------------------------------------------------------------------


def _blank_figure(width: int, height: int) -> Any:
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.canvas("default")
    figure.plot_size(width, height)
    return figure


def _put_axes(
    figure: Any,
    picture: Picture,
    across: _Axis,
    up: _Axis,
    width: int,
    height: int,
    *,
    labelled: bool,
) -> None:
    rows = max(2, min(6, height // 3))
    marks = up.ticks(rows, log=picture.log)
    names = _log_names(marks) if picture.log else _names(marks)
    figure.ruler("y", "left").ticks(list(up.place(np.array(marks))), names)
    margin = max(map(len, names), default=0) + 2
    columns = max(1, min(6, (width - margin) // 10))
    marks = across.ticks(columns, whole=across.high - across.low >= 1)
    if not marks or marks[0] - across.low > (across.high - across.low) / columns / 2:
        marks.insert(0, across.low)
    figure.ruler("x", "lower").ticks(list(across.place(np.array(marks))), _names(marks))
    figure.axes(False, side=1)
    if labelled and picture.x_label:
        figure.label(picture.x_label[: width - margin], "x", "lower")
    if labelled and picture.y_label:
        figure.title(picture.y_label[: width - margin])


def _put_line(
    figure: Any,
    x: FloatArray,
    y: FloatArray,
    symbol: str,
    colour: Colour | None,
) -> None:
    if not len(x):
        return
    marker = plotext.marker(symbol, plotext.pixel(colour) if colour else plotext.pixel())
    signal = figure.signal(x.tolist(), y.tolist(), marker=marker)
    figure.draw(signal.lines().density("full"))


def _fitted(text: Text, width: int, height: int) -> Text:
    """Exactly ``height`` lines of ``width`` characters."""
    lines = list(text.split("\n", allow_blank=True))[:height]
    lines += [Text("") for _ in range(height - len(lines))]
    for line in lines:
        line.truncate(width, pad=True)
    return Text("\n").join(lines)


def _names(marks: Sequence[float]) -> list[str]:
    """Labels with just enough digits to tell the marks apart."""
    for digits in range(1, 10):
        names = [_short(mark, digits) for mark in marks]
        apart = len(set(names)) == len(names)
        if apart and all(
            math.isclose(float(name), mark, rel_tol=1e-6, abs_tol=1e-300)
            for name, mark in zip(names, marks, strict=True)
        ):
            return names
    return [_short(mark, 4) for mark in marks]


def _short(number: float, digits: int) -> str:
    size = abs(number)
    if not number or 1e-4 <= size < 1e7:
        decimals = max(0, digits - 1 - math.floor(math.log10(size))) if number else 0
        text = f"{number:.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{number:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def _log_names(marks: Sequence[float]) -> list[str]:
    return [f"1e{mark:.0f}" if mark == round(mark) else f"{10**mark:.3g}" for mark in marks]
