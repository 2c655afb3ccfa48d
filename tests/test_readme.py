"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gdtui.engine.script.loop import Phase
from gdtui.lessons.check.lesson_check import check_lesson
from gdtui.lessons.format.lesson import PANES
from gdtui.lessons.format.library import library
from gdtui.lessons.kinds.table import KINDS
from gdtui.lessons.snapshot import Snapshot
from gdtui.stages import OWN_NUMBER, STAGES
from gdtui.ui.commands.table import COMMANDS
from gdtui.ui.texts.wording import key_text

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
LESSONS = (ROOT / "docs" / "lessons.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_json_examples_are_real():
    epochs, diagnosis = blocks("json")
    lines = printed("run", "1", "--json")
    assert epochs.splitlines() == [lines[0], lines[-1]]
    assert diagnosis.splitlines() == printed("diagnose", "2", "--json")


EXPERIMENTS = [
    shlex.split(line, comments=True)[1:]
    for block in blocks("sh")
    for line in block.splitlines()
    if line.split()[:2]
    in [["gdtui", name] for name in ("bugs", "compare", "export", "lr", "plot", "sweep", "when")]
    or "--seeds" in line
]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", EXPERIMENTS, ids=" ".join)
def test_the_experiments_run_and_write_what_they_name(arguments, tmp_path):
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    # What a command before it has written, such as `gdtui export ... -o run.csv`.
    for each in EXPERIMENTS[: EXPERIMENTS.index(arguments)]:
        if arguments[0] == "plot" and each[-1] == arguments[1]:
            subprocess.run([sys.executable, "-m", "gdtui", *each], cwd=tmp_path, check=True)
    subprocess.run([sys.executable, "-m", "gdtui", *arguments], cwd=tmp_path, check=True)
    if "-o" in arguments:
        assert (tmp_path / arguments[arguments.index("-o") + 1]).stat().st_size


@pytest.mark.slow
def test_the_first_difference_of_two_stages_is_real():
    (told,) = blocks("text")
    assert told in "\n".join(printed("compare", "1", "2"))


def test_the_table_of_lessons_is_that_of_the_library():
    rows = re.findall(r"^\| (\d) \| (.+?) \| (\d+) \|$", README, re.MULTILINE)
    entries = [entry for entry in library() if not entry.is_bug]
    assert rows == [(entry.key, entry.title, str(entry.minutes)) for entry in entries]


def test_the_lesson_in_the_documentation_is_one(tmp_path):
    (example,) = re.findall(r"```markdown\n(.*?)```", LESSONS, re.DOTALL)
    path = tmp_path / "lesson.md"
    path.write_text(example)
    assert check_lesson(path) == []


def test_every_name_and_move_of_a_lesson_is_documented():
    names = {name.removeprefix("_name_") for name in dir(Snapshot) if name.startswith("_name_")}
    for name in names | set(PANES) | set(KINDS) | set(Phase):
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", LESSONS), name


def test_every_key_stands_in_a_table():
    rows = [line for line in README.splitlines() if line.startswith("| ")]
    keys = " ".join(row.split("|")[1] for row in rows)
    for command in COMMANDS:
        key = command.keys[0]
        shown = key if len(key) > 1 and len(key_text(key)) > 1 else f"`{key_text(key)}`"
        # These stand beside others: "1 to 5" with 6, ctrl+c with q.
        beside = key in (*map(str, range(2, len(STAGES))), str(OWN_NUMBER), "ctrl+c")
        assert beside or re.search(rf"(?<!\S){re.escape(shown)}(?![^\s,])", keys), command


def test_the_readme_lists_the_stages():
    assert "".join(f" {each.number} {each.key} |" for each in STAGES) in README
    assert f"| `stage` | {', '.join(f'`{each.key}`' for each in STAGES)}, or the path" in LESSONS
    assert f"| `1` to `{len(STAGES)}` |" in README
    assert f"`{OWN_NUMBER}` is a script of your own, once one is open" in README


def test_there_is_one_command_to_test():
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert len([line for line in commands if line.endswith("-m pytest -n 2")]) == 1


def test_the_page_for_developers_names_what_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:gdtui|tests|docs|assets)/[\w/.]*)`", text)
    assert len(named) > 15
    assert [each for each in named if not (ROOT / each).exists()] == []
    assert "CONTRIBUTING.md" in README
