"""Everything after ``--`` goes to the script, as Python would pass it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from forking import gdtui, python

SCRIPT = """\
import argparse
import sys

parser = argparse.ArgumentParser(description="Halve a number.")
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--json", action="store_true")
parser.add_argument("--set", default="")
parser.add_argument("words", nargs="*")
options = parser.parse_args()
print(sys.argv[1:], options)
w = 1.0
for epoch in range(4):
    loss = w * w
    dw = 2 * w
    w -= options.lr * dw
    print(f"{w:.6f}")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--lr", "0.25"],
        ["--lr=0.25", "--json", "--set", "lr=3"],
        ["", "two words", "it's", '"', "$HOME", "*", "größe"],
        ["one", "--", "--lr", "two"],
        ["--help"],
        ["-h"],
        ["--lr", "fast"],
        ["--unknown"],
    ],
)
def test_a_script_is_given_what_python_gives_it(path, arguments):
    expected = python(path, *arguments)
    found = gdtui("run", path, "--", *arguments)
    assert (found.returncode, found.stdout) == (expected.returncode, expected.stdout)
    assert found.stderr == expected.stderr


@pytest.mark.slow
def test_help_is_no_failure_and_a_wrong_argument_is_one(path):
    assert gdtui("run", path, "--", "--help").returncode == 0
    assert gdtui("run", path, "--", "--lr", "fast").returncode == 2
    end = json.loads(gdtui("run", path, "--json", "--", "--lr", "fast").stdout)
    assert (end["status"], end["epochs"]) == ("failed", 0)


def test_options_of_gdtui_stand_before_the_dashes(path):
    found = gdtui("run", path, "--json", "--set", "lr=0.5", "--", "--json")
    first = json.loads(found.stdout.splitlines()[0])
    assert first["parameters"] == {"w": 0.0}
    given = gdtui("run", "--set", "lr=0.5", path, "--", "--json").stdout.splitlines()[0]
    assert given.startswith("['--json'] Namespace(lr=0.5, json=True")


def test_an_argument_has_the_last_word_over_a_setting(path):
    found = gdtui("run", path, "--set", "lr=0.1", "--", "--lr", "0.5")
    assert "lr=0.5" in found.stdout
    assert found.returncode == 0


def test_a_script_may_stand_behind_the_dashes_itself(path):
    expected = gdtui("run", path, "--", "--lr", "0.25").stdout
    assert gdtui("run", "--", path, "--lr", "0.25").stdout == expected


def test_the_path_of_the_script_is_what_it_is_without_arguments(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("import sys\nprint(sys.argv)\nw = 1.0\nfor e in range(1):\n    w -= 0.1 * w\n")
    found = gdtui("run", "mine.py", "--", "a", cwd=tmp_path)
    assert found.stdout == f"{[str(path), 'a']}\n"
    assert gdtui("run", "mine.py", cwd=tmp_path).stdout == f"{[str(path)]}\n"


def test_a_diagnosis_is_that_of_the_run_with_the_arguments(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "import sys\nimport numpy as np\n"
        "learning_rate = float(sys.argv[1]) if len(sys.argv) > 1 else 0.01\n"
        "x = np.array([1.0, 2.0, 3.0, 4.0])\ny = 2 * x\nw = 0.0\n"
        "for epoch in range(10):\n"
        "    y_pred = w * x\n"
        "    loss = np.mean((y_pred - y) ** 2)\n"
        "    dw = np.mean(2 * x * (y_pred - y))\n"
        "    w -= learning_rate * dw\n"
    )
    expected = gdtui("diagnose", path, "--set", "learning_rate=0.1", "--json")
    found = gdtui("diagnose", path, "--json", "--", "0.1")
    assert found.stdout == expected.stdout
    assert "1 - 0.1 x 15 = -0.5" in found.stdout
    assert found.stdout != gdtui("diagnose", path, "--json").stdout


@pytest.mark.parametrize("command", [["run"], ["diagnose"], ["open"], []])
def test_a_stage_is_given_none(command):
    found = gdtui(*command, "2", "--", "--lr", "0.5")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "gdtui: autograd is a stage, which reads no arguments such as '--lr 0.5'; "
        "they go with the path of a script of yours\n"
    )


def test_no_argument_is_none_for_a_stage_too():
    assert gdtui("run", "1", "--").stdout == gdtui("run", "1").stdout


def test_what_is_shown_depends_on_no_argument(path):
    found = gdtui("show", path, "--", "--lr", "0.5")
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "gdtui: '--lr 0.5': `gdtui show` prints the text of a script, which no argument changes, "
        "and takes none\n"
    )


@pytest.mark.parametrize("behind", [[], ["--", "--lr", "0.5"]])
@pytest.mark.parametrize("command", [["run"], ["diagnose"], []])
def test_an_argument_before_the_dashes_is_refused(path, command, behind):
    found = gdtui(*command, path, "fast", *behind)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "gdtui: unexpected argument 'fast'; what is given to a script stands behind --\n"
    )


def test_without_a_terminal_the_app_says_what_does_without_and_with_the_same_arguments(path):
    found = gdtui(path, "--", "--lr", "two words")
    assert found.returncode == 2
    assert f"`gdtui run {path} -- --lr 'two words'` does without" in found.stderr


@pytest.mark.parametrize("command", ["run", "diagnose", "open"])
def test_help_says_where_arguments_stand(command):
    said = " ".join(gdtui(command, "--help").stdout.split())
    assert "STAGE" in said
    assert "[-- ARGUMENTS]" in said
    assert "Everything after -- goes to your own script as its arguments" in said
