"""The fields that say when a run is to stop by itself."""

from __future__ import annotations

import asyncio

import pytest
from driving import drive

from gdtui import Script, Timeline
from gdtui.engine.record.stopping import StopRule

pytestmark = pytest.mark.slow

QUEUES = 60
"""Turns of the event loop that a key takes at most."""


async def press(app, *keys):
    """Press keys, as the driver does, but without waiting for the machine to be idle."""
    for key in keys:
        app.app.simulate_key(key)
        # It goes from the field or pane with the focus up to the app, from queue to queue.
        for _ in range(QUEUES):
            await asyncio.sleep(0)
        while not app.app.idle:
            assert app.app.is_running
            await app.pilot.pause(0)
        await app.pilot.pause(0)


def row_of(app, name):
    return next(
        each
        for each in app.main.query("FieldRow")
        if any(f.name == name for f in each.query("TextField"))
    )


def reason(app, name):
    """What the screen says is wrong with a field; empty if it says nothing."""
    row = row_of(app, name)
    label = row.query_one(".reason")
    assert bool(label.display) == row.has_class("-wrong")
    return str(label.render()) if label.display else ""


async def put(app, name, text):
    """Put a text into a field at once, enter, and go back to the run unless it is wrong."""
    field = app.field(name)
    field.focus()
    field.value = text
    await app.pilot.pause(0)
    await press(app, "enter")
    if not reason(app, name) and not (name == "learning_rate" and app.reason(name)):
        await press(app, "escape")


async def begun(app):
    """Wait for a run that has just begun."""
    await app.until(lambda: app.moment is not None and app.moment.position == (0, 0))


async def to_the_end(app):
    await press(app, "G")
    await app.ended()


def losses(stage, **values):
    with Timeline(Script.stage(stage).with_settings(values)) as timeline:
        timeline.start()
        timeline.seek(10**9)
        return timeline.history.loss


def test_a_run_stops_below_a_loss_and_what_follows_the_loop_runs():
    below = losses("autograd")
    stops = next(epoch for epoch, loss in enumerate(below, 1) if loss < 3.0)
    assert 1 < stops < len(below)

    async def test(app):
        await press(app, "D", "N")
        before = app.moment.run
        await app.type_into("stop_below", "3")
        assert reason(app, "stop_below") == ""
        # Nothing happens before it is put in.
        assert (app.moment.run, app.moment.epoch) == (before, 1)
        await press(app, "enter")
        await begun(app)
        assert app.moment.run != before
        assert app.main.focused is app.field("stop_below")
        assert app.field("stop_below").value == app.field("stop_below").selected_text == "3.0"
        await press(app, "escape")
        assert row_of(app, "stop_below").has_class("-changed")
        assert not row_of(app, "stop_stalled").has_class("-changed")
        await to_the_end(app)
        assert (app.moment.status, app.moment.epoch) == ("stopped", stops)
        header = app.text_of("#header")
        assert f"epoch {stops}/20" in header
        assert "stopped" in header
        assert "Prediction after training" in app.text_of("#transcript")
        await press(app, "d")
        assert f"stopped after {stops} epochs: the loss " in app.text_of("#numbers")
        assert "is below 3" in app.text_of("#numbers")
        # Going back and on again comes to the same end.
        await press(app, "P", "P")
        assert (app.moment.status, app.moment.epoch) == ("paused", stops - 2)
        await press(app, "N", "N")
        assert (app.moment.status, app.moment.epoch) == ("paused", stops)
        # The next statement leaves the loop.
        await press(app, "n")
        assert (app.moment.status, app.moment.epoch) == ("stopped", stops)

    drive(test, stage="autograd", size=(160, 40))


def test_a_run_stops_once_the_loss_no_longer_falls():
    async def test(app):
        await press(app, "D")
        await app.type_into("stop_stalled", "3")
        # Leaving the field puts it in as well.
        await press(app, "tab")
        await begun(app)
        app.main.query_one("#code").focus()
        await to_the_end(app)
        # The first epoch has the lowest loss, and three more have the same.
        assert (app.moment.status, app.moment.epoch) == ("stopped", 4)
        assert "stopped" in app.text_of("#header")
        assert "Prediction after training" in app.text_of("#transcript")

    drive(test, values={"learning_rate": 0.0})


def test_arrows_go_from_never_to_a_likely_number_and_on():
    async def test(app):
        field = app.field("stop_below")
        field.focus()
        await app.pilot.pause()
        seen = []
        for key in ["down", "up", "up", "up", "down", "down", "down"]:
            await press(app, key)
            seen.append(field.value)
        assert seen == ["None", "0.01", "0.02", "0.05", "0.02", "0.01", "0.005"]
        field = app.field("stop_stalled")
        field.focus()
        await app.pilot.pause()
        seen = []
        for key in ["down", "up", "up", "down", "down"]:
            await press(app, key)
            seen.append(field.value)
        assert seen == ["None", "10", "20", "10", "9"]
        field.value = "2"
        await press(app, "down")
        assert field.value == "1"
        # Below one epoch is never.
        await press(app, "down")
        assert field.value == "None"

    drive(test)


