"""Sessions: saved, opened, and refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from driving import drive
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script
from gdtui.engine.record.stopping import StopRule
from gdtui.ui.control.session_file import (
    FORMAT,
    Session,
    SessionError,
    read_session,
    write_session,
)
from gdtui.ui.edits.undo import Choices
from gdtui.ui.screens.agreement import AgreementScreen
from gdtui.ui.screens.save import SaveScreen

SCRIPT = """
import pathlib
pathlib.Path({mark!r}).touch()
w = 1.0
rate = 0.1
for epoch in range(9):
    loss = w * w
    w -= rate * 2 * w
"""


def notes(app):
    return " ".join(each.message.plain for each in app.app._notifications)


async def save(app, path):
    await app.pilot.press("ctrl+s")
    await app.until(lambda: isinstance(app.app.screen, SaveScreen))
    await app.pilot.pause()
    await app.submit(path)


async def asked(app):
    await app.until(lambda: isinstance(app.app.screen, AgreementScreen))
    await app.pilot.pause()


@pytest.mark.slow
def test_a_session_brings_back_script_changes_pins_and_position(tmp_path):
    path = tmp_path / "lesson.gdtui"
    found = {}

    async def first(app):
        await app.press("N", "N", "N", "c", "right_square_bracket", "N", "N", "n", "n")
        found["position"] = app.moment.position
        found["values"] = app.app.script.values
        found["curve"] = app.app.pins[0].ghost.curves.loss.points()
        await save(app, path)
        assert "is saved" in notes(app)

    async def second(app):
        await asked(app)
        assert "learning_rate" in app.screen_text()
        assert app.moment is None
        await app.pilot.press("enter")
        await app.until(lambda: app.moment and app.moment.position == found["position"])
        assert app.app.script.values == found["values"]
        (pin,) = app.app.pins
        np.testing.assert_array_equal(pin.ghost.curves.loss.points(), found["curve"])
        assert (pin.label, pin.verdict, pin.epochs) == ("A", "smooth", 3)
        assert "A 0.01  now 0.02" in app.text_of("#loss")
        await app.pilot.press("C")
        await app.pilot.pause()
        await app.pilot.press("enter")
        await app.until(lambda: app.moment and app.moment.epoch == 3)
        assert app.app.script.values["learning_rate"] == 0.01

    drive(first)
    drive(second, session=read_session(path), loaded=False)


@pytest.mark.slow
def test_nothing_of_a_session_runs_before_the_learner_agrees(tmp_path):
    mark, path = tmp_path / "ran", tmp_path / "evil.gdtui"
    script = Script(text=SCRIPT.format(mark=str(mark)), name="evil.py", path="/nowhere/evil.py")
    write_session(Session(script, Choices()), path)

    async def declined(app):
        await asked(app)
        assert "evil.py" in app.screen_text()
        await app.pilot.press("escape")
        await app.loaded()
        assert app.app.script.name == "manual"
        assert not mark.exists()

    async def agreed(app):
        await asked(app)
        await app.pilot.press("enter")
        await app.until(lambda: app.moment and app.app.script.name == "evil.py")
        assert mark.exists()

    drive(declined, session=read_session(path), loaded=False)
    drive(agreed, session=read_session(path), loaded=False)


@pytest.mark.slow
def test_ctrl_o_opens_a_session_too_and_asks(tmp_path):
    path = tmp_path / "two.gdtui"
    write_session(Session(Script.stage("autograd"), Choices({"learning_rate": 0.05})), path)

    async def test(app):
        await app.pilot.press("ctrl+o")
        await app.until(lambda: app.app.screen is not app.main)
        await app.submit(path)
        await asked(app)
        assert app.app.script.name == "manual"
        await app.pilot.press("enter")
        await app.until(lambda: app.app.script.name == "autograd" and app.moment)
        assert app.app.script.values["learning_rate"] == 0.05

    drive(test)


@pytest.mark.slow
def test_an_existing_file_is_asked_about_and_a_folder_refused(tmp_path):
    path = tmp_path / "kept.gdtui"
    path.write_text("something else")

    async def test(app):
        await save(app, tmp_path)
        await app.pilot.press("enter")
        await app.pilot.pause()
        assert "cannot be written" in str(app.app.screen._wrong.render())
        await app.submit(path)
        assert "enter again replaces it" in str(app.app.screen._wrong.render())
        assert path.read_text() == "something else"
        await app.pilot.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        assert read_session(path).original.name == "manual"
        await save(app, path)  # its own file
        assert app.app.screen is app.main

    drive(test)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda kept: kept.update(format=FORMAT + 1), "takes a later one"),
        (lambda kept: kept.update(format="1"), "format '1'"),
        (lambda kept: kept.update(kind="other"), "no session of gdtui"),
        (lambda kept: kept.pop("script"), "script is missing"),
        (lambda kept: kept.update(script={"stage": "magic"}), "stage 'magic' is none of"),
        (lambda kept: kept.update(position=[1]), "position has 1 parts"),
        (lambda kept: kept.update(position=[1, -1]), "position has -1"),
        (lambda kept: kept["choices"].update(settings={"w": 1}), "settings or texts"),
        (lambda kept: kept["choices"].update(settings={"w": "[1"}), "not a Python literal"),
        (lambda kept: kept["choices"]["stop"].update(below=-1), "-1 is not allowed"),
        (lambda kept: kept.update(pins=[3]), "a pin is no object"),
    ],
)
def test_a_damaged_or_later_session_is_refused_with_the_reason(tmp_path, change, reason):
    path = tmp_path / "bad.gdtui"
    write_session(Session(Script.stage("manual"), Choices()), path)
    kept = json.loads(path.read_text())
    change(kept)
    path.write_text(json.dumps(kept))
    with pytest.raises(SessionError, match=r"bad\.gdtui") as caught:
        read_session(path)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 9999, b'{"a": NaN}'])
def test_what_is_no_session_is_refused(tmp_path, content):
    path = tmp_path / "bad.gdtui"
    path.write_bytes(content)
    with pytest.raises(SessionError):
        read_session(path)


@given(
    st.dictionaries(
        st.sampled_from(["w", "learning_rate", "inputs"]),
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(),
            st.booleans(),
            st.none(),
            st.text(st.characters(exclude_categories=["Cs"])),
            st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4),
        ),
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
@settings(deadline=None)
def test_choices_come_back_as_they_were(tmp_path_factory, values, text):
    path = Path(tmp_path_factory.getbasetemp()) / "s.gdtui"
    choices = Choices(values, StopRule(below=0.1), {"manual": text})
    write_session(Session(Script.stage("manual"), choices, (3, 2)), path)
    found = read_session(path)
    assert found.choices.key == choices.key
    assert found.position == (3, 2)
