"""What is wrong with a script, in the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import drive

from gdtui.ui.screens.findings import FindingsScreen

pytestmark = pytest.mark.slow

UPHILL = """import numpy as np

x = np.array([1.0, 2.0, 3.0])
y = 2 * x
w = 0.0
rate = 0.01
for epoch in range(20):
    pred = w * x
    loss = np.mean((pred - y) ** 2)
    dw = np.mean(2 * x * (pred - y))
    w += rate * dw
"""


@pytest.fixture
def uphill(tmp_path):
    path = tmp_path / "uphill.py"
    path.write_text(UPHILL)
    return str(path)


async def shown(app):
    await app.pilot.press("F")
    await app.until(lambda: isinstance(app.app.screen, FindingsScreen))
    screen = app.app.screen
    await app.until(lambda: screen.found is not None)
    await app.until(lambda: screen.is_done)
    await app.pilot.pause()
    return screen


def test_a_fault_is_named_its_mend_tried_and_taken_over(uphill):
    async def test(app):
        await shown(app)
        text = app.screen_text()
        assert "Line 11: the update has the wrong sign" in text
        assert "-     w += rate * dw" in text
        assert "+     w -= rate * dw" in text
        assert "Tried: with line 11 as `w -= rate * dw`" in text
        await app.pilot.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        await app.loaded()
        assert "w -= rate * dw" in app.app.script.text
        assert Path(uphill).read_text() == UPHILL  # the file is the learner's
        await app.press("u")
        await app.loaded()
        assert app.app.script.text == UPHILL

    drive(test, stage=uphill)


def test_a_sound_script_has_none(uphill):
    async def test(app):
        await app.press("N")
        await shown(app)
        assert "Nothing is wrong as far as the rules go." in app.screen_text()
        await app.pilot.press("enter", "escape")
        await app.until(lambda: app.app.screen is app.main)

    drive(test, stage="manual")


def test_the_line_of_the_diagnosis_names_the_fault_once_the_run_is_over(uphill):
    async def test(app):
        await app.press("G")
        await app.ended()
        await app.until(lambda: app.main._diagnosis.finding)
        assert "Line 11: the update has the wrong sign" in app.text_of("#diagnosis")
        assert "F says more" in app.text_of("#diagnosis")
        await app.press("g")
        await app.press("2")
        await app.loaded()
        assert not app.main._diagnosis.finding

    drive(test, stage=uphill, inspects=True)


def test_nobody_is_told_unasked_of_a_stage_or_without_the_option(uphill):
    async def test(app):
        await app.press("G")
        await app.ended()
        assert not [each for each in app.app.workers if each.group == "findings"]

    drive(test, stage="manual", inspects=True)
    drive(test, stage=uphill)


def test_leaving_the_screen_ends_the_search(uphill):
    async def test(app):
        await app.pilot.press("F")
        await app.until(lambda: isinstance(app.app.screen, FindingsScreen))
        screen = app.app.screen
        await app.pilot.press("escape")
        await app.until(lambda: app.app.screen is app.main)
        await app.press("N")
        assert screen.found is None

    drive(test, stage=uphill)
