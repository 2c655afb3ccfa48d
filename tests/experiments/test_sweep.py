"""One script with many values of its settings."""

from __future__ import annotations

import math

import pytest

from gdtui import Script, StopRule
from gdtui.experiments import sweep as sweep_module
from gdtui.experiments.grid import parse_axis
from gdtui.experiments.job import Outcome
from gdtui.experiments.pool import Workers
from gdtui.experiments.sweep import Sweep

MANUAL = Script.stage("manual")
HERE = Workers(count=1)
OTHER = """
import numpy as np
lr = 0.1
size = 2
w = np.ones(size)
for epoch in range(8):
    loss = (w ** 4).sum()
    accuracy = 1 / (1 + loss)
    w = w - lr * 4 * w ** 3
    assert size < 4
"""


def swept(script, *axes, **options):
    made = Sweep(script, tuple(parse_axis(each, script) for each in axes), workers=HERE, **options)
    return made, dict(made.rows())


def count_runs(monkeypatch):
    """How often a script runs."""
    made = []
    run = sweep_module.run_job
    monkeypatch.setattr(sweep_module, "run_job", lambda job: made.append(job) or run(job))
    outcomes = sweep_module.outcomes
    monkeypatch.setattr(
        sweep_module, "outcomes", lambda jobs, workers: outcomes(made.extend(jobs) or jobs, workers)
    )
    return made


def test_a_linear_model_is_computed_and_only_probes_are_run(monkeypatch):
    made = count_runs(monkeypatch)
    sweep, found = swept(MANUAL, "learning_rate=0.001:0.1:100:log")
    assert len(found) == sweep.count == sweep.computed == 100
    assert len(made) == 5
    assert sweep.limit == pytest.approx(1 / 30)
    assert sweep.best == pytest.approx(1 / 60)


def test_all_of_it_can_be_run_and_comes_to_the_same(monkeypatch):
    made = count_runs(monkeypatch)
    axis = "learning_rate=0.001:0.05:12"
    _, computed = swept(MANUAL, axis)
    made.clear()
    sweep, run = swept(MANUAL, axis, makes_all=True)
    assert (sweep.computed, len(made)) == (0, 12)
    assert sweep.limit == pytest.approx(1 / 30)
    for values, outcome in run.items():
        assert computed[values].value == pytest.approx(outcome.value, rel=1e-3)
        assert computed[values].verdict == outcome.verdict


def test_if_the_script_comes_to_other_losses_all_of_it_is_run(monkeypatch):
    monkeypatch.setattr(sweep_module.LinearSweep, "agrees", lambda *each: False)
    sweep, found = swept(MANUAL, "learning_rate=0.01,0.02")
    assert (sweep.computed, len(found)) == (0, 2)


@pytest.mark.parametrize("options", [{"metric": "accuracy"}, {"stop": StopRule(below=1e-3)}])
def test_other_quantities_and_rules_are_run(options):
    sweep, found = swept(MANUAL, "learning_rate=0.01,0.02", **options)
    assert (sweep.computed, len(found)) == (0, 2)


def test_other_scripts_are_run_and_failures_are_results():
    sweep, found = swept(Script(OTHER), "lr=0.05,100", "size=2,4")
    assert sweep.computed == 0
    assert {key: each.status for key, each in found.items()} == {
        (0.05, 2): "finished",
        (0.05, 4): "failed",
        (100.0, 2): "diverged",
        (100.0, 4): "failed",
    }
    assert sweep.limit is None


def test_a_metric_of_the_script():
    _, found = swept(Script(OTHER), "lr=0.05", metric="accuracy")
    (outcome,) = found.values()
    assert 0.3 < outcome.value < 1


def test_what_is_known_is_not_made_again(monkeypatch):
    made = count_runs(monkeypatch)
    known = {("0.05",): Outcome(0, "finished", 8, 7.0, "smooth")}
    _, found = swept(Script(OTHER), "lr=0.05,0.06", known=known)
    assert [dict(job.values) for job in made] == [{"lr": 0.06}]
    assert found[(0.05,)].value == 7.0
    made.clear()
    swept(Script(OTHER), "lr=0.05", known=known)
    assert made == []


def test_runs_start_from_the_same_random_numbers():
    script = Script(OTHER.replace("np.ones(size)", "np.random.rand(size)"))
    _, once = swept(script, "lr=0.01,0.02")
    _, again = swept(script, "lr=0.01,0.02,0.03")
    for key, outcome in once.items():
        assert outcome.value == again[key].value
    assert all(math.isfinite(each.value) for each in again.values())
