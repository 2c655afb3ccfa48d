"""Which curves show the parameters: their elements, or where these are too many their norms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.numerals import Numerals
from gdtui.analysis.study import Study
from gdtui.engine.record.history import Column, History
from gdtui.engine.record.summary import Summary
from gdtui.ui.plots.picture import MOST_CURVES, CurveChoice
from gdtui.ui.plots.run_curves import RunCurves, Series

MOST_NORMS = 5
"""The most norms that are drawn at once."""


@dataclass(frozen=True, eq=False)
class ParameterCurves:
    """A bounded number of curves for the parameters of a run.

    Attributes:
        curves: all curves of the run.
        study: what is known of it.
        chosen: the parameters whose norms are drawn, where there are too many elements; with none
            of them those are drawn that move most.
    """

    curves: RunCurves
    study: Study
    chosen: tuple[str, ...] = ()

    def drawn(self) -> list[tuple[str, Series]]:
        """The curves, each with the name of its parameter; before the first epoch their starts."""
        if not self.curves.epochs:
            return self.curves.started(self.study.start)
        if self.curves.are_many:
            norms = self.curves.norms
            chosen = [name for name in self.chosen if name in norms]
            return [(name, norms[name]) for name in chosen or self._most_moving()[:MOST_NORMS]]
        parameters = self.curves.parameters
        share = max(1, MOST_CURVES // max(1, len(parameters)))
        pairs = [(name, each) for name, series in parameters.items() for each in series[:share]]
        return pairs[:MOST_CURVES]

    def of(self, other: RunCurves) -> list[Series]:
        """The same curves of another run, as far as it had them."""
        drawn = self.drawn()
        if self.curves.are_many:
            return [other.norms[name] for name, _ in drawn if name in other.norms]
        names = dict.fromkeys(name for name, _ in drawn)
        counts = {name: sum(each == name for each, _ in drawn) for name in names}
        return [
            series
            for name, count in counts.items()
            for series in other.parameters.get(name, [])[:count]
        ]

    def choices(self, history: History, write: Numerals) -> list[CurveChoice]:
        """The parameters whose norms can be drawn, those that move most first; empty if each number
        has a curve."""
        if not self.curves.are_many:
            return []
        drawn = {name for name, _ in self.drawn()}
        found = []
        for name in self._most_moving():
            column = history.parameters[name]
            size = "x".join(map(str, column.field.norm_of or column.field.shape)) or "a number"
            norm = self._norm_now(column)
            text = f"{size}, norm {'-' if norm is None else write(norm)}"
            found.append(CurveChoice(name, text, name in drawn))
        return found

    def _most_moving(self) -> list[str]:
        norms = self.curves.norms
        return sorted(norms, key=lambda name: -_movement(norms[name]))

    def _norm_now(self, column: Column) -> float | None:
        """The norm of a parameter after the last epoch of the study."""
        epochs = self.study.epochs
        return norm_of(column[epochs - 1]) if 0 < epochs <= len(column) else None


def norm_of(value: object) -> float | None:
    """The Euclidean norm of a parameter; None of what is no number."""
    if isinstance(value, Summary):
        return math.nan if value.nonfinite else value.norm
    if not isinstance(value, int | float | np.ndarray):
        return None
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(np.ravel(value).astype(np.float64)))


def _movement(series: Series) -> float:
    """The range of a curve, as a share of its largest value."""
    _, low, high = series.envelope.read()
    if not np.isfinite(low).any():
        return 0.0
    least, most = float(np.nanmin(low)), float(np.nanmax(high))
    return (most - least) / most if most > 0 else 0.0
