"""One run of a script as an outcome."""

from __future__ import annotations

import math
import os
import pickle
import random

import numpy as np
import pytest

from gdtui import Script, StopRule, Timeline
from gdtui.engine.script.pipeline import imports
from gdtui.experiments import job as job_module
from gdtui.experiments.job import Job, Recipe, run_job

MANUAL = Script.stage("manual")
TEXT = """
import random
import numpy as np
w = 1.0
lr = 0.1
for epoch in range(5):
    loss = w ** 2
    accuracy = 0.5 + epoch / 10
    w -= lr * 2 * w
"""


def run(script, **options):
    return run_job(Job(3, Recipe.of(script), **options))


def test_the_outcome_is_that_of_the_run():
    found = run(MANUAL, values=(("learning_rate", 0.012), ("epochs", 7)))
    with Timeline(MANUAL.with_settings({"learning_rate": 0.012, "epochs": 7})) as timeline:
        timeline.run()
        expected = float(timeline.history.loss[-1])
    assert (found.number, found.status, found.epochs, found.value) == (3, "finished", 7, expected)
    assert (found.verdict, found.message, found.failed) == ("smooth", "", False)


def test_a_run_that_diverges_is_an_outcome():
    found = run(MANUAL, values=(("learning_rate", 10.0), ("epochs", 999)))
    assert (found.status, found.verdict, found.value) == ("diverged", "diverging", math.inf)


@pytest.mark.parametrize(
    ("text", "said", "epochs"),
    [
        (TEXT + "    assert epoch < 2, 'too late'\n", "AssertionError: too late", 2),
        ("raise SystemExit(3)\n" + TEXT, "3", 0),
    ],
)
def test_a_script_that_fails_is_an_outcome(text, said, epochs):
    found = run(Script(text))
    assert (found.status, found.verdict, found.epochs, found.failed) == ("failed", "", epochs, True)
    assert said in found.message


def test_a_value_that_the_script_does_not_take_is_an_outcome():
    found = run(MANUAL, values=(("inputs", [1, 2]),))
    assert found.failed
    assert "2 inputs and 4 targets" in found.message


def test_a_rule_stops_the_run():
    assert run(MANUAL, stop=StopRule(below=1.0)).status == "stopped"


@pytest.mark.parametrize(
    ("metric", "value", "message"),
    [
        ("loss", 0.8**8, ""),
        ("accuracy", 0.9, ""),
        ("f1", math.nan, "no f1 was recorded, only accuracy, loss"),
    ],
)
def test_the_quantity_is_the_last_there_was(metric, value, message):
    found = run(Script(TEXT), metric=metric)
    assert found.value == pytest.approx(value, nan_ok=True)
    assert found.message == message


RANDOM = TEXT.replace("w = 1.0", "w = random.random() + np.random.rand()")


def test_a_seed_makes_runs_equal_and_leaves_the_text_alone():
    script = Script(RANDOM)
    random.seed(5)
    values = {run(script, seed=seed).value for seed in (1, 1, 2)}
    assert len(values) == 2
    random.seed(1)
    np.random.seed(1)
    assert run(script).value in values


@pytest.mark.slow
def test_torch_is_seeded_before_the_script_runs():
    script = Script("import torch\n" + TEXT.replace("w = 1.0", "w = torch.rand(1).item()"))
    values = [run(script, seed=seed).value for seed in (1, 1, 2)]
    assert values[0] == values[1] != values[2]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import torch", True),
        ("import numpy, torch.nn as nn", True),
        ("from torch import nn", True),
        ("from torch.utils.data import DataLoader", True),
        ("def f():\n    import torch", True),
        ("import torchless", False),
        ("from . import torch", False),
        ("torch = 1", False),
    ],
)
def test_whether_a_script_imports_torch(line, expected):
    assert imports(Script(f"{line}\n{TEXT}"), "torch") is expected


def test_a_recipe_is_the_script_and_small():
    script = MANUAL.with_settings({"epochs": 3})
    _ = script.loops
    again = pickle.loads(pickle.dumps(Recipe.of(script))).script()
    assert again == script
    assert len(pickle.dumps(Recipe.of(script))) < 2 * len(script.text)


def test_in_another_process_a_script_finds_the_end_of_its_input(monkeypatch):
    import signal
    import sys

    given = []
    monkeypatch.setattr(sys, "stdin", sys.stdin)
    monkeypatch.setattr(job_module.signal, "signal", lambda *each: given.append(each))
    script = Script("import sys\nprint(repr(sys.stdin.read()))\n" + TEXT)
    assert run(script, parent=os.getpid() + 1).status == "finished"
    assert sys.stdin.read() == ""
    assert (signal.SIGINT, signal.SIG_IGN) in given
