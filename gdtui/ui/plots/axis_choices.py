"""The numbers of a model that a slice through its loss can be drawn along."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from gdtui.analysis.landscape.parameter_slice import Element
from gdtui.analysis.numerals import Numerals
from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import Column, History

_MOST = 1000
"""The most numbers that are listed."""


class AxisChoice(NamedTuple):
    """A number that can be an axis: which one, its value and how far it has moved, in words, and
    that distance, NaN if it is not recorded."""

    element: Element
    text: str
    moved: float


class AxisChoices(NamedTuple):
    """The numbers that can be an axis, in the order of the script, and how many more there are that
    are not listed."""

    listed: tuple[AxisChoice, ...]
    left_out: int

    @property
    def suggested(self) -> tuple[Element, ...]:
        """The two that have moved most, in the order of the list."""
        order = sorted(self.listed, key=lambda each: -np.nan_to_num(each.moved, nan=-1.0))
        chosen = {each.element for each in order[:2]}
        return tuple(each.element for each in self.listed if each.element in chosen)


def axis_choices(history: History, study: Study, write: Numerals) -> AxisChoices:
    """The numbers of the parameters that were recorded. Of large parameters no values are known."""
    columns = list(history.parameters.values())
    share = max(1, _MOST // max(1, len(columns)))
    listed: list[AxisChoice] = []
    left_out = 0
    for column in columns:
        shape = column.field.norm_of or column.field.shape
        size = int(np.prod(shape))
        left_out += max(0, size - share)
        listed += islice(_of_column(column, shape, size, study, write), share)
    return AxisChoices(tuple(listed), left_out)


def _of_column(
    column: Column, shape: tuple[int, ...], size: int, study: Study, write: Numerals
) -> Iterator[AxisChoice]:
    name, epochs = column.field.name, study.epochs
    now, begun = _values(column, epochs), np.ravel(_start(study, name))
    for place, index in enumerate(np.ndindex(*shape)):
        element = Element(name, tuple(index) if size > 1 else ())
        if now is None or not np.isfinite(now[place]):
            yield AxisChoice(element, "", float("nan"))
            continue
        value = float(now[place])
        moved = abs(value - float(begun[place])) if len(begun) == size else float("nan")
        text = write(value) if np.isnan(moved) else f"{write(value)}, moved by {write(moved)}"
        yield AxisChoice(element, text, moved)


def _values(column: Column, epochs: int) -> FloatArray | None:
    """All numbers of a parameter at the end of an epoch, flat; None if they are not recorded."""
    if column.field.norm_of is not None or not 0 < epochs <= len(column):
        return None
    values: FloatArray = np.ravel(column[epochs - 1])
    return values


def _start(study: Study, name: str) -> FloatArray:
    """What a parameter was before the first epoch, as an array; an empty one if that is unknown."""
    held = study.start.get(name)
    known = isinstance(held, int | float | np.ndarray)
    return np.asarray(held, dtype=np.float64) if known else np.empty(0)
