"""The recorded epochs of a run, thinned for drawing as they come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdtui.analysis.downsampling import Envelope
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import Column, History, was_there
from gdtui.ui.plots.picture import MOST_CURVES

_FEW_ROWS = 1024
_ROWS = 32_768
"""The most epochs read at once, so that no reading takes long; the next one continues."""


@dataclass
class Series:
    """One curve that grows: an element of a parameter, or the loss.

    Attributes:
        name: what it is.
        first: the epoch of its first value: 0 where the value before training is known.
    """

    name: str
    first: int = 1
    envelope: Envelope = field(default_factory=Envelope)

    def as_json(self) -> dict[str, Any]:
        """Its state, as :meth:`from_json` takes it."""
        return {"name": self.name, "first": self.first, "values": self.envelope.as_json()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Series:
        """A curve from its state.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        values = Envelope.from_json(kept["values"])
        return cls(str(kept["name"]), int(kept["first"]), values)

    def points(self) -> tuple[FloatArray, FloatArray]:
        """Epochs and values; the smallest and the largest value of epochs that share a place."""
        at, low, high = self.envelope.read()
        at += self.first - 1
        if self.envelope.stretch == 1:
            return at, low
        return np.repeat(at, 2), np.stack([low, high], axis=1).ravel()


class RunCurves:
    """The loss and the parameters of one run.

    Attributes:
        epochs: how many epochs have been taken in.
        below: how many of their losses are 0 or less, which have no logarithm.
        loss: the loss.
        more_losses: those after the first, where a script sends several back, by their names.
        metrics: the metrics, by their names.
        parameters: the elements of each parameter, by the parameter's name.
        norms: the Euclidean norm of each parameter, for where there are too many elements.
    """

    def __init__(self) -> None:
        self.epochs = 0
        self.below = 0
        self.loss = Series("loss")
        self.more_losses: dict[str, Series] = {}
        self.metrics: dict[str, Series] = {}
        self.parameters: dict[str, list[Series]] = {}
        self.norms: dict[str, Series] = {}
        self._elements = 0

    def catch_up(self, history: History, start: Mapping[str, object]) -> bool:
        """Read newly recorded epochs; ``start`` are the parameters before training. Returns whether
        there were any."""
        begun, stop = self.epochs, min(len(history), self.epochs + _ROWS)
        if stop <= begun:
            return False
        new = history.loss[begun:stop]
        self.loss.envelope.add(new)
        self.below += int(np.count_nonzero(new <= 0))
        for name, column in list(history.losses.items())[1:]:
            _extend(self.more_losses, name, column[begun:stop], begun)
        for name, column in history.metrics.items():
            _extend(self.metrics, name, column[begun:stop], begun)
        for name, column in history.parameters.items():
            self._add(name, column, begun, stop, start.get(name))
        self.epochs = stop
        return True

    def as_json(self) -> dict[str, Any]:
        """The loss and the parameters, as :meth:`from_json` takes them."""
        return {
            "epochs": self.epochs,
            "below": self.below,
            "loss": self.loss.as_json(),
            "parameters": {
                name: [each.as_json() for each in series]
                for name, series in self.parameters.items()
            },
            "norms": {name: each.as_json() for name, each in self.norms.items()},
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> RunCurves:
        """Curves that were kept.

        Raises:
            ValueError: they are none.
        """
        made = cls()
        try:
            made.epochs, made.below = int(kept["epochs"]), int(kept["below"])
            made.loss = Series.from_json(kept["loss"])
            for name, series in kept["parameters"].items():
                made.parameters[str(name)] = [Series.from_json(each) for each in series]
            made.norms = {str(name): Series.from_json(each) for name, each in kept["norms"].items()}
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"no curves: {error!r}") from None
        return made

    def started(self, start: Mapping[str, object]) -> list[tuple[str, Series]]:
        """The curves of the parameters before the first epoch: a point each. None of them where
        there are too many, or no numbers."""
        found = [
            (name, float(number))
            for name, value in start.items()
            if isinstance(value, int | float | np.ndarray)
            for number in np.ravel(value)
        ]
        curves = [(name, Series(name, first=0)) for name, _ in found[: MOST_CURVES + 1]]
        for (_, number), (_, series) in zip(found, curves, strict=False):
            series.envelope.add([number])
        return curves if len(curves) <= MOST_CURVES else []

    @property
    def are_many(self) -> bool:
        """Whether there are too many elements of parameters for a curve each."""
        return self._elements > MOST_CURVES

    def _add(self, name: str, column: Column, begun: int, stop: int, start: object) -> None:
        series = self.parameters.get(name)
        if series is None:
            series = self.parameters[name] = _series_of(name, column)
            self._elements += column.field.width
            if begun:  # a parameter that did not exist in the first epochs
                for each in series:
                    each.envelope.add(np.full(begun, np.nan))
            elif column.field.norm_of is None and isinstance(start, int | float | np.ndarray):
                values = np.asarray(start, dtype=np.float64)
                if values.shape == column.field.shape:
                    for each, value in zip(series, values.ravel(), strict=False):
                        each.first = 0
                        each.envelope.add([value])
        rows = column[begun:stop].reshape(stop - begun, -1)
        for index, each in enumerate(series):
            each.envelope.add(rows[:, index])
        with np.errstate(all="ignore"):
            norms = np.abs(rows[:, 0]) if column.field.width == 1 else np.linalg.norm(rows, axis=1)
        _extend(self.norms, name, norms, begun)


def latest(column: Column, stop: int) -> float | None:
    """The last value of a single number in the first ``stop`` epochs; None where there is none.
    Of a long run only the end is read, as far as it takes to find one."""
    while stop > 0:
        start = max(0, stop - _FEW_ROWS)
        values = column[start:stop]
        there = values[was_there(values)]
        if len(there):
            return float(there[-1])
        stop = start
    return None


def _extend(curves: dict[str, Series], name: str, values: FloatArray, begun: int) -> None:
    """Add to the curve of a single number; one that is new has nothing for the epochs before."""
    series = curves.get(name)
    if series is None:
        series = curves[name] = Series(name)
        series.envelope.add(np.full(begun, np.nan))
    series.envelope.add(values)


def _series_of(name: str, column: Column) -> list[Series]:
    shape = column.field.shape
    if column.field.norm_of is not None:
        return [Series(f"norm of {name}")]
    if column.field.width == 1:
        return [Series(name)]
    indices = list(np.ndindex(*shape))[:MOST_CURVES]
    return [Series(f"{name}[{', '.join(map(str, index))}]") for index in indices]
