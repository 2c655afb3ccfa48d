"""What y copies."""

from __future__ import annotations

import pytest
from driving import drive

pytestmark = pytest.mark.slow


def notes(app):
    return [each.message.plain for each in app.app._notifications]


async def copied(app, pane=""):
    if pane:
        app.main.query_one(pane).focus()
        await app.pilot.pause()
    await app.pilot.press("y")
    await app.pilot.pause()
    assert notes(app)[-1] == f"Copied: {app.app.clipboard}"
    return app.app.clipboard


def test_the_marked_statement_or_the_values_under_the_cursor():
    async def test(app):
        await app.press("n", "n", "n")
        assert await copied(app) == "dw = gradient(x, y, y_pred)"
        await app.press("N", "N", "comma", "comma")
        assert app.main.cursor == 1
        assert await copied(app) == "epoch 1: loss 30  w 1.2"
        await app.press("escape")
        assert (await copied(app)).startswith("print(f")

    drive(test)


def test_what_the_pane_with_the_focus_has():
    async def test(app):
        await app.press("N", "N")
        assert await copied(app, "#loss") == "Loss 4.8"
        assert await copied(app, "#numbers") == "loss = (0.64 + 2.56 + 5.76 + 10.24)/4"
        await app.press("d")
        assert await copied(app, "#variables") == "Changed by epoch 2: 5"
        app.main.query_one("#variables").scroll_to(y=1, animate=False, force=True)
        await app.pilot.pause()
        assert (await copied(app)).split() == ["●", "w", "float", "1.68"]
        await app.press("d", "d")
        assert await copied(app, "#transcript") == "epoch 2: w = 1.680, loss = 4.79999924"
        # The timeline has no line of its own.
        assert (await copied(app, "#timeline")).startswith("print(f")

    drive(test)


def test_a_transcript_that_was_scrolled_back_gives_its_first_line_in_sight():
    async def test(app):
        await app.press("G")
        await app.ended()
        await app.press("d", "d", "d")
        pane = app.main.query_one("#transcript")
        pane.focus()
        await app.pilot.pause()
        await app.pilot.press("home")
        await app.pilot.pause()
        assert await copied(app) == "Prediction before training: f(5) = 0.000"

    drive(test, values={"epochs": 200})


def test_nothing_is_said_to_be_nothing():
    async def test(app):
        await app.press("d", "d")
        app.main.query_one("#graph").focus()
        await app.pilot.pause()
        app.main._graph.clear()
        await app.pilot.press("y")
        await app.pilot.pause()
        assert notes(app)[-1] == "There is nothing to copy here yet."
        assert app.app.clipboard == ""

    drive(test)
