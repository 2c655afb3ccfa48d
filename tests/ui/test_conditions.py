"""The key W: to the first moment of a condition, and breakpoints."""

from __future__ import annotations

import pytest
from driving import drive

pytestmark = pytest.mark.slow


def said(app):
    return " ".join(each.message.plain for each in app.app._notifications)


async def ask(app, text, key="enter"):
    """Type a condition into the screen that W opens, and press a key there."""
    await app.pilot.press("W")
    await app.until(lambda: type(app.app.screen).__name__ == "ConditionScreen")
    field = app.app.screen._field
    await app.until(lambda: field.has_focus)
    field.value = text
    await app.pilot.press(key)
    await app.pilot.pause()
    await app.until(lambda: app.app.idle)


def test_enter_goes_to_the_first_moment_and_back():
    async def test(app):
        await ask(app, "w > 1.5")
        await app.until(lambda: app.moment.epoch == 2)
        assert app.moment.step == 4
        assert app.moment.before is not None
        # From behind it as well.
        await app.press("N", "N")
        await ask(app, "w > 1")
        await app.until(lambda: app.moment.epoch == 1)
        # The condition is there to be changed.
        await app.pilot.press("W")
        await app.pilot.pause()
        assert app.app.screen._field.value == "w > 1"

    drive(test)


@pytest.mark.parametrize("keys", [("N", "N", "n", "n"), ("N",), (), ("G",)])
def test_what_never_holds_is_said_and_the_run_stays(keys):
    async def test(app):
        await app.press(*keys)
        if "G" in keys:
            await app.ended()
        at = app.moment.position, app.moment.epoch_over, app.moment.status
        await ask(app, "w > 99")
        await app.until(lambda: "never holds in this run" in said(app))
        assert (app.moment.position, app.moment.epoch_over, app.moment.status) == at

    drive(test)


def test_what_is_no_condition_is_said_in_the_screen_or_by_the_run():
    async def test(app):
        await ask(app, "w >")
        assert "is not an expression" in app.screen_text()
        await app.pilot.press("escape")
        await app.pilot.pause()
        await ask(app, "ww > 3")
        await app.until(lambda: "is w meant?" in said(app))
        assert app.moment.epoch == 0
        await ask(app, "")
        assert "A condition is needed" in app.screen_text()

    drive(test)


def test_a_breakpoint_pauses_play_until_it_is_removed():
    async def test(app):
        await ask(app, "loss < 1", "ctrl+b")
        assert "Play pauses where loss < 1 becomes true" in app.text_of("#news")
        assert app.moment.epoch == 0
        await app.press("G")
        await app.until(lambda: app.app.report.activity == "paused" and app.moment.epoch)
        first = app.moment.position
        assert app.moment.loss < 1
        assert not app.moment.status.is_over
        # It holds from here on, so nothing pauses any more; a new run is another one.
        await app.press("G")
        await app.ended()
        await app.press("r")
        await app.loaded()
        await app.press("G")
        await app.until(lambda: app.app.report.activity == "paused" and app.moment.epoch)
        assert app.moment.position == first
        await ask(app, "", "ctrl+b")
        assert not app.app.situation.pause_news
        await app.press("g", "G")
        await app.ended()

    drive(test)


def test_a_breakpoint_that_cannot_be_told_is_removed():
    async def test(app):
        await ask(app, "y_pred > 1", "ctrl+b")
        await app.press("space")
        await app.until(lambda: "say all(...)" in said(app))
        assert not app.app.situation.pause_news
        assert app.app.report.activity == "paused"

    drive(test)


def test_space_ends_a_search(tmp_path):
    path = tmp_path / "endless.py"
    path.write_text("w = 0.0\nwhile True:\n    loss = (w - 3) ** 2\n    w -= 0.1 * 2 * (w - 3)\n")

    async def test(app):
        await app.pilot.press("W")
        await app.until(lambda: type(app.app.screen).__name__ == "ConditionScreen")
        app.app.screen._field.value = "w > 99"
        await app.pilot.press("enter")
        await app.pilot.pause()
        await app.pilot.press("space")
        await app.until(lambda: app.app.idle)  # it would search for ever
        assert "never holds" not in said(app)

    drive(test, str(path))


# Leaving a pinned run ------------------------------------------------------------------


async def pin_and_change(app):
    """Pin the run of stage 1, and try another learning rate."""
    await app.press("G")
    await app.ended()
    await app.press("c", "right_square_bracket")
    await app.loaded()


def test_a_choice_in_the_list_goes_to_where_the_run_leaves_a_pinned_one():
    async def test(app):
        await pin_and_change(app)
        await app.pilot.press("W")
        await app.until(lambda: type(app.app.screen).__name__ == "ConditionScreen")
        field = app.app.screen._field
        await app.until(lambda: field.has_focus)
        assert not field.value
        await app.pilot.press("down", "down", "down")
        assert field.value == "left(w, A)"
        await app.pilot.press("up")
        assert field.value == "left(loss, A)"
        await app.pilot.press("enter")
        # Both begin with the same loss, and the step between them is another one.
        await app.until(lambda: app.moment.epoch == 2)
        assert (app.moment.phase, app.moment.step) == ("loss", 2)
        await ask(app, "left(A)")
        await app.until(lambda: app.moment.epoch == 1)
        assert app.moment.phase == "update"

    drive(test)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("left(w, B)", "the pinned runs are A"),
        ("left(q, A)", "'q' is not in both runs"),
    ],
)
def test_a_run_or_a_quantity_that_there_is_not_is_named_and_a_breakpoint_stays(text, reason):
    async def test(app):
        await pin_and_change(app)
        await ask(app, "w > 1.5", key="ctrl+b")
        await ask(app, text)
        await app.until(lambda: reason in said(app))
        assert app.app._breakpoint.condition.text == "w > 1.5"
        await ask(app, "nothing_such > 3")
        await app.until(lambda: "nothing_such" in said(app))
        assert app.app._breakpoint.condition.text == "w > 1.5"

    drive(test)


def test_a_run_that_never_leaves_says_so_and_where_no_run_is_pinned_c_is_named():
    async def test(app):
        await ask(app, "left(w)")
        await app.until(lambda: "no run is pinned; c pins one" in said(app))
        await app.press("G")
        await app.ended()
        await app.press("c")
        await ask(app, "left(w)")
        await app.until(lambda: "w never leaves run A in the epochs of both." in said(app))

    drive(test)


def test_where_it_leaves_is_no_breakpoint():
    async def test(app):
        await pin_and_change(app)
        await ask(app, "left(w)", key="ctrl+b")
        assert "cannot pause play" in str(app.app.screen._wrong.render())

    drive(test)
