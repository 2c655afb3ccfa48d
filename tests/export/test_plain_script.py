"""A script as a Python file."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gdtui import Script, Timeline
from gdtui.export.plain_script import plain_text

CELLS = [
    "'''A notebook'''\nw, lr = 1.0, 0.1\nw; 'shown: é', w",
    "from __future__ import annotations\nfor epoch in range(3):\n    loss = w ** 2\n"
    "    w -= lr * 2 * w\nloss",
    "%matplotlib inline\nNone",
    "w;",
    "if w:\n    w\nx = 1; (w\n + x)  # é",
]


def notebook(tmp_path, cells=CELLS):
    path = tmp_path / "mine.ipynb"
    code = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": each,
        }
        for each in cells
    ]
    path.write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return Script.from_file(path)


def printed(script):
    with Timeline(script) as timeline:
        timeline.run()
        return timeline.transcript.text


def printed_by_python(text):
    return subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True
    ).stdout


def test_a_plain_script_is_its_text_to_the_last_byte(tmp_path):
    path = tmp_path / "mine.py"
    text = "\ufeff# x\r\nw = 1.0\r\nfor epoch in range(3):\r\n    w -= 0.1 * 2 * w\r\n"
    path.write_bytes(text.encode())
    assert plain_text(Script.from_file(path)) == text
    with_setting = Script.from_file(path).with_settings({"w": 2.5})
    assert plain_text(with_setting) == text.replace("1.0", "2.5")


def test_a_notebook_becomes_a_file_that_prints_what_the_notebook_shows(tmp_path):
    script = notebook(tmp_path)
    text = plain_text(script)
    assert text.startswith("from __future__ import annotations\n")
    assert printed_by_python(text) == printed(script)
    assert printed(script).startswith("('shown: é', 1.0)\n0.4096")
    assert printed(script).count("\n") == 3


def test_a_changed_setting_is_in_the_file(tmp_path):
    script = notebook(tmp_path).with_settings({"lr": 0.25})
    assert printed_by_python(plain_text(script)) == printed(script)
    assert "w, lr = 1.0, 0.25" in plain_text(script)


@pytest.mark.parametrize("cell", ["w", "w = 2.0; w"])
def test_sys_is_imported_once_and_before_its_use(tmp_path, cell):
    script = notebook(tmp_path, ["w = lr = 0.5", cell, *CELLS[1:2]])
    assert plain_text(script).count("import sys") == 1
    assert printed_by_python(plain_text(script)) == printed(script)
