"""Two scripts side by side, stepped together."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui.ui.screens.side_by_side import OtherScreen, SideBySideScreen

pytestmark = pytest.mark.slow


async def compared(app, *keys):
    await app.pilot.press("k")
    await app.until(lambda: isinstance(app.app.screen, OtherScreen))
    await app.pilot.pause()
    await app.pilot.press(*keys, "enter")
    await app.until(lambda: isinstance(app.app.screen, SideBySideScreen))
    screen = app.app.screen
    await app.until(lambda: screen.found is not None)
    return screen


def here(screen):
    """The marked line of either script."""
    return [
        script.lines[code._here.start - 1].strip()
        for script, code in zip(screen._scripts, screen._codes, strict=True)
    ]


def test_a_stage_beside_the_next_one_begins_where_they_first_differ():
    async def test(app):
        screen = await compared(app)
        assert "gradient" in here(screen)[0]
        assert here(screen)[1] == "loss.backward()"
        text = app.screen_text()
        assert "they first differ here" in text
        assert "They first differ in epoch 1, at the gradient" in text
        assert "dJ/dw = -120" in text
        assert "dJ/dw = -30" in text
        assert "parameters up to 0 apart" in text
        await app.pilot.press("n")
        assert "parameters up to 0.9 apart" in app.screen_text()
        await app.pilot.press("N")
        assert screen.found.steps[screen.at].epoch == 2
        await app.pilot.press("G")
        assert screen.at == len(screen.found.steps) - 1
        assert screen.found.steps[screen.at].epoch == 10  # as many as both have
        await app.pilot.press("g", "f")
        assert screen.at == screen.found.first
        await app.pilot.press("P")
        assert screen.at == 0
        await app.pilot.press("escape")
        await app.until(lambda: app.app.screen is app.main)

    drive(test)


def test_a_pinned_run_is_the_first_choice():
    async def test(app):
        await app.press("N", "c", "right_square_bracket")
        screen = await compared(app)
        assert "update" in str(screen._place.render())
        values = [str(each.render()) for each in screen._values]
        assert values == ["w = 2.4", "w = 1.2"]
        assert screen._codes[0]._changed == screen._codes[1]._changed
        (line,) = screen._codes[0]._changed
        assert "learning_rate = 0.02" in screen._scripts[0].lines[line - 1]

    drive(test)


def test_equal_runs_say_so():
    async def test(app):
        await app.press("N", "c")
        await compared(app)
        text = app.screen_text()
        assert "They do not differ in the epochs that both have." in text
        assert "equal to the last bit" in text

    drive(test)
