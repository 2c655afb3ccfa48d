"""A slice through the loss of any model: the losses around its parameters in two directions.

The script itself computes each loss: it is run for one epoch with its parameters moved. One
direction is that of the last step; the other is the steepest, downhill by the gradient, as far as
it is at right angles to the first. Where gradients are recorded by their norms only, it is that of
the next step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.engine.errors import ScriptError
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.pipeline import has_batches
from gdtui.engine.script.script import Script

PLACES = 17
"""Losses in each direction."""

_STEPS = 3.0
_SHARE = 0.3
"""A slice reaches so many last steps to either side, or this share of the size of the parameters if
that is more: near a minimum a step shows nothing."""


@dataclass(frozen=True, eq=False)
class LossSlice:
    """The losses around the parameters of one epoch.

    Attributes:
        epoch: how many epochs were over.
        losses: shape (places, places); the first row is the lowest second coordinate.
        reach: the length of the directions at the ends, in the space of the parameters.
        before: where the epoch before was, first and second coordinate.
        names: what the two directions are.
        parameters: how many numbers are moved.
    """

    epoch: int
    losses: FloatArray
    reach: float
    before: tuple[float, float]
    names: tuple[str, str]
    parameters: int

    @property
    def loss(self) -> float:
        """The loss where no parameter is moved."""
        rows, columns = self.losses.shape
        return float(self.losses[rows // 2, columns // 2])


def refuse_batches(script: Script) -> None:
    """Refuse a script whose losses are those of batches.

    Raises:
        ScriptError: it is one.
    """
    if has_batches(script):
        raise ScriptError("a slice needs a loss of all samples; this script takes batches")


def slice_loss(script: Script, epoch: int, places: int = PLACES) -> LossSlice:
    """A slice when ``epoch`` epochs are over, at least one.

    Raises:
        ScriptError: the script takes batches, fails before, moves nothing, or its parameters cannot
            be moved.
    """
    refuse_batches(script)
    with Timeline(script) as timeline:
        timeline.seek(epoch)
        epoch = timeline.epoch
        timeline.next_epoch()
        if timeline.epoch == epoch:
            epoch -= 1  # the last epoch has no next one
        if epoch < 1:
            raise ScriptError("a slice needs two epochs that the script comes through")
        timeline.seek(epoch - 1)
        before = timeline.parameter_values()
        timeline.seek(epoch)
        here = timeline.parameter_values()
        names = [name for name in here if name in before and before[name].shape == here[name].shape]
        step = _flat(here, names) - _flat(before, names)
        size = float(np.linalg.norm(step))
        if not names or not size or not np.isfinite(size):
            raise ScriptError("a slice needs parameters that the last epoch has moved")
        first = step / size
        steepest, second_name = _steepest(timeline, names)
        second = _at_right_angles(steepest, first)
        reach = max(_STEPS * size, _SHARE * float(np.linalg.norm(_flat(here, names))))
        across = np.linspace(-reach, reach, places)
        moves = (
            _parts(here, names, along * first + up * second) for up in across for along in across
        )
        losses = np.array(list(timeline.losses_moved(moves))).reshape(places, places)
    back = -step
    return LossSlice(
        epoch,
        losses,
        reach,
        (float(back @ first), float(back @ second)),
        ("the last step", second_name),
        len(step),
    )


def _flat(values: Mapping[str, FloatArray], names: list[str]) -> FloatArray:
    found: FloatArray = np.concatenate([values[name].ravel() for name in names])
    return found


def _parts(
    values: Mapping[str, FloatArray], names: list[str], vector: FloatArray
) -> dict[str, FloatArray]:
    """The parts of a vector that belong to each parameter."""
    found, at = {}, 0
    for name in names:
        size = values[name].size
        found[name] = vector[at : at + size]
        at += size
    return found


def _steepest(timeline: Timeline, names: list[str]) -> tuple[FloatArray, str]:
    """Downhill by the gradient of the next epoch, or the next step; and which of them it is."""
    here, epoch = timeline.parameter_values(), timeline.epoch
    timeline.next_epoch()
    after, history = timeline.parameter_values(), timeline.history
    timeline.seek(epoch)
    columns = [history.gradients.get(name) for name in names]
    rows = [
        np.ravel(column[epoch])
        for column in columns
        if column is not None and column.field.norm_of is None and len(column) > epoch
    ]
    if len(rows) == len(names):
        gradient = np.concatenate(rows)
        if np.isfinite(gradient).all() and gradient.any():
            return -gradient, "downhill"
    return _flat(after, names) - _flat(here, names), "the next step"


def _at_right_angles(direction: FloatArray, first: FloatArray) -> FloatArray:
    """A direction of length 1 at right angles to another one; any one if it is the same."""
    for each in (direction, np.roll(first, 1), np.arange(1.0, len(first) + 1)):
        left = each - (each @ first) * first
        size = float(np.linalg.norm(left))
        if size > 1e-9 * max(1e-300, float(np.linalg.norm(each))):
            found: FloatArray = left / size
            return found
    return np.zeros_like(first)
