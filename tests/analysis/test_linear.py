"""The straight line that a run fits, found in real runs of real scripts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.linear import LinearProblem, find_linear_problem
from gdtui.engine.script import STAGES

BATCHES = Path(__file__).parents[2] / "assets" / "batches.py"
NAMES = {"model": ("weight", "bias"), "module": ("linear.weight", "linear.bias")}
ODD = {"inputs": [-3, 0.5, 2, 7.25, 11], "targets": [1.5, -2, 4, 4.75, -9], "learning_rate": 0.001}


def found_in(script, epoch=5):
    with Timeline(script) as timeline:
        start = timeline.start().parameters
        moment = timeline.seek(epoch)
        return find_linear_problem(moment, timeline.history, start)


def by_hand(feature="x", loss="((w * feature - y) ** 2).mean()"):
    """A script that fits ``w * feature`` and follows the slope it measures."""
    return Script(
        f"""import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([2.0, 4.0, 6.0, 8.0])
w = 0.5
def cost(w):
    feature = {feature}
    return {loss}
for epoch in range(20):
    loss = cost(w)
    dw = (cost(w + 1e-6) - loss) / 1e-6
    w -= 0.001 * dw
"""
    )


@pytest.mark.parametrize("stage", STAGES)
def test_the_line_of_a_stage_is_y_equals_twice_x(stage):
    problem = found_in(Script.stage(stage))
    weight, bias = NAMES.get(stage, ("w", None))
    assert (problem.weight, problem.bias) == (weight, bias)
    assert problem.x.tolist() == [1, 2, 3, 4]
    assert problem.y.tolist() == [2, 4, 6, 8]
    expected = {weight: 2.0} | ({bias: 0.0} if bias else {})
    assert problem.least_squares() == pytest.approx(expected, abs=1e-9)
    assert problem.mean_squared_error(expected) == 0


@pytest.mark.parametrize("stage", STAGES)
def test_the_least_squares_of_other_samples_are_those_of_the_textbook(stage):
    problem = found_in(Script.stage(stage).with_settings(ODD))
    x, y = np.array(ODD["inputs"]), np.array(ODD["targets"])
    solution = problem.least_squares()
    if problem.bias:
        slope, offset = np.polyfit(x, y, 1)
        assert solution[problem.weight] == pytest.approx(slope, rel=1e-9)
        assert solution[problem.bias] == pytest.approx(offset, rel=1e-9)
    else:
        assert solution[problem.weight] == pytest.approx(x @ y / (x @ x), rel=1e-9)
    least = problem.mean_squared_error(solution)
    for name in solution:
        for step in (-1e-3, 1e-3):
            assert problem.mean_squared_error(solution | {name: solution[name] + step}) > least


def test_a_line_is_found_in_a_script_of_ones_own():
    problem = found_in(by_hand())
    assert (problem.weight, problem.bias) == ("w", None)
    assert problem.least_squares()["w"] == pytest.approx(2, abs=1e-9)


def test_a_curve_or_another_loss_is_not_a_linear_problem():
    assert found_in(by_hand(feature="x ** 2")) is None
    assert found_in(by_hand(loss="np.abs(w * feature - y).mean()")) is None
    assert found_in(by_hand(loss="((w * feature - y) ** 2).sum()")) is None


def test_a_network_is_not_a_linear_problem():
    assert found_in(Script.from_file(BATCHES)) is None


@pytest.mark.parametrize("stage", STAGES)
def test_one_epoch_does_not_tell_yet(stage):
    assert found_in(Script.stage(stage), epoch=0) is None
    assert found_in(Script.stage(stage), epoch=1) is None
    assert found_in(Script.stage(stage), epoch=2) is not None


@pytest.mark.parametrize("stage", ["manual", "autograd", "model"])
@pytest.mark.parametrize("unit", [1e6, 1e-6])
def test_inputs_of_any_size_are_well_conditioned(stage, unit):
    values = {"inputs": [unit, 2 * unit, 3 * unit, 4 * unit], "targets": [1.0, 2.0, 4.0, 8.0]}
    problem = found_in(Script.stage(stage).with_settings(values | {"learning_rate": 0.01 / unit}))
    solution = problem.least_squares()
    slope = 2.3 if problem.bias else 49 / 30
    assert solution[problem.weight] * unit == pytest.approx(slope, rel=1e-9)
    if problem.bias:
        assert solution[problem.bias] == pytest.approx(-2.0, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-18, 1e18])
def test_inputs_that_dwarf_the_bias_or_are_dwarfed_by_it(unit):
    problem = LinearProblem(np.array([1, 2, 3, 4]) * unit, np.array([1.0, 2, 4, 8]), "w", "b")
    solution = problem.least_squares()
    assert solution["w"] * unit == pytest.approx(2.3, rel=1e-9)
    assert solution["b"] == pytest.approx(-2.0, rel=1e-9)


@pytest.mark.parametrize("stage", ["manual", "autograd", "model"])
@pytest.mark.parametrize(
    ("inputs", "targets"), [([3, 3, 3, 3], [2, 4, 6, 8]), ([3], [5]), ([0.5, 0.5], [4, 6])]
)
def test_equal_inputs_still_have_a_best_line_through_the_mean(stage, inputs, targets):
    problem = found_in(Script.stage(stage).with_settings({"inputs": inputs, "targets": targets}))
    solution = problem.least_squares()
    predicted = solution[problem.weight] * inputs[0] + solution.get(problem.bias, 0)
    assert predicted == pytest.approx(np.mean(targets), rel=1e-9)


@pytest.mark.parametrize("stage", STAGES)
def test_inputs_of_zero_leave_the_weight_undecided(stage):
    problem = found_in(Script.stage(stage).with_settings({"inputs": [0, 0, 0, 0]}))
    if stage not in NAMES:
        assert problem is None  # the weight never moves away from 0
    else:
        solution = problem.least_squares()
        assert solution[problem.weight] == 0
        assert solution[problem.bias] == pytest.approx(5, abs=1e-9)
