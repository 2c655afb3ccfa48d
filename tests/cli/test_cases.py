"""Training scripts as people write them, and what a recording of each has to hold.

``NAME.expected.json`` says what Python prints, and the rows of some epochs. A quantity may go by
another name that is as good (``also``), or may be left out (``optional``).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from forking import gdtui

from gdtui import Script

CASES = Path(__file__).parent.parent / "cases"
NAMES = sorted(path.stem for path in CASES.glob("*.py"))
# Processors differ in how they round what they add up, and a run of many epochs in more.
RELATIVE = 2e-5


def nothing(value):
    if isinstance(value, dict):
        return value.get("norm") is None
    return value is None or (isinstance(value, list) and all(map(nothing, value)))


def agree(found, expected):
    if nothing(found) or nothing(expected):
        return nothing(found) and nothing(expected)
    if isinstance(expected, dict):
        return found["shape"] == expected["shape"] and agree(found["norm"], expected["norm"])
    found, expected = np.ravel(found).astype(float), np.ravel(expected).astype(float)
    if found.shape != expected.shape:
        return False
    largest = np.max(np.abs(expected), initial=0.0)
    return bool(np.all(np.abs(found - expected) <= RELATIVE * largest + 1e-12))


def named(group, name, others):
    """The key in a group that stands for a name."""
    return next((each for each in (name, *others.get(name, ())) if each in group), None)


def check_group(found, expected, others, may_lack, constant):
    known = set()
    for name, value in expected.items():
        key = named(found, name, others)
        known.add(key)
        if not (nothing(found.get(key)) and (nothing(value) or name in may_lack)):
            assert agree(found.get(key), value), name
    for key in set(found) - known:
        assert nothing(found[key]) or agree(found[key], constant[key]), key


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_recorded_as_it_is(name):
    expected = json.loads((CASES / f"{name}.expected.json").read_text())
    plain = gdtui("run", f"{name}.py", cwd=CASES)
    assert (plain.returncode, plain.stdout) == (expected["exit"], expected["stdout"])
    lines = gdtui("run", f"{name}.py", "--json", cwd=CASES).stdout.splitlines()
    *epochs, end = map(json.loads, lines)
    assert end["epochs"] == len(epochs) == expected["rows"][-1]["epoch"]
    total = expected["epochs_total"]
    assert {each["epochs_total"] for each in epochs} == {total}
    also, optional = expected.get("also", {}), expected.get("optional", {})
    for row in expected["rows"]:
        found = epochs[row["epoch"] - 1]
        assert found["epoch"] == row["epoch"]
        if isinstance(row["loss"], dict):
            check_group(found["loss"], row["loss"], also.get("losses", {}), (), {})
        else:
            assert agree(found["loss"], row["loss"])
        names, absent = also.get("parameters", {}), optional.get("absent", ())
        constant = optional.get("parameters", {})
        check_group(found["parameters"], row["parameters"], names, absent, constant)
        may_lack = optional.get("gradients", ())
        check_group(found["gradients"], row["gradients"], names, may_lack, {})
    for name, values in expected["metrics"].items():
        key = named(epochs[0]["metrics"], name, also.get("metrics", {}))
        for epoch, value in zip(epochs, values, strict=True):
            assert agree(epoch["metrics"][key], value), (name, epoch["epoch"])


@pytest.mark.parametrize("name", NAMES)
def test_what_a_learner_would_change_is_a_setting(name):
    expected = json.loads((CASES / f"{name}.expected.json").read_text())
    others = expected.get("also", {}).get("settings", {})
    script = Script.load(str(CASES / f"{name}.py"))
    settings = {each.name: each for each in script.settings}
    for each, value in expected["settings"].items():
        key = named(settings, each, others)
        assert key is not None, each
        assert settings[key].value == pytest.approx(value), each
        # Another value takes its place in the text, and no more.
        changed = script.with_settings({key: value + 1})
        assert changed.value(key) == value + 1
        assert len(changed.lines) == len(script.lines)
        others_stay = [one.value for one in changed.settings if one.name != key]
        assert others_stay == [one.value for one in script.settings if one.name != key]
