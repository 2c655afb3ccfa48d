"""``gdtui run --seeds``: the spread over many seeds."""

from __future__ import annotations

import subprocess
import sys

import pytest
from forking import gdtui

SCRIPT = """
import random
w = random.random()
for epoch in range(12):
    loss = w ** 2
    accuracy = 1 - loss
    w -= 0.1 * 2 * w
"""


def run(tmp_path, text, *arguments):
    path = tmp_path / "mine.py"
    path.write_text(text)
    done = gdtui("run", path, *arguments, "--jobs", "1")
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def test_the_spread_is_shown_and_how_the_seeds_are_set(tmp_path):
    code, lines, complaints = run(tmp_path, SCRIPT, "--seeds", "9")
    assert (code, complaints) == (0, [])
    assert lines[0].endswith(
        "mine.py that differ in seeds for random, NumPy and torch, set before the script: 0 to 8"
    )
    assert lines[0].startswith("9 runs of ")
    assert sum(line.count("●") for line in lines[1:-3]) == 9 + 1  # one in the legend
    assert lines[-3].startswith("loss: median ")
    assert lines[-2].startswith("lowest ")
    assert lines[-1] == "Runs: 9 smooth."


def test_a_setting_for_the_seed_is_used(tmp_path):
    text = SCRIPT.replace("w = ", "seed = 3\nrandom.seed(seed)\nw = ")
    _, lines, _ = run(tmp_path, text, "--seeds", "3")
    assert lines[0].endswith("that differ in its own setting seed: 0 to 2")
    assert lines[-3].startswith("loss: median ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "random.seed(3)",
            "All runs are equal: the script sets its own seed, in line 3, and has no setting named "
            "seed for it.",
        ),
        (
            "random.random = lambda: 1.0",
            "All runs come to the same loss: the seeds have no part in it.",
        ),
    ],
)
def test_equal_runs_are_explained(tmp_path, line, said):
    _, lines, _ = run(tmp_path, SCRIPT.replace("\nw = ", f"\n{line}\nw = "), "--seeds", "3")
    assert lines[-1] == said
    assert lines[-3].endswith(" in all runs.")


def test_a_metric_and_failures(tmp_path):
    _, lines, _ = run(tmp_path, SCRIPT, "--seeds", "3", "--metric", "accuracy")
    assert lines[-3].startswith("accuracy: median 0.")
    code, lines, _ = run(tmp_path, SCRIPT + "    assert w > 0.03, w\n", "--seeds", "9")
    assert code == 0
    assert " failed" in lines[-2]
    assert "AssertionError" in lines[-1]
    code, lines, _ = run(tmp_path, "assert 0\n" + SCRIPT, "--seeds", "2")
    assert (code, lines[2]) == (1, "No run has come to a finite loss.")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--seeds", "1"], "1 is not in the range 2<=x<=10000"),
        (["--seeds", "3", "--json"], "--json prints one run, and --seeds makes many"),
        (["--metric", "loss"], "--metric is about many runs; name their number by --seeds"),
        (["--jobs", "2"], "--jobs is about many runs"),
        (["--scheduler", "x"], "--scheduler is about many runs"),
    ],
)
def test_wrong_usage_is_one_line(arguments, complaint):
    done = gdtui("run", "1", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_stage_with_a_seed_in_two_processes():
    command = [sys.executable, "-m", "gdtui", "run", "4", "--seeds", "4", "--set", "epochs=20"]
    done = subprocess.run([*command, "--jobs", "2"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "Runs: 4 smooth."
