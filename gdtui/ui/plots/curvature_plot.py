"""The plot of the largest curvature over the epochs, beside the limit of the updates."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from gdtui.analysis.curvature.curve import CurvatureCurve, CurvaturePoint
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import Column
from gdtui.ui.plots.picture import Curve, Palette

LARGEST, LIMIT = "text-primary", "text-error"
_SPREAD = 20.0
"""The scale is logarithmic if the largest value is so many times the smallest."""

_UNASKED = "H draws the largest curvature of the loss over the epochs, beside 2 / learning rate"


def curvature_curves(curve: CurvatureCurve, colour: Palette) -> list[Curve]:
    """The limit, dashed, and the largest curvature."""
    epochs = np.array([each.epoch for each in curve.points], dtype=float)
    limits = _limits(curve)
    known = np.isfinite(limits)
    largest = np.array([each.largest for each in curve.points])
    return [
        Curve(epochs[known], limits[known], colour(LIMIT), dashed=True),
        Curve(epochs, largest, colour(LARGEST)),
    ]


def is_logarithmic(curve: CurvatureCurve) -> bool:
    """Whether curvature and limit are so far apart that a plain scale would flatten one."""
    limits = _limits(curve)
    values = np.array([each.largest for each in curve.points])
    values = np.concatenate([values, limits[np.isfinite(limits)]])
    return bool(len(values) and values.min() > 0 and values.max() > _SPREAD * values.min())


def curvature_title(curve: CurvatureCurve | None, epoch: int, write: Numerals) -> Content:
    """The curvature and the limit near an epoch."""
    point = curve.near(epoch) if curve is not None else None
    if point is None:
        return Content("Curvature")
    # Short, for the pane is narrow; the axis has the name.
    parts = [(f"λmax {write(point.largest)}", f"bold ${LARGEST}")]
    if point.limit is not None:
        parts.append((f"  {limit_name(point)} {write(point.limit)}", f"bold ${LIMIT}"))
    return Content.assemble(*parts)


def curvature_said(
    curve: CurvatureCurve | None, note: str, cursor: int | None, losses: Column | FloatArray
) -> str:
    """What stands below the plot: the values at the cursor, how far the curve has come, or what its
    limit means; without a curve, in its place.

    Args:
        curve: the curve; None as long as there is none.
        note: why there is none, or that it is on its way; empty if nobody has asked for one.
        cursor: the epoch that is read out; None for none.
        losses: the recorded losses of the run, one an epoch.
    """
    if curve is None or not curve.points:
        return note or _UNASKED
    point = curve.near(cursor) if cursor is not None else None
    if point is not None:
        # Not with all digits, as the other plots: it is found to one part in a thousand.
        limit = "" if point.limit is None else f", {limit_name(point)} {SHORT(point.limit)}"
        return f"epoch {point.epoch}: {SHORT(point.largest)}{limit}"
    if len(curve.points) < curve.planned:
        return f"{len(curve.points)} of {curve.planned} epochs"
    if not curve.is_of(losses):
        return "no seed: of another run"
    last = curve.points[-1]
    if last.limit is None:
        return f"2/lr is no limit for {curve.other_rule}" if curve.other_rule else "no limit known"
    if curve.model:
        return f"above ╌ {limit_name(last)} steps grow"
    return f"may hover at ╌ {limit_name(last)}"


def limit_name(point: CurvaturePoint) -> str:
    """The limit of an update in short."""
    return "(2+2β)/lr" if point.momentum else "2/lr"


def _limits(curve: CurvatureCurve) -> FloatArray:
    return np.array([np.nan if each.limit is None else each.limit for each in curve.points])
