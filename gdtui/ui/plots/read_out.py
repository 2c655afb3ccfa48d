"""What the cursor reads out: the values of one epoch, with all their digits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.numerals import FULL
from gdtui.analysis.study import Study
from gdtui.engine.record.history import History, was_there
from gdtui.engine.record.summary import Summary
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import has_batches
from gdtui.ui.plots.parameter_curves import norm_of

_FEW = 3


@dataclass(frozen=True, eq=False)
class ReadOut:
    """The values of one epoch in words. Each is empty where there is none.

    Attributes:
        epoch: the epoch under the cursor, 0 for the start; None without a cursor.
        study: what is known of the run.
        history: its records.
    """

    epoch: int | None
    study: Study
    history: History

    def all(self) -> str:
        """Loss, metrics and parameters."""
        parts = [self.loss(), self.metrics(self.history.metrics), self.parameters()]
        return self._said("  ".join(part.partition(": ")[2] for part in parts if part))

    def loss(self) -> str:
        """The loss; of several each with its name."""
        column = self.history.loss
        if not self.epoch or self.epoch > len(column):
            return ""
        found, row = list(self.history.losses.items()), self.epoch - 1
        if len(found) > 1:
            return self._said("  ".join(f"{name} {FULL(float(each[row]))}" for name, each in found))
        what = "mean loss" if has_batches(self.study.script) else "loss"
        return self._said(f"{what} {FULL(float(column[row]))}")

    def metrics(self, names: Iterable[str]) -> str:
        """The metrics of these names."""
        if not self.epoch:
            return ""
        columns = self.history.metrics
        return self._said(
            "  ".join(
                f"{name} {FULL(float(value[0])) if was_there(value).all() else '-'}"
                for name in names
                if name in columns and self.epoch <= len(columns[name])
                for value in [columns[name][self.epoch - 1 : self.epoch]]
            )
        )

    def parameters(self) -> str:
        """The parameters: those with many numbers in short, large ones by their norms."""
        if self.epoch is None:
            return ""
        if not self.epoch:
            found = {name: _values_text(value) for name, value in self.study.start.items()}
        else:
            found = {
                name: _values_text(column[self.epoch - 1], column.field.norm_of is not None)
                for name, column in self.history.parameters.items()
                if self.epoch <= len(column)
            }
        return self._said(
            "  ".join(f"{short_name(name, found)} {text}" for name, text in found.items())
        )

    def _said(self, values: str) -> str:
        return f"epoch {self.epoch}: {values}" if values else ""


def _values_text(value: object, is_norm: bool = False) -> str:
    if isinstance(value, Summary):
        value, is_norm = norm_of(value), True
    if not isinstance(value, int | float | np.ndarray):
        return "unknown"
    values = np.ravel(value)
    if len(values) == 1:
        return ("norm " if is_norm else "") + FULL(values[0])
    few = [FULL(each) for each in values[:_FEW]]
    more = [f"and {len(values) - _FEW} more"] if len(values) > _FEW else []
    return f"[{', '.join(few + more)}]"
