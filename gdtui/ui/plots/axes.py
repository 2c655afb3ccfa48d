"""An axis of a picture: its scale, the places of values on it, and its ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gdtui.analysis.numerals import numeral
from gdtui.engine.arrays import FloatArray

BoolArray = npt.NDArray[np.bool_]

_LARGEST = 8e307
"""What is larger is drawn as if it were this, so that distances stay numbers."""

_NARROWEST = 1e-280
_ROUND = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""How many times a power of ten ticks can be apart."""

_DIGITS, _MORE_DIGITS = 7, 12


def scaled(values: npt.ArrayLike, *, log: bool = False) -> FloatArray:
    """Values as they stand on an axis, on a logarithmic one their decimal logarithms. Flat;
    NaN for what is not finite, and for what has no logarithm."""
    plain = np.asarray(values, dtype=np.float64).ravel()
    usable = np.isfinite(plain) & ((plain > 0) | (not log))
    kept = np.where(usable, plain, 1.0)
    return np.where(usable, np.log10(kept) if log else np.clip(kept, -_LARGEST, _LARGEST), np.nan)


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
        low, high = (math.nan, math.nan) if limits is None else scaled(limits, log=log).tolist()
        return cls(low, high, log, upright) if high - low > _NARROWEST else None

    @classmethod
    def fit(cls, values: Sequence[FloatArray], *, log: bool = False, upright: bool = False) -> Axis:
        """The axis that spans all finite values, with some room around a single one."""
        found = np.concatenate([*values, []])
        if not len(found):
            return cls(0.0, 1.0, log, upright)
        low, high = float(found.min()), float(found.max())
        if high - low <= max(_NARROWEST, 1e-12 * max(abs(low), abs(high))):
            room = max(abs(low) * 0.1, _NARROWEST) if low else 1.0
            low, high = low - room, high + room
        return cls(low, high, log, upright)

    def holds(self, values: FloatArray) -> BoolArray:
        """Which values lie on the axis. NaN does not."""
        return (values >= self.low) & (values <= self.high)

    def place(self, values: FloatArray) -> FloatArray:
        """The places of values as fractions of the axis, clamped to its ends."""
        with np.errstate(over="ignore"):
            return np.clip((values - self.low) / (self.high - self.low), 0.0, 1.0)

    def middle(self, cell: int, count: int) -> float:
        """The plain value in the middle of one of ``count`` cells."""
        share = cell / (count - 1) if count > 1 else 0.5
        share = 1 - share if self.upright else share
        value = min(max(self.low * (1 - share) + self.high * share, self.low), self.high)
        return 10.0 ** min(value, math.log10(_LARGEST)) if self.log else value

    def rounded(self, count: int) -> Axis:
        """The axis drawn out to round numbers as little as it can be, with a tick at both of its
        ends and at most half as many more than ``count``; itself where that cannot be."""
        if self.log and self.high - self.low < 1:
            return self
        wider = [self._drawn_out(step) for step in self._steps(count)]
        fitting = [
            each
            for each in wider
            if max(abs(each.low), abs(each.high)) < _LARGEST
            and 2 <= len(each.ticks(count)) <= 1.5 * count
        ]
        return min(fitting, key=lambda each: each.high - each.low, default=self)

    def _drawn_out(self, step: float) -> Axis:
        """The axis to multiples of a step."""
        first, last = self._ends(step, outwards=True)
        low, high = min(first * step, self.low), max(last * step, self.high)
        return replace(self, low=low, high=high, step=step)

    def ticks(self, count: int, *, whole: bool = False) -> list[float]:
        """Up to about ``count`` round numbers on the axis, or those of its own step."""
        # A single tick gives no scale: if the widest step has not two, the next smaller one has.
        steps = [self.step] if self.step else self._steps(count, whole=whole)[2::-1]
        marks = [self.low, self.high]
        for step in steps:
            first, last = self._ends(step)
            marks = [each * step for each in range(first, last + 1)]
            if len(marks) > 1:
                break
        return marks

    def _steps(self, count: int, *, whole: bool = False) -> list[float]:
        """Round distances of ticks, of which the third gives about ``count``; none for an axis too
        narrow or too wide for any."""
        rough = (self.high - self.low) / max(1, count)
        if not _NARROWEST <= rough < _LARGEST:
            return []
        power = 10.0 ** math.floor(math.log10(rough))
        least = 1.0 if whole or (self.log and self.high - self.low >= 1) else 0.0
        steps = [power * each for each in (*_ROUND, 20.0)]
        chosen = next(index for index, step in enumerate(steps) if step >= rough * 0.999)
        return [max(step, least) for step in steps[chosen - 2 : chosen + 2]]

    def _ends(self, step: float, *, outwards: bool = False) -> tuple[int, int]:
        """The first and the last multiple of a step on the axis, or those that hold it. One that is
        only rounding away counts."""
        first, last = self.low / step, self.high / step
        slack = [1e-9 + 1e-15 * abs(each) for each in (first, last)]
        if outwards:
            return math.floor(first + slack[0]), math.ceil(last - slack[1])
        return math.ceil(first - slack[0]), math.floor(last + slack[1])

    def names(self, marks: Sequence[float]) -> list[str]:
        """The labels of ticks, with more digits where they would otherwise look alike."""
        if self.log:
            return [f"1e{m:.0f}" if m == round(m) else numeral(10**m, 3) for m in marks]
        names = [numeral(mark, _DIGITS) for mark in marks]
        alike = len(set(names)) < len(names)
        return [numeral(mark, _MORE_DIGITS) for mark in marks] if alike else names
