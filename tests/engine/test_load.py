"""Loading a script takes work in proportion to its length: counted, not timed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from loading import MAKES, statements_in_the_loop

from gdtui.engine.program.program import compile_program
from gdtui.engine.script.script import Script


@pytest.fixture(scope="module")
def counts():
    file = Path(__file__).with_name("loading.py")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("make", MAKES)
def test_twice_as_long_is_twice_the_work(make, counts):
    once, twice = counts[make]
    assert once < twice <= 2.3 * once


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
