"""Runs in other processes."""

from __future__ import annotations

import math
import os

import pytest

from gdtui import Script, SettingError
from gdtui.cli import many_runs
from gdtui.experiments.job import Job, Recipe
from gdtui.experiments.pool import BACKENDS, Workers, outcomes

TEXT = """
import os
w = 1.0
lr = 0.1
kind = 0
for epoch in range(5):
    loss = w ** 2
    w -= lr * 2 * w
    if kind == 3:
        os._exit(7)
    assert kind != 4
"""
# joblib's own processes warn of what the tests treat as errors.
pytestmark = pytest.mark.filterwarnings("default")


def jobs(kinds, text=TEXT):
    recipe = Recipe.of(Script(text))
    return [
        Job(number, recipe, (("kind", kind),), parent=os.getpid())
        for number, kind in enumerate(kinds)
    ]


def test_one_at_a_time_needs_no_processes():
    found = list(outcomes(jobs([0, 4]), Workers(count=1)))
    assert [(each.number, each.status) for each in found] == [(0, "finished"), (1, "failed")]
    assert list(outcomes([])) == []


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_gives_the_same(backend):
    found = list(outcomes(jobs([0, 1, 4, 2]), Workers(2, backend)))
    found.sort(key=lambda each: each.number)
    assert [each.status for each in found] == ["finished", "finished", "failed", "finished"]
    values = [each.value for each in found]
    assert values == pytest.approx([0.8**8, 0.8**8, math.nan, 0.8**8], nan_ok=True)


@pytest.mark.slow
def test_a_script_that_ends_its_process_is_one_failed_run():
    found = list(outcomes(jobs([0, 3, 1, 4, 2]), Workers(2)))
    found.sort(key=lambda each: each.number)
    assert [each.status for each in found] == [
        "finished",
        "failed",
        "finished",
        "failed",
        "finished",
    ]
    assert found[1].message == "the process of this run died"


@pytest.mark.slow
def test_closing_ends_the_runs_that_go_on():
    text = TEXT.replace("    assert kind != 4", "    while kind == 5:\n        pass")
    runs = outcomes(jobs([0, 5, 5, 5], text), Workers(2))
    assert next(runs).status == "finished"
    runs.close()  # it would never end otherwise


def test_the_command_line_offers_the_same_backends():
    assert many_runs.BACKENDS == BACKENDS
    assert Workers().backend == BACKENDS[0]


def test_without_dask_a_scheduler_is_refused(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingError, match=r"pip install 'gdtui\[cluster\]'"):
        list(outcomes(jobs([0, 1]), Workers(scheduler="tcp://127.0.0.1:1")))


@pytest.mark.slow
class TestDask:
    def test_runs_are_made_on_its_workers(self):
        distributed = pytest.importorskip("distributed")
        with distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster:
            workers = Workers(scheduler=cluster.scheduler_address)
            found = list(outcomes(jobs([0, 4, 1]), workers))
        found.sort(key=lambda each: each.number)
        assert [each.status for each in found] == ["finished", "failed", "finished"]

    def test_an_address_that_is_none_is_one_line(self):
        pytest.importorskip("distributed")
        with pytest.raises(SettingError, match="scheduler 'nonsense::' cannot be reached") as error:
            list(outcomes(jobs([0, 1]), Workers(scheduler="nonsense::")))
        assert "\n" not in str(error.value)
