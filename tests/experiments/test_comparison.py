"""Runs beside one another."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, StopRule, Timeline
from gdtui.experiments.comparison import compare

MANUAL = Script.stage("manual")
MATRIX = """
import numpy as np
w = np.ones((2, 2))
lr = 0.1
decay = 1.0
for epoch in range(4):
    loss = (w ** 2).sum()
    w = w - lr * 2 * w * np.array([[1, 1], [decay, 1]])
"""


def test_the_runs_are_those_of_the_scripts():
    scripts = [MANUAL.with_settings({"learning_rate": rate}) for rate in (0.01, 0.04)]
    found = compare(scripts)
    assert [run.label for run in found.runs] == ["A", "B"]
    for run, script in zip(found.runs, scripts, strict=True):
        with Timeline(script) as timeline:
            timeline.run()
            assert np.array_equal(run.losses, timeline.history.loss[:])
    assert [run.diagnosis.verdict for run in found.runs] == ["smooth", "diverging"]


def test_the_settings_that_differ():
    scripts = [MANUAL, MANUAL.with_settings({"epochs": 3}), Script(MATRIX)]
    own = [
        "inputs",
        "targets",
        "x_test",
        "w",
        "learning_rate",
        "epochs",
        "print_every",
        "reduction",
    ]
    assert compare(scripts[:2]).settings == ("epochs",)
    assert {*own} <= {*compare(scripts).settings}


def test_each_run_is_compared_with_the_first():
    scripts = [MANUAL, MANUAL.with_settings({"w": 1.0}), MANUAL]
    found = compare(scripts)
    assert [(pair.one.label, pair.other.label) for pair in found.pairs] == [("A", "B"), ("A", "C")]
    assert [pair.first is None for pair in found.pairs] == [False, True]


def test_where_the_parameters_are_farthest_apart():
    script = Script(MATRIX)
    (pair,) = compare([script, script.with_settings({"decay": 2.0})]).pairs
    largest = pair.largest
    # 0.8**k and 0.6**k are farthest apart for k = 3.
    assert (largest.pair, largest.place, largest.epoch) == (("w", "w"), "[1][0]", 3)
    assert largest.values == pytest.approx((0.512, 0.216))
    assert largest.size == pytest.approx(0.296)


def test_equal_runs_are_equal_to_the_last_bit():
    (pair,) = compare([MANUAL, MANUAL]).pairs
    assert pair.largest.size == 0


def test_a_rule_stops_each_run():
    found = compare([MANUAL, MANUAL.with_settings({"learning_rate": 0.005})], StopRule(below=1.0))
    assert [run.epochs for run in found.runs] == [3, 6]
