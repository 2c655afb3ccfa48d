"""The table of stages, held against the scripts and against all that is made of it."""

from __future__ import annotations

import ast

import pytest
from click.testing import CliRunner

from gdtui.cli import commands
from gdtui.engine.errors import ScriptError
from gdtui.engine.script.script import ROLES, Script
from gdtui.stages import KEYS, OWN_NUMBER, STAGES, stage_of
from gdtui.ui.commands.command import Command
from gdtui.ui.commands.table import COMMANDS

EACH = pytest.mark.parametrize("stage", STAGES, ids=KEYS)


def test_there_is_a_line_for_every_script_and_a_script_for_every_line():
    folder = STAGES[0].path.parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == {*KEYS}
    assert [stage.number for stage in STAGES] == list(range(1, OWN_NUMBER))


@EACH
def test_a_script_has_the_title_of_its_line_and_says_who_does_what(stage):
    script = Script.stage(stage.key)
    assert script.title == stage.title
    assert set(script.roles) == set(ROLES)


@EACH
def test_a_script_is_linear_if_its_line_says_so(stage):
    """By its loss: the linear ones take squares of errors, whoever computes them."""
    names = {
        node.id for node in ast.walk(Script.stage(stage.key).tree) if isinstance(node, ast.Name)
    }
    attributes = {
        node.attr
        for node in ast.walk(Script.stage(stage.key).tree)
        if isinstance(node, ast.Attribute)
    }
    assert stage.linear == bool({"mean_squared_error", "MSELoss"} & (names | attributes))


@EACH
def test_a_stage_is_found_by_its_key_and_by_its_number(stage):
    for name in (stage.key, str(stage.number), f"0{stage.number}"):
        assert stage_of(name) is stage
        assert Script.load(name).name == stage.key


@pytest.mark.parametrize("name", ["", "0", str(OWN_NUMBER), "-1", "1.0", "Manual", "²"])
def test_nothing_else_is_a_stage(name):
    assert stage_of(name) is None
    with pytest.raises(ScriptError, match="unknown stage"):
        Script.load(name)


@EACH
def test_a_stage_has_its_key_in_the_app_and_its_line_in_what_is_listed(stage):
    assert _command(stage.number).help == f"Stage {stage.number}: {stage.title}"
    assert _command(stage.number).keys == (str(stage.number),)
    for arguments in (["--help"], ["stages"]):
        listed = CliRunner().invoke(commands, arguments).output.splitlines()
        words = [f"{stage.number}", stage.key, *stage.title.split()]
        assert any(line.split()[: len(words)] == words for line in listed)


def test_the_key_after_the_last_stage_is_that_of_the_learners_script():
    assert _command(OWN_NUMBER).help == "The script of your own, once one is open"
    assert _command(1).shown_keys == f"1-{len(STAGES)}"
    assert not [each for each in COMMANDS if each.action == f"stage({OWN_NUMBER + 1})"]


def _command(number: int) -> Command:
    (found,) = (each for each in COMMANDS if each.action == f"stage({number})")
    return found
