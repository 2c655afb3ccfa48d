"""The largest curvature over the epochs of a run, as a plot and in sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdtui.analysis.curvature.curve import CurvatureCurve, rule_text
from gdtui.analysis.curvature.tracing import trace_curvature
from gdtui.cli.progress import ProgressLine
from gdtui.cli.text_plots import curves_picture, drawn, letter_of
from gdtui.engine.errors import ScriptError
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.script import Script
from gdtui.experiments.outcome_marks import is_spread


@dataclass(frozen=True, eq=False)
class TracedCurve:
    """A curve that was looked for.

    Attributes:
        curve: the curve; one without points if there is none.
        why_none: why there is none; empty if there is one.
    """

    curve: CurvatureCurve
    why_none: str = ""

    @classmethod
    def of(cls, script: Script, stop: StopRule) -> TracedCurve:
        """The curve of a script, which runs once more for it, and goes back to some epochs. A line
        on standard error says how far it has come."""
        curve, progress = CurvatureCurve(), None
        try:
            for curve in trace_curvature(script, stop):
                progress = progress or ProgressLine(curve.planned, "epochs")
                progress.show(len(curve.points))
        except ScriptError as error:
            return cls(CurvatureCurve(), str(error))
        finally:
            if progress is not None:
                progress.clear()
        return cls(curve)

    def lines(self) -> list[str]:
        """A plot with its legend, and what it shows; without a curve, why."""
        points = self.curve.points
        if not points:
            return [f"{self.why_none[:1].upper()}{self.why_none[1:]}."]
        epochs = np.array([each.epoch for each in points], dtype=float)
        columns = {"largest curvature": np.array([each.largest for each in points])}
        limits = np.array([np.nan if each.limit is None else each.limit for each in points])
        if np.isfinite(limits).any():
            columns[rule_text(points[-1].momentum)] = limits
        log = is_spread(np.concatenate(list(columns.values())))
        told = (
            [f"{letter_of(place)} {name}" for place, name in enumerate(columns)]
            if len(columns) > 1
            else []
        )
        picture = curves_picture(epochs, columns, "epoch", log=log)
        return [*drawn(picture), *(["  ".join(told)] if told else []), self.curve.text()]
