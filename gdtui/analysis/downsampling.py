"""Downsampling: a growing series in bounded memory, with its peaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gdtui.engine.arrays import FloatArray


class Envelope:
    """The envelope of a growing series: the smallest and largest value of every interval.

    An interval is one value long at first. Whenever there are more than ``capacity`` intervals,
    neighbours are merged and the length doubles. So the cost of adding a value, and of reading the
    envelope, does not depend on the length of the series.

    Values that are not finite are ignored; an interval without a finite value is NaN.
    """

    def __init__(self, capacity: int = 1024) -> None:
        """
        Raises:
            ValueError: the capacity is not an even number above 0.
        """
        if capacity < 2 or capacity % 2:
            raise ValueError(f"capacity {capacity} is not allowed; it must be even and positive")
        self._capacity = capacity
        self._stretch = 1
        self._full = 0
        self._low = np.full(capacity, np.nan)
        self._high = np.full(capacity, np.nan)
        # The values of the interval that is not full yet.
        self._rest = np.empty(0)

    def __len__(self) -> int:
        """The number of values added."""
        return self._full * self._stretch + len(self._rest)

    @property
    def stretch(self) -> int:
        """The number of values in an interval."""
        return self._stretch

    def add(self, values: npt.ArrayLike) -> None:
        """Append values, shape (n,)."""
        rest = np.concatenate([self._rest, np.asarray(values, dtype=np.float64).ravel()])
        while len(rest) >= self._stretch:
            if self._full == self._capacity:
                self._merge()
                continue
            room = self._capacity - self._full
            count = min(room, len(rest) // self._stretch)
            blocks = rest[: count * self._stretch].reshape(count, self._stretch)
            self._low[self._full : self._full + count] = _smallest(blocks)
            self._high[self._full : self._full + count] = _largest(blocks)
            self._full += count
            rest = rest[count * self._stretch :]
        self._rest = rest.copy()

    def read(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The middles of the intervals, and their smallest and largest values: three arrays of
        shape (intervals,). The first value of the series is at 1."""
        at: FloatArray = (np.arange(self._full, dtype=np.float64) + 0.5) * self._stretch + 0.5
        low, high = self._low[: self._full].copy(), self._high[: self._full].copy()
        if not len(self._rest):
            return at, low, high
        rest = self._rest[np.newaxis]
        last = np.array([self._full * self._stretch + (len(self._rest) + 1) / 2])
        return (
            np.concatenate([at, last]),
            np.concatenate([low, _smallest(rest)]),
            np.concatenate([high, _largest(rest)]),
        )

    def as_json(self) -> dict[str, Any]:
        """Its state, as :meth:`from_json` takes it; None stands for NaN."""
        return {
            "stretch": self._stretch,
            "low": _or_none(self._low[: self._full]),
            "high": _or_none(self._high[: self._full]),
            "rest": _or_none(self._rest),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], capacity: int = 1024) -> Envelope:
        """An envelope from its state.

        Raises:
            ValueError: it is not the state of one.
        """
        made = cls(capacity)
        try:
            low, high, rest = (
                np.array(kept[name], dtype=np.float64) for name in ("low", "high", "rest")
            )
            stretch = int(kept["stretch"])
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"not the state of an envelope: {error!r}") from None
        sizes = {low.ndim, high.ndim, rest.ndim, int(len(low) == len(high))}
        if sizes != {1} or len(low) > capacity or stretch < 1 or len(rest) >= stretch:
            raise ValueError("not the state of an envelope: the sizes do not fit")
        made._stretch, made._full, made._rest = stretch, len(low), rest
        made._low[: len(low)], made._high[: len(high)] = low, high
        return made

    def _merge(self) -> None:
        half = self._capacity // 2
        self._low[:half] = np.fmin(self._low[::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[::2], self._high[1::2])
        self._full = half
        self._stretch *= 2


def _or_none(values: FloatArray) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _smallest(blocks: FloatArray) -> FloatArray:
    """The smallest finite value of each row, NaN if there is none."""
    smallest: FloatArray = np.fmin.reduce(_finite(blocks), axis=1)
    return smallest


def _largest(blocks: FloatArray) -> FloatArray:
    largest: FloatArray = np.fmax.reduce(_finite(blocks), axis=1)
    return largest


def _finite(blocks: FloatArray) -> FloatArray:
    return np.where(np.isfinite(blocks), blocks, np.nan)
