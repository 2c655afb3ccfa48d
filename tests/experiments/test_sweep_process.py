"""A sweep whose outcomes come through a file."""

from __future__ import annotations

import os

import numpy as np
import pytest

from gdtui import Script
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.experiments.grid import parse_axis
from gdtui.experiments.job import Recipe
from gdtui.experiments.sweep import Sweep
from gdtui.experiments.sweep_process import OutcomesFile, SweepFacts, sweep_into

SCRIPT = Script.stage("manual")
AXIS = parse_axis("learning_rate=0.001:0.1:9:log", SCRIPT)


def swept(path, stop=NO_RULE):
    sweep_into(path, Recipe.of(SCRIPT), (AXIS,), stop, os.getpid())
    file = OutcomesFile(path)
    assert file.read_on()
    return file


def test_the_file_has_what_the_sweep_gives(tmp_path):
    file = swept(tmp_path / "outcomes")
    sweep = Sweep(SCRIPT, (AXIS,))
    for values, outcome in sweep.rows():
        found = file.outcomes[sweep.combinations.index(values)]
        assert found.value == outcome.value
        assert (found.status, found.verdict) == (outcome.status, outcome.verdict)
    assert file.facts == SweepFacts(sweep.limit, sweep.best, 9)
    assert file.facts.limit == pytest.approx(1 / 30)


def test_a_line_that_is_on_its_way_waits(tmp_path):
    text = (tmp_path / "outcomes").read_bytes() if swept(tmp_path / "outcomes") else b""
    path = tmp_path / "growing"
    file = OutcomesFile(path)
    assert not file.read_on()
    seen = []
    for end in range(0, len(text) + 1, 7):
        path.write_bytes(text[:end])
        file.read_on()
        seen.append(len(file.outcomes))
    path.write_bytes(text)
    file.read_on()
    assert sorted(file.outcomes) == list(range(9))
    assert seen == sorted(seen)
    assert not file.read_on()


def test_losses_that_are_not_finite_come_through(tmp_path):
    path = tmp_path / "outcomes"
    script = SCRIPT.with_settings({"epochs": 2000})
    sweep_into(path, Recipe.of(script), (AXIS,), NO_RULE, os.getpid())
    file = OutcomesFile(path)
    file.read_on()
    assert not np.isfinite(file.outcomes[8].value)
    assert np.isfinite(file.outcomes[0].value)


@pytest.mark.slow
def test_a_rule_that_stops_counts(tmp_path):
    file = swept(tmp_path / "outcomes", StopRule.parse("1", ""))
    assert {each.status for each in file.outcomes.values()} >= {"stopped", "finished"}
