"""The loss of any model over two of its numbers, all others held where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.landscape.landscape import Limits
from gdtui.analysis.landscape.loss_slice import refuse_batches
from gdtui.engine.arrays import FloatArray
from gdtui.engine.errors import ScriptError
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

PLACES = 21
"""Losses along each number."""

_MOST_PLACES = 200
"""How many places of the path are kept."""

_MARGIN, _AROUND, _WIDEST = 0.2, 0.3, 2.0
"""How far a slice reaches beyond the path, as a share of its width; to either side of the present
place, as a share of the number there, but no farther than so many widths of the path."""


@dataclass(frozen=True)
class Element:
    """One number of a parameter.

    Attributes:
        parameter: the parameter's name.
        index: its place there; empty in a parameter of one number.
    """

    parameter: str
    index: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.index:
            return self.parameter
        return f"{self.parameter}[{', '.join(map(str, self.index))}]"


@dataclass(frozen=True, eq=False)
class ParameterSlice:
    """The losses over two numbers of a model at one epoch.

    Attributes:
        epoch: how many epochs were over.
        elements: the number along x, and the one along y.
        x_limits, y_limits: the range of each.
        loss: the loss at that epoch's end.
        losses: shape (places, places), on an even grid from end to end of each range; the first row
            is the lowest value along y.
        here: the two numbers at that epoch, shape (2,).
        path: their values at some epochs up to it, shape (epochs kept, 2).
        path_epochs: these epochs.
        others: how many numbers the model has besides.
        others_moved: whether any of them has moved up to that epoch, so that the path does not run
            in the plane of the slice, and is a projection onto it.
    """

    epoch: int
    elements: tuple[Element, Element]
    x_limits: Limits
    y_limits: Limits
    loss: float
    losses: FloatArray
    here: FloatArray
    path: FloatArray
    path_epochs: tuple[int, ...]
    others: int
    others_moved: bool

    def epoch_near(self, x: float, y: float) -> int:
        """The epoch of the path that is nearest to a point, in units of the ranges."""
        sizes = [high - low for low, high in (self.x_limits, self.y_limits)]
        away = (self.path - [x, y]) / sizes
        return self.path_epochs[int(np.argmin((away**2).sum(axis=1)))]

    def text(self) -> str:
        """What the slice leaves out, in sentences."""
        first, second = self.elements
        told = f"The loss over {first} and {second} in epoch {self.epoch}"
        if not self.others:
            return f"{told}: the whole landscape, for the model has no other numbers."
        others = "the other number stays as it is"
        if self.others > 1:
            others = f"all {self.others} other numbers stay as they are"
        if not self.others_moved:
            return f"{told}, a slice: {others}."
        moved = "they have" if self.others > 1 else "it has"
        return (
            f"{told}, a slice: {others}. In the run {moved} moved as well, so its path is a "
            "projection: what the slice shows below it is not the loss that the run had there."
        )


def slice_parameters(
    script: Script, epoch: int, elements: tuple[Element, Element], places: int = PLACES
) -> ParameterSlice:
    """A slice along two numbers when ``epoch`` epochs are over.

    Raises:
        ScriptError: the script takes batches or fails before, has no such numbers, or its
            parameters cannot be moved.
    """
    refuse_batches(script)
    if elements[0] == elements[1]:
        raise ScriptError(f"a slice needs two numbers, and {elements[0]} is one")
    with Timeline(script) as timeline:
        timeline.start()
        start = timeline.parameter_values()
        places_of_path, kept = [], []
        for stop in sorted({round(each) for each in np.linspace(0, epoch, _MOST_PLACES)}):
            if timeline.seek(stop).epoch != stop or timeline.outcome is not None:
                break
            kept.append(stop)
            places_of_path.append(_numbers(timeline.parameter_values(), elements))
        epoch = _with_a_next_one(timeline, kept[-1] if kept else 0)
        timeline.seek(epoch)
        values = timeline.parameter_values()
        here = _numbers(values, elements)
        kept = [each for each in kept if each < epoch] + [epoch]
        path = np.array([*places_of_path[: len(kept) - 1], here])
        if not np.isfinite(path).all():
            first, second = elements
            raise ScriptError(f"a slice needs finite numbers; {first} or {second} is not")
        x_limits, y_limits = (_limits(path[:, axis], float(here[axis])) for axis in (0, 1))
        across, up = np.linspace(*x_limits, places), np.linspace(*y_limits, places)
        grid = [_move(values, elements, (x - here[0], y - here[1])) for y in up for x in across]
        loss, *losses = timeline.losses_moved([{}, *grid])
    return ParameterSlice(
        epoch=epoch,
        elements=elements,
        x_limits=x_limits,
        y_limits=y_limits,
        loss=loss,
        losses=np.array(losses).reshape(places, places),
        here=here,
        path=path,
        path_epochs=tuple(kept),
        others=sum(each.size for each in values.values()) - 2,
        others_moved=_others_moved(start, values, elements),
    )


def _with_a_next_one(timeline: Timeline, epoch: int) -> int:
    """The epoch, or the one before where the run has none after it: the loss at its end is that of
    the next."""
    timeline.seek(epoch)
    timeline.next_epoch()
    if timeline.epoch > epoch:
        return epoch
    if not epoch:
        raise ScriptError("a slice needs an epoch that the script comes through")
    return epoch - 1


def _numbers(values: Mapping[str, FloatArray], elements: tuple[Element, Element]) -> FloatArray:
    found = []
    for element in elements:
        held = values.get(element.parameter)
        if held is None or not _has(held, element.index):
            raise ScriptError(f"{element} is none of the numbers that the script learns")
        found.append(float(held[element.index] if element.index else held.ravel()[0]))
    return np.array(found)


def _has(values: FloatArray, index: tuple[int, ...]) -> bool:
    if not index:
        return values.size == 1
    return len(index) == values.ndim and all(
        0 <= each < size for each, size in zip(index, values.shape, strict=True)
    )


def _move(
    values: Mapping[str, FloatArray],
    elements: tuple[Element, Element],
    steps: tuple[float, float],
) -> dict[str, FloatArray]:
    """What to add to the parameters, each flat, to move the two numbers by two steps."""
    moves: dict[str, FloatArray] = {}
    for element, step in zip(elements, steps, strict=True):
        held = values[element.parameter]
        move = moves.setdefault(element.parameter, np.zeros(held.size))
        at = np.ravel_multi_index(element.index, held.shape) if element.index else 0
        move[int(at)] = step
    return moves


def _limits(path: FloatArray, here: float) -> Limits:
    """The range along one number: its path with a margin, and some room around the present one."""
    width, around = float(np.ptp(path)), _AROUND * abs(here)
    around = min(around, _WIDEST * width) if width else around or 1.0
    room = _MARGIN * width
    low, high = float(path.min()) - room, float(path.max()) + room
    return min(low, here - around), max(high, here + around)


def _others_moved(
    start: Mapping[str, FloatArray],
    values: Mapping[str, FloatArray],
    elements: tuple[Element, Element],
) -> bool:
    for name, now in values.items():
        begun = start.get(name)
        if begun is None or begun.shape != now.shape:
            return True
        moved = np.atleast_1d(begun != now)
        for element in elements:
            if element.parameter == name:
                moved[element.index or 0] = False
        if moved.any():
            return True
    return False
