"""The curvature of a script over the epochs, found in a process of its own, from which it comes
point by point through a file."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gdtui.analysis.curvature.curve import CurvatureCurve, CurvaturePoint
from gdtui.analysis.curvature.tracing import trace_curvature
from gdtui.engine.record.stopping import StopRule
from gdtui.experiments.job import Recipe, settle
from gdtui.whole_files import write_whole


def curve_into(path: Path, recipe: Recipe, stop: StopRule, epochs: int, parent: int) -> None:
    """Find the curvature in the first epochs of a script, and write the curve into a file, anew
    with each point.

    Args:
        path: the file, which :func:`read_curve` reads.
        recipe: the script.
        stop: when its run stops before the script would end it.
        epochs: how many epochs are looked through.
        parent: the process that has ordered it.

    Raises:
        ScriptError: no curvature can be told.
    """
    settle(parent)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for curve in trace_curvature(recipe.script(), stop, epochs):
            write_whole(path, json.dumps(asdict(curve)))


def read_curve(path: Path) -> CurvatureCurve | None:
    """The curve as far as it is in a file; None before its first point."""
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    points = tuple(CurvaturePoint(*each) for each in kept.pop("points"))
    return CurvatureCurve(points, **kept)
