"""Runs of a linear model that are computed at once, against the scripts themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gdtui import Script, Study, Timeline
from gdtui.experiments.grid import combinations, parse_axis
from gdtui.experiments.job import Job, Outcome, Recipe, run_job
from gdtui.experiments.linear_sweep import find_linear_sweep, may_be_computed

DOUBLE = """
import numpy as np
x = np.array([[1.0, 0.5], [2.0, -1.0], [3.0, 0.25], [4.0, 2.0]])
y = x @ np.array([2.0, -1.0]) + 0.5
learning_rate = 0.02
epochs = 60
bias = 0.25
w = np.array([0.5, -0.5])
b = bias * 1.0
for epoch in range(epochs):
    y_pred = x @ w + b
    loss = ((y_pred - y) ** 2).mean()
    error = y_pred - y
    dw = 2 * x.T @ error / len(x)
    db = 2 * error.mean()
    w = w - learning_rate * dw
    b = b - learning_rate * db
"""


def found_for(script, *axes):
    axes = [parse_axis(each, script) for each in axes]
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run(), timeline.history)
        return find_linear_sweep(script, axes, timeline, study, 1.0), axes


def made(script, axes, values):
    settings = tuple(zip([axis.name for axis in axes], values, strict=True))
    return run_job(Job(0, Recipe.of(script), settings))


def check(script, *texts, tolerance, rounding):
    """Every computed run has the script's status and epochs, its verdict and its last loss: within
    a share of it, or within what so large a rounding of the predictions, as a share of the targets,
    makes of it."""
    linear, axes = found_for(script, *texts)
    values = list(combinations(axes))
    kinds = set()
    for computed, each in zip(linear.outcomes(values), values, strict=True):
        expected = made(script, axes, each)
        kinds.add(expected.status)
        assert computed.status == expected.status, each
        if expected.status == "diverged":
            # The last steps to infinity depend on the order of a sum.
            assert abs(computed.epochs - expected.epochs) <= 1, each
            assert not math.isfinite(computed.value)
            continue
        assert computed.epochs == expected.epochs, each
        size = rounding * math.sqrt(np.mean(linear.problem.y**2))
        allowed = tolerance * expected.value + 2 * math.sqrt(expected.value) * size + size**2
        assert abs(computed.value - expected.value) <= allowed, each
        assert computed.verdict == expected.verdict, each
    return kinds


def test_in_float64_the_losses_agree_to_nine_digits():
    kinds = check(
        Script(DOUBLE).with_settings({"epochs": 700}),
        "learning_rate=0.0001:0.6:60:log",
        tolerance=1e-9,
        rounding=1e-15,
    )
    assert kinds == {"finished", "diverged"}


def test_in_float64_far_from_the_minimum_no_rounding_is_needed():
    script = Script(DOUBLE)
    check(script, "learning_rate=0.0001:0.02:30:log", tolerance=1e-9, rounding=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "axes"),
    [
        ("manual", ["learning_rate=0.0003:1:40:log"]),
        ("autograd", ["learning_rate=0.001:1:40:log"]),
        ("optimizer", ["learning_rate=0.001:1:12:log", "w=-2:3:4"]),
        ("model", ["learning_rate=0.001:1:40:log"]),
        ("model", ["weight=-3:3:4", "bias=-5:5:4"]),
        ("module", ["learning_rate=0.01:0.3:8:log", "epochs=2:300:4"]),
    ],
)
def test_in_float32_the_losses_of_the_stages_agree_to_four_digits(stage, axes):
    check(Script.stage(stage), *axes, tolerance=1e-4, rounding=5e-7)


@pytest.mark.parametrize(
    ("script", "axes"),
    [
        # Not plain gradient descent on all samples, or not linear.
        (Script.stage("logistic"), ["learning_rate=0.1,0.2"]),
        (
            Script(DOUBLE.replace("- learning_rate * dw", "- learning_rate * np.sign(dw)")),
            ["learning_rate=0.1,0.2"],
        ),
        (Script(DOUBLE.replace("epochs = 60", "epochs = 1")), ["learning_rate=0.1,0.2"]),
        # Settings that change something else.
        (Script.stage("manual"), ["reduction=sum,mean"]),
        (Script.stage("manual"), ["x_test=1,2"]),
        (Script(DOUBLE), ["bias=0.1,0.2"]),
        # A script that may go another way.
        (Script(DOUBLE + "    if loss < 1e-9:\n        break\n"), ["learning_rate=0.1,0.2"]),
    ],
)
def test_what_cannot_be_computed(script, axes):
    linear, axes = found_for(script, *axes)
    assert linear is None


def test_whether_to_look_is_told_by_the_text():
    script = Script.stage("manual")
    assert may_be_computed(script, [parse_axis("learning_rate=0.1,0.2", script)])
    assert not may_be_computed(script, [parse_axis("reduction=sum,mean", script)])


def test_a_start_at_the_minimum_is_stalled_and_a_rate_of_zero_too():
    script = Script.stage("manual")
    linear, axes = found_for(script, "w=0,2", "learning_rate=0,0.01")
    values = list(combinations(axes))
    found = dict(zip(values, linear.outcomes(values), strict=True))
    assert {key: each.verdict for key, each in found.items()} == {
        (0.0, 0.0): "stalled",
        (0.0, 0.01): "smooth",
        (2.0, 0.0): "stalled",
        (2.0, 0.01): "stalled",
    }
    assert found[(2.0, 0.01)].value < 1e-28


def test_an_error_that_is_only_rounding_is_left_to_the_script():
    """At a start without an error along the steepest direction a run diverges by rounding alone."""
    text = DOUBLE.replace("w = np.array([0.5, -0.5])", "w = np.array([START0, START1])")
    linear, _ = found_for(Script(DOUBLE), "learning_rate=0.001,0.3")
    from gdtui.analysis.linear.theory import Curvatures

    steepest, *rest = Curvatures.of(linear.problem).directions
    start = linear.problem.best + rest[-1]
    assert abs((start - linear.problem.best) @ steepest) < 1e-12
    text = text.replace("START0", repr(float(start[0]))).replace("START1", repr(float(start[1])))
    text = text.replace("b = bias * 1.0", f"b = {float(start[2])!r}")
    linear, axes = found_for(Script(text), "learning_rate=0.001,0.3")
    computed = linear.outcomes(list(combinations(axes)))
    assert [each is None for each in computed] == [False, True]


def test_probes_are_spread_over_all_runs():
    linear, _ = found_for(Script.stage("manual"), "learning_rate=0.01,0.02")
    assert linear.probes(1) == [0]
    assert linear.probes(3) == [0, 1, 2]
    assert linear.probes(101) == [0, 25, 50, 75, 100]


def test_another_loss_status_or_length_disagrees():
    linear, _ = found_for(Script(DOUBLE), "learning_rate=0.01,0.02")
    run = Outcome(0, "finished", 60, 0.5)
    assert linear.agrees(run, Outcome(0, "finished", 60, 0.5 * (1 + 1e-10)))
    assert linear.agrees(None, run)
    for other in [
        ("finished", 60, 0.5 * (1 + 1e-8)),
        ("finished", 59, 0.5),
        ("failed", 60, 0.5),
        ("finished", 60, math.nan),
    ]:
        assert not linear.agrees(run, Outcome(0, *other))
    gone = Outcome(0, "diverged", 60, math.inf)
    assert linear.agrees(gone, Outcome(0, "diverged", 61, math.nan))
    assert not linear.agrees(gone, Outcome(0, "diverged", 63, math.inf))
