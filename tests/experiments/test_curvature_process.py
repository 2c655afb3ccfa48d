"""A curve that comes from another process through a file."""

from __future__ import annotations

import os

import pytest

from gdtui import Script
from gdtui.analysis.curvature.tracing import trace_curvature
from gdtui.engine.errors import ScriptError
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.experiments.curvature_process import curve_into, read_curve
from gdtui.experiments.job import Recipe

SCRIPT = Script.stage("logistic")


def traced(path, stop=NO_RULE, epochs=200, script=SCRIPT):
    curve_into(path, Recipe.of(script), stop, epochs, os.getpid())
    return read_curve(path)


def test_the_file_has_what_the_run_gives(tmp_path):
    found = traced(tmp_path / "curve", epochs=60)
    *_, curve = trace_curvature(SCRIPT, epochs=60)
    assert found.points == curve.points
    assert (found.epochs, found.planned, found.model) == (60, 33, "logistic")


def test_it_stops_where_the_run_stops(tmp_path):
    stopped = traced(tmp_path / "curve", StopRule(below=0.6))
    assert stopped.epochs < 60
    assert stopped.points[-1].loss < 0.6


def test_there_is_none_before_the_first_point_and_none_without_a_gradient(tmp_path):
    assert read_curve(tmp_path / "curve") is None
    script = Script("w = 3.0\nfor epoch in range(9):\n    loss = w * w\n    w -= 0.2 * w\n")
    with pytest.raises(ScriptError, match="no curvature is known"):
        traced(tmp_path / "curve", script=script)
    assert read_curve(tmp_path / "curve") is None
