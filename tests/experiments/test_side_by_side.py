"""Two runs aligned statement by statement."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.engine.script.loop import Phase
from gdtui.experiments.job import Recipe
from gdtui.experiments.side_by_side import set_side_by_side

SCRIPT = """
w = 1.0
for epoch in range(40):
    {predict}
    loss = (pred - 3.0) ** 2
    grad = 2.0 * (pred - 3.0)
    w -= {rate} * grad
"""


def script(predict="pred = w", rate="0.1"):
    return Script(SCRIPT.format(predict=predict, rate=rate), name="a.py", path="/a.py")


def beside(one, other, **options):
    return set_side_by_side(Recipe.of(one), Recipe.of(other), **options)


def test_statements_that_do_the_same_stand_beside_one_another():
    found = beside(Script.stage("manual"), Script.stage("autograd"))
    assert [step.phase for step in found.steps[:4]] == [
        Phase.PREDICT,
        Phase.LOSS,
        Phase.GRADIENT,
        Phase.UPDATE,
    ]
    assert found.epochs == (10, 20)
    assert len(found.steps) == 40
    assert found.steps[found.first].phase is Phase.GRADIENT


def test_the_distance_of_the_parameters_is_that_of_both_runs():
    one, other = script(), script(rate="0.2")
    found = beside(one, other)
    with Timeline(one) as a, Timeline(other) as b:
        a.run()
        b.run()
        gaps = np.abs(a.history.parameters["w"][:] - b.history.parameters["w"][:])
    updates = [step for step in found.steps if step.phase is Phase.UPDATE]
    np.testing.assert_array_equal([step.apart for step in updates], gaps)


@pytest.mark.parametrize("most", [8, 10_000])
def test_the_epoch_of_the_first_difference_is_recorded_however_late_it_is(most):
    one = script()
    other = script("pred = w if epoch < 30 else w + 1e-3")
    found = beside(one, other, most=most)
    step = found.steps[found.first]
    assert (step.epoch, step.phase) == (31, Phase.PREDICT)
    assert found.first_epoch == 31
    assert len(found.steps) == (12 if most == 8 else 160)


def test_a_script_that_fails_says_why():
    found = beside(script(), script("pred = w / (5 - epoch)"))
    assert found.failures[0] == ""
    assert "division by zero" in found.failures[1]
