"""The parameters of a run over its epochs, in bounded memory."""

from __future__ import annotations

import numpy as np

from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray


class ParameterPath:
    """The parameters at some epochs of a run: at all of them first, then at every second, every
    fourth and so on, so that there are never more than ``capacity``."""

    def __init__(self, capacity: int = 400) -> None:
        self._capacity = capacity
        self._stride = 1
        self._epochs: list[int] = []
        self._points: list[FloatArray] = []

    def catch_up(self, study: Study) -> None:
        """Take in the epochs recorded since the last call. The study must have a linear problem."""
        at = self._epochs[-1] + self._stride if self._epochs else 0
        while at <= len(study.history):
            point = study.parameters_at(at)
            if point is None:
                break  # unknown, or no longer finite
            self._epochs.append(at)
            self._points.append(point)
            if len(self._epochs) > self._capacity:
                self._epochs, self._points = self._epochs[::2], self._points[::2]
                self._stride *= 2
            at = self._epochs[-1] + self._stride

    def between(self, first: int, last: int) -> tuple[list[int], FloatArray]:
        """The epochs kept from ``first`` to ``last`` and their points, shape (epochs,
        parameters)."""
        low = int(np.searchsorted(self._epochs, first, side="left"))
        high = int(np.searchsorted(self._epochs, last, side="right"))
        points = self._points[low:high]
        return self._epochs[low:high], np.array(points) if points else np.empty((0, 0))
