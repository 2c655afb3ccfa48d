"""The gradient of one parameter, by the script and by differences of the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdtui.engine.arrays import FloatArray


@dataclass(frozen=True)
class Slope:
    """The gradient of one parameter, by the script and by differences.

    Attributes:
        name: the parameter.
        line: the line that has computed the gradient; 0 where it is not known.
        value: the parameter where both were taken.
        directions: along which they were taken, each of the parameter's shape.
        by_script: the slopes along some directions by the script's gradient.
        by_loss: the same by the loss.
        is_sure: for each direction whether differences of two widths agree.
    """

    name: str
    line: int
    value: FloatArray
    directions: tuple[FloatArray, ...]
    by_script: FloatArray
    by_loss: FloatArray
    is_sure: bool

    def along(self, numbers: FloatArray) -> FloatArray:
        """An array of the parameter's shape along the same directions."""
        return np.array([float(np.sum(numbers.reshape(e.shape) * e)) for e in self.directions])
