"""Data on the command line, and in the app."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gdtui.data.sets import SETS

GDTUI = [sys.executable, "-m", "gdtui"]

pytestmark = pytest.mark.slow


def run(*words):
    return subprocess.run([*GDTUI, *words], capture_output=True, text=True, check=False)


def test_the_sets_are_listed():
    printed = run("data").stdout
    for each in SETS:
        assert f"{each.name} " in printed
        assert each.shows in printed


def test_a_set_reaches_the_run_and_what_it_is_goes_to_standard_error():
    found = run("run", "1", "--data", "offset", "--set", "epochs=1", "--json")
    assert json.loads(found.stdout.splitlines()[0])["loss"] == pytest.approx(
        sum((2 * x + 3) ** 2 for x in range(1, 7)) / 6
    )
    assert "6 samples, x = x from 1 to 6, y = y from 5 to 15" in found.stderr


def test_columns_are_chosen_by_name(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("name;hours;score\nann;1;2\nbob;2;5\n")
    found = run("show", "2", "--data", str(path), "--x", "hours", "--y", "score")
    assert "inputs = [1, 2]" in found.stdout
    assert "targets = [2, 5]" in found.stdout


def test_adam_beside_sgd_on_own_data(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("x,y\n" + "".join(f"{n},{2 * n + 1}\n" for n in range(1, 6)))
    found = run("compare", "4", "--data", str(path), "--set", "B:optimizer=Adam")
    assert found.stderr.count("5 samples") == 1
    assert "A and B first differ in epoch 1, at the update" in found.stdout
    assert "Adam" in found.stdout.splitlines()[2]


@pytest.mark.parametrize("command", ["open", "run", "diagnose", "show", "lr", "export"])
def test_every_command_that_runs_a_script_takes_data_and_refuses_what_is_none(command, tmp_path):
    more = ["-o", str(tmp_path / "a.csv")] if command == "export" else []
    for words, says in (
        (["--data", "nose"], "neither a file nor one of the sets"),
        (["--x", "hours"], "--x and --y name columns of a file, which --data names"),
    ):
        found = run(command, "1", *words, *more)
        assert found.returncode == 2
        assert says in found.stderr
        assert len(found.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "a.csv").exists()