WRONG = {
    "stop_below": ["fast", "nan", "1e999", "True", "0.1 0.2", "9" * 400],
    "stop_stalled": ["0", "-1", "1.5", "soon", "1e3", "9" * 400],
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_the_run_goes_on_unchanged(name):
    async def test(app):
        await press(app, "N", "N")
        run = app.moment.run
        field = app.field(name)
        field.focus()
        for text in WRONG[name]:
            field.value = text
            await app.pilot.pause(0)
            await app.pilot.pause(0)
            assert "it takes a " in reason(app, name)
        await press(app, "enter")
        assert field.has_focus
        # Leaving it does not lose what was typed, nor put it in.
        await press(app, "tab")
        assert field.value == WRONG[name][-1]
        assert (app.moment.run, app.moment.epoch) == (run, 2)
        field.focus()
        await press(app, "up")
        assert field.value == WRONG[name][-1]
        await press(app, "escape")
        assert field.value == "None"
        assert reason(app, name) == ""
        assert app.main.focused.id == "code"
        assert (app.moment.run, app.moment.epoch) == (run, 2)
        # Never can be written in two ways.
        for text in ("", "None", "  None "):
            field.value = text
            field.focus()
            await press(app, "enter")
            assert reason(app, name) == ""
            assert field.value == "None"
        assert (app.moment.run, app.moment.epoch) == (run, 2)

    drive(test)


def test_reset_puts_it_back_and_another_stage_keeps_it():
    async def test(app):
        await put(app, "stop_below", "0.5")
        await put(app, "stop_stalled", "7")
        for stage in ("2", "4"):
            await press(app, stage)
            await begun(app)
            values = [app.field(name).value for name in ("stop_below", "stop_stalled")]
            assert values == ["0.5", "7"]
            await to_the_end(app)
            assert app.moment.status == "stopped"
            assert app.moment.loss < 0.5
        stopped = app.moment.epoch
        assert "r reset" in app.text_of("#keys")
        await press(app, "g", "r")
        await begun(app)
        for name in ("stop_below", "stop_stalled"):
            assert app.field(name).value == "None"
            assert not row_of(app, name).has_class("-changed")
        await to_the_end(app)
        assert (app.moment.status, app.moment.epoch) == ("finished", 200)
        assert stopped < 200

    drive(test, size=(200, 40))


def test_reset_clears_what_was_typed_wrongly():
    async def test(app):
        await press(app, "N")
        await put(app, "stop_below", "fast")
        await press(app, "tab")
        assert reason(app, "stop_below")
        app.main.query_one("#code").focus()
        await press(app, "r")
        await begun(app)
        assert app.field("stop_below").value == "None"
        assert reason(app, "stop_below") == ""

    drive(test)


def test_other_settings_work_beside_it():
    async def test(app):
        await put(app, "stop_below", "0.5")
        await begun(app)
        await put(app, "learning_rate", "0.012")
        await app.until(
            lambda: app.app.report.script.value("learning_rate") == 0.012 and app.moment
        )
        assert app.field("stop_below").value == "0.5"
        await to_the_end(app)
        expected = losses("manual", learning_rate=0.012)
        stops = next(epoch for epoch, loss in enumerate(expected, 1) if loss < 0.5)
        assert (app.moment.status, app.moment.epoch) == ("stopped", stops)
        # Something wrong in one field does not keep another from being put in.
        await put(app, "stop_stalled", "soon")
        await put(app, "learning_rate", "0.02")
        await app.until(lambda: app.app.report.script.value("learning_rate") == 0.02 and app.moment)
        assert app.field("stop_stalled").value == "soon"
        assert reason(app, "stop_stalled")
        await put(app, "learning_rate", "quick")
        await put(app, "stop_stalled", "2")
        await app.until(lambda: app.app._stop == StopRule(0.5, 2) and app.moment)
        assert app.reason("learning_rate")
        assert app.app.report.script.value("learning_rate") == 0.02

    drive(test)


def test_a_script_without_settings_has_them_too(tmp_path):
    path = tmp_path / "bare.py"
    path.write_text(
        "import math\nw = math.pi\nfor e in range(int(math.tau * 5)):\n    loss = w * w\n"
        "    w -= 0.1 * 2 * w\n"
        "print('after', e)\n"
    )

    async def test(app):
        assert "This script has none." in app.text_of("#settings")
        app.field("stop_below").focus()
        await press(app, "up", "enter", "escape")
        await begun(app)
        await to_the_end(app)
        assert app.moment.status == "stopped"
        assert app.moment.loss < 0.01
        await press(app, "D")
        assert f"after {app.moment.epoch - 1}" in app.text_of("#transcript")

    drive(test, stage=str(path))


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_small_screens_have_them_on_a_page(size):
    async def test(app):
        field = app.field("stop_below")
        assert not field.region
        for _ in range(40):
            await press(app, "shift+tab")
            if app.main.focused is field:
                break
        assert app.main.focused is field
        # It is scrolled to.
        await app.until(lambda: "stop_below" in app.text_of("#settings"))
        await press(app, "up")
        await begun(app)
        assert field.value == "0.01"
        assert "0.01" in app.text_of("#settings")
        await app.pilot.press("end", "x")
        assert "it takes" in " ".join(app.text_of("#settings").split())
        await press(app, "escape", *"G")
        await app.ended()
        assert app.moment.status == "stopped"

    drive(test, values={"epochs": 30}, size=size)


def test_what_a_field_says_while_it_is_taken_away_is_said_of_no_script(monkeypatch):
    async def test(app):
        pane = app.main.query_one("#settings")
        fields = [app.field("stop_below"), app.field("epochs")]
        # As while the fields of another script are on their way.
        for name, nothing in (("_script", None), ("_rows", {}), ("_stop_rows", ())):
            monkeypatch.setattr(pane, name, nothing)
        for field in fields:
            pane.post_message(field.Done(field, tries=True))
        await app.pilot.pause()
        monkeypatch.undo()
        assert app.app.is_running

    drive(test)
