"""The axes of a picture: their scales, the places of values on them, and their ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gdtui.analysis.numerals import numeral
from gdtui.engine.arrays import FloatArray

IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

_LARGEST = 8e307
"""What is larger is drawn as if it were this, so that distances stay numbers."""

_NARROWEST = 1e-280
_WIDEST_STEP = 1e308
"""Ten times the power of ten below it is still a number."""

_FIRST, _LAST = 0.5016585662, 0.501516152
"""How far from the outer edges of the first and the last cell plotext puts the ends of an axis.
They are not quite in the middle, which settles where a value between two cells goes."""


def scaled(values: npt.ArrayLike, *, log: bool = False) -> FloatArray:
    """Values as they stand on an axis, on a logarithmic one their decimal logarithms. Flat;
    NaN for what is not finite, and for what has no logarithm."""
    plain = np.asarray(values, dtype=np.float64).ravel()
    usable = np.isfinite(plain) & ((plain > 0) | (not log))
    result = np.full(plain.shape, np.nan)
    kept = plain[usable]
    result[usable] = np.log10(kept) if log else np.clip(kept, -_LARGEST, _LARGEST)
    return result


def middles(cells: IntArray, count: int) -> FloatArray:
    """The middles of cells as fractions of so many. The first is at 0 and the last at 1."""
    return np.asarray(cells / (count - 1) if count > 1 else np.full(cells.shape, 0.5))


@dataclass(frozen=True)
class Axis:
    """The stretch of numbers that an axis shows. Its ends are in the middles of its outermost
    cells, which are counted from the left or from the top.

    Attributes:
        low, high: its ends, as ``scaled`` gives them.
        log: whether it is logarithmic.
        upright: whether it goes up, so that its first cell is that of its high end.
        step: from tick to tick; 0 where the ticks are chosen by their number.
    """

    low: float
    high: float
    log: bool = False
    upright: bool = False
    step: float = 0.0

    @classmethod
    def between(
        cls, limits: tuple[float, float] | None, *, log: bool = False, upright: bool = False
    ) -> Axis | None:
        """The axis with these ends; None if they are not an interval of finite numbers."""
        if limits is None:
            return None
        low, high = scaled(limits, log=log).tolist()
        return cls(low, high, log, upright) if high - low > _NARROWEST else None

    @classmethod
    def fit(cls, values: Sequence[FloatArray], *, log: bool = False, upright: bool = False) -> Axis:
        """The axis that spans all values, with some room around a single value."""
        full = [each for each in values if len(each)]
        if not full:
            return cls(0.0, 1.0, log, upright)
        low = float(min(each.min() for each in full))
        high = float(max(each.max() for each in full))
        if high - low > max(_NARROWEST, 1e-12 * max(abs(low), abs(high))):
            return cls(low, high, log, upright)
        room = max(abs(low) * 0.1, 1e-280) if low else 1.0
        return cls(low - room, high + room, log, upright)

    def holds(self, values: FloatArray) -> BoolArray:
        """Which values lie on the axis. NaN does not."""
        return (values >= self.low) & (values <= self.high)

    def place(self, values: FloatArray) -> FloatArray:
        """The places of values as fractions of the axis, clamped to its ends."""
        within = np.clip(values, self.low, self.high)
        placed: FloatArray = np.clip((within - self.low) / (self.high - self.low), 0.0, 1.0)
        return placed

    def cells(self, values: FloatArray, count: int) -> IntArray:
        """The cell, of ``count``, in which plotext draws each value."""
        share = self.place(values)
        share = 1 - share if self.upright else share
        return np.floor(_FIRST + (count - _FIRST - _LAST) * share).astype(np.intp)

    def shares(self, cells: IntArray, count: int) -> FloatArray:
        """The middles of some of ``count`` cells as fractions of the axis."""
        share = middles(cells, count)
        return 1 - share if self.upright else share

    def middle(self, cell: int, count: int) -> float:
        """The plain value in the middle of one of ``count`` cells."""
        share = float(self.shares(np.array(cell), count))
        value = min(max(self.low * (1 - share) + self.high * share, self.low), self.high)
        return 10.0 ** min(value, math.log10(_LARGEST)) if self.log else value

    def rounded(self, count: int) -> Axis:
        """The axis drawn out to round numbers as little as it can be, with a tick at both of its
        ends and at most half as many more than ``count``; itself where that cannot be."""
        found = self._steps(count)
        if found is None or (self.log and self.high - self.low < 1):
            return self
        steps, chosen = found
        wider = [self._drawn_out(step) for step in steps[max(0, chosen - 1) : chosen + 2]]
        fitting = [each for each in wider if each and 2 <= len(each.ticks(count)) <= 1.5 * count]
        return min(fitting, key=lambda each: each.high - each.low, default=self)

    def _drawn_out(self, step: float) -> Axis | None:
        """The axis to multiples of a step; None where there are none among the numbers."""
        step = max(1.0, math.ceil(step)) if self.log else step
        first, last = self.low / step, self.high / step
        low = math.floor(first + _slack(first)) * step
        high = math.ceil(last - _slack(last)) * step
        if not max(abs(low), abs(high)) < _LARGEST or high - low <= _NARROWEST:
            return None
        return Axis(min(low, self.low), max(high, self.high), self.log, self.upright, step)

    def _steps(self, count: int) -> tuple[list[float], int] | None:
        """Round distances of ticks, and which of them gives about ``count``; None for an axis too
        narrow or too wide for any."""
        rough = (self.high - self.low) / max(1, count)
        if not _NARROWEST <= rough < _WIDEST_STEP:
            return None
        power = 10.0 ** math.floor(math.log10(rough))
        steps = [power * each for each in (0.2, 0.5, 1, 2, 5, 10)]
        return steps, next(index for index, step in enumerate(steps) if step >= rough * 0.999)

    def ticks(self, count: int, *, whole: bool = False) -> list[float]:
        """Up to about ``count`` round numbers on the axis, or those of its own step."""
        if self.step:
            return self._multiples(self.step, whole)
        found = self._steps(count)
        if found is None:
            return [self.low, self.high]
        steps, chosen = found
        marks = self._multiples(steps[chosen], whole)
        if len(marks) < 2:
            # A single tick gives no scale.
            more = self._multiples(steps[chosen - 1], whole)
            marks = more if len(more) < 2 * count else marks
        return marks

    def _multiples(self, step: float, whole: bool) -> list[float]:
        if whole or (self.log and self.high - self.low >= 1):
            step = max(1.0, math.ceil(step))
        low, high = self.low / step, self.high / step
        first, last = math.ceil(low - _slack(low)), math.floor(high + _slack(high))
        if last - first > 100:
            return [self.low, self.high]
        return [each * step for each in range(first, last + 1)]

    def names(self, marks: Sequence[float]) -> list[str]:
        """The labels of ticks."""
        return _log_names(marks) if self.log else _names(marks)


def _slack(count: float) -> float:
    """How far a number of steps may be from a whole one by rounding."""
    return 1e-9 + 1e-15 * abs(count)


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
    return [f"1e{mark:.0f}" if mark == round(mark) else numeral(10**mark, 3) for mark in marks]
