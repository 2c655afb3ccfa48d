"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parent.parent / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_library_example_runs():
    (example,) = blocks("python")
    assert len([line for line in example.splitlines() if line]) <= 11
    output = subprocess.run(
        [sys.executable, "-c", example], capture_output=True, text=True, check=True
    ).stdout
    first, second, third, *_ = output.splitlines()
    assert first == "1.875 {'w': 2.25} [30.     7.5    1.875]"
    assert second == "42 predict y_pred = predict(x)"
    assert third == "3 2.25 Prediction before training: f(5) = 0.000"


def printed(*arguments: str) -> list[str]:
    command = [sys.executable, "-m", "gdtui", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_json_examples_are_real():
    epochs, diagnosis = blocks("json")
    lines = printed("run", "1", "--json")
    assert epochs.splitlines() == [lines[0], lines[-1]]
    assert diagnosis.splitlines() == printed("diagnose", "2", "--json")


def test_there_is_one_command_to_test():
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len([line for line in commands if line.endswith("-m pytest")]) == 1
