"""Notebooks on the command line."""

from __future__ import annotations

import json

import pytest
from forking import gdtui, python

SETUP = ["%matplotlib inline\n", "rate = 0.1\n", "w = 8.0"]
LOOP = "%%time\nfor epoch in range(3):\n    loss = w * w\n    dw = 2 * w\n    w -= rate * dw"
NOTE = "skipped what only IPython runs: %matplotlib inline (cell 1), %%time (cell 2)"


@pytest.fixture
def notebook(tmp_path):
    def written(*sources):
        cells = [{"cell_type": "code", "source": source} for source in (SETUP, LOOP, *sources)]
        cells.insert(0, {"cell_type": "markdown", "source": "# A loop"})
        path = tmp_path / "mine.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
        return path

    return written


def test_run_prints_the_values_and_says_what_it_skips(notebook):
    path = notebook("round(w, 3)", "print('end')\nround(w, 3);")
    done = gdtui("run", path)
    assert (done.returncode, done.stdout) == (0, "4.096\nend\n")
    assert done.stderr == f"gdtui: {path}: {NOTE}\n"


def test_run_prints_an_object_for_each_epoch(notebook):
    done = gdtui("run", notebook("w"), "--json", "--set", "rate=0.25")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each.get("loss") for each in objects] == [64.0, 16.0, 4.0, None]
    assert objects[2]["parameters"] == {"w": 1.0}
    assert objects[-1]["status"] == "finished"
    assert done.stderr.count("\n") == 1


def test_what_is_shown_is_python_with_the_cells_as_they_stand(notebook, tmp_path):
    done = gdtui("show", notebook("print(w)"), "--set", "rate=0.25")
    assert done.stdout == (
        "# cell 1\n\n# %matplotlib inline\nrate = 0.25\nw = 8.0\n\n"
        f"# cell 2\n\n# {LOOP}\n\n# cell 3\n\nprint(w)\n"
    )
    assert done.stderr == ""
    shown = tmp_path / "shown.py"
    shown.write_text(done.stdout)
    assert python(shown).stdout == "1.0\n"


def test_a_traceback_names_cell_and_line(notebook):
    path = notebook("a = 1\na / 0")
    done = gdtui("run", path)
    assert done.returncode == 1
    assert f'  File "{path}", cell 3, line 2, in <module>\n    a / 0\n' in done.stderr
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_diagnose(notebook):
    path = notebook()
    done = gdtui("diagnose", path)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert done.stderr == f"gdtui: {path}: {NOTE}\n"


@pytest.mark.parametrize("command", ["run", "show", "diagnose", "open"])
def test_a_bad_notebook_is_one_line(command, notebook, tmp_path):
    bad = tmp_path / "bad.ipynb"
    bad.write_text("{}")
    done = gdtui(command, bad)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"gdtui: {bad}: this is no notebook: it has no list of cells\n"
    path = notebook("if w\n    w")
    assert gdtui(command, path).stderr == (
        f"gdtui: {path}, cell 3, line 1: this is not Python: expected ':'\n"
    )


@pytest.mark.parametrize("command", ["run", "show", "diagnose", "open", "--help"])
def test_the_help_says_that_a_notebook_will_do(command):
    arguments = [command] if command == "--help" else [command, "--help"]
    assert ".ipynb" in gdtui(*arguments).stdout
