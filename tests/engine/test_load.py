"""Loading a script takes work in proportion to its length: counted, not timed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from loading import MAKES, statements_in_the_loop

from gdtui.analysis.study import Study
from gdtui.engine.program.program import compile_program
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script


@pytest.fixture(scope="module")
def counts():
    file = Path(__file__).with_name("loading.py")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKES)
def test_twice_as_long_is_twice_the_work(make, counts):
    once, twice = counts[make]
    assert once < twice <= 2.3 * once


@pytest.mark.slow
def test_a_literal_costs_little_beside_reading_it(counts):
    """Twenty thousand numbers are one statement, which is gone through a few times at most: no
    more than twice what Python's own tools need for going through it once."""
    more, reading = counts["literal"]
    assert more <= 2 * reading


def test_the_same_text_is_run_as_python_runs_it():
    """The trees that are run are those of the text, at every place."""
    text = statements_in_the_loop(5)
    script = Script(text)
    compile_program(script)
    assert ast.dump(script.tree, include_attributes=True) == ast.dump(
        ast.parse(text), include_attributes=True
    )


@pytest.mark.slow
def test_a_long_loop_is_read_a_few_times_only(monkeypatch):
    """Scripts are generated, too. How often each part of the tree is looked at is counted, as
    time is not measured in tests."""
    many = "".join(f"    a{i} = w * {i}.5 + {i}\n" for i in range(1_100))
    text = "w = 1.0\nfor epoch in range(3):\n    loss = w * w\n" + many + "    w -= 0.1 * w\n"
    parts = sum(1 for _ in ast.walk(ast.parse(text)))
    looked = []
    walk = ast.iter_child_nodes
    monkeypatch.setattr(ast, "iter_child_nodes", lambda node: (looked.append(1), walk(node))[1])
    script = Script(text)
    assert parts < len(looked) < 10 * parts
    Timeline(script)
    assert len(looked) < 25 * parts


def test_no_arguments_are_no_reason_to_read_a_script_again():
    script = Script("w = 1.0\nfor epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n")
    assert script.with_arguments([]) is script
    assert script.with_arguments(["--fast"]).with_arguments(("--fast",)).arguments == ("--fast",)


def test_what_a_study_looks_for_in_the_text_is_looked_for_once_it_matters(monkeypatch):
    """A new run of a script with a long table would wait for it."""
    script = Script("w = 1.0\nfor epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n")
    walked = []
    walk = ast.walk
    monkeypatch.setattr(ast, "walk", lambda node: (walked.append(node), walk(node))[1])
    Study(script)
    assert script.tree not in walked
