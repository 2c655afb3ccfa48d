"""What the rooms of the engine say of themselves."""

import importlib
import re
from pathlib import Path

import pytest

import gdtui.engine

HOME = Path(gdtui.engine.__file__).parent
ROOMS = sorted(each.parent.name for each in HOME.glob("*/__init__.py"))


def told(package):
    return re.findall(r"^    (\w+)  ", importlib.import_module(package).__doc__, re.M)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_names_all_that_stands_in_it(room):
    modules = {each.stem for each in (HOME / room).glob("*.py")} - {"__init__"}
    assert sorted(told(f"gdtui.engine.{room}")) == sorted(modules)


def test_the_engine_names_its_rooms_and_what_they_share():
    shared = {each.stem for each in HOME.glob("*.py")} - {"__init__"}
    assert sorted(told("gdtui.engine")) == sorted({*ROOMS, *shared})
