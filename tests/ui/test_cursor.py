"""The cursor of the plots: what it reads out, where it stands, how it comes and goes."""

from __future__ import annotations

import asyncio
import re

import numpy as np
import pytest
from drawn_cells import column_at
from driving import drive
from textual.geometry import Offset

from gdtui import Script, Timeline
from gdtui.ui.commands.table import BY_ACTION

pytestmark = pytest.mark.slow

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?!\w)")

PLAYED = {"epochs": 10_000_000, "print_every": 100_000}


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


def recorded(stage, **values):
    """The loss and the parameters after every epoch, of a run of its own."""
    script = Script.stage(stage).with_settings(values)
    with Timeline(script) as timeline:
        start = timeline.start().parameters
        timeline.seek(10**9)
        history = timeline.history
        columns = {name: history.parameters[name][:] for name in start}
        return history.loss, {name: [start[name], *columns[name].ravel()] for name in start}


def same(text, value):
    """Whether a text is a number to the last digit, of which float32 needs fewer."""
    assert float(text) == value or float(np.float32(text)) == value, (text, value)


def line_at(app, pane):
    """The column of the cursor's line among those inside the axes of a plot, and their number;
    None where there is no such line."""
    rows = app.text_of(pane).splitlines()[1:-1]
    bottom = next((number for number, row in enumerate(rows) if "└" in row), None)
    if bottom is None:  # before the first epoch
        return None, 0
    left = rows[bottom].index("└") + 1
    inside = [row[left:-1] for row in rows[:bottom]]
    columns = {at for row in inside for at, cell in enumerate(row) if cell == "┃"}
    assert len(columns) <= 1
    return (columns.pop() if columns else None), len(inside[0])


def check(app, epoch, loss, parameters):
    """Check all that is read out at an epoch."""
    assert app.main.cursor == epoch
    said = app.text_of("#diagnosis").strip()
    assert said.startswith(f"epoch {epoch} ")
    for name, values in parameters.items():
        same(re.search(rf" {name} (\S+)", said)[1], values[epoch])
    below = app.text_of("#loss").splitlines()[-1].strip("╰╯─ ")
    if epoch:
        same(re.search(r" loss (\S+)", said)[1], loss[epoch - 1])
        assert re.match(rf"epoch {epoch}: loss ", below)
        same(below.split()[-1], loss[epoch - 1])
    else:
        assert "loss" not in said
        assert below == "epoch"
    below = app.text_of("#parameters").splitlines()[-1].strip("╰╯─ ")
    assert below.startswith(f"epoch {epoch}")
    if len(parameters) == 1:
        ((name, values),) = parameters.items()
        assert below.startswith(f"epoch {epoch}: {name} ")
        same(below.split()[-1], values[epoch])
    for pane in ("#loss", "#parameters"):
        column, columns = line_at(app, pane)
        last = max(len(loss), 10)
        # The ends of the axis are in the middles of the outermost cells. Curves hide it at
        # places, never all of it.
        assert abs(column - epoch / last * (columns - 1)) <= 0.75


def gone(app):
    return (
        app.main.cursor is None
        and not re.match(r"epoch \d", app.text_of("#diagnosis").strip())
        and not any(line_at(app, pane)[0] for pane in ("#loss", "#parameters"))
        and not re.match(r"epoch \d", app.text_of("#loss").splitlines()[-1].strip("╰╯─ "))
    )


def alive(app, *actions):
    situation = app.main.query_one("#keys").situation
    return [BY_ACTION[action].enabled(situation) for action in actions]


async def when(app, condition):
    """Let the app go on until something holds, and look at once."""
    while not condition():
        assert app.app.is_running
        await app.pilot.pause(0)


MOVES = ("cursor_back", "cursor_on", "cursor_leap(-0.1)", "cursor_leap(0.1)")
KEYS = ("comma", "full_stop", "less_than_sign", "greater_than_sign")


def test_the_keys_move_it_and_read_out_the_values_of_an_epoch():
    loss, parameters = recorded("autograd")

    async def test(app):
        await press(app, *KEYS, "enter", "escape")
        assert gone(app)
        assert alive(app, *MOVES, "cursor_go", "cursor_clear") == [False] * 6
        await press(app, "G")
        await app.ended()
        assert alive(app, *MOVES, "cursor_go", "cursor_clear") == [True] * 4 + [False] * 2
        # It begins where the run is; a tenth of 20 epochs is 2.
        for key, epoch in [
            ("comma", 20),
            ("full_stop", 20),
            ("comma", 19),
            ("less_than_sign", 17),
            ("full_stop", 18),
            ("greater_than_sign", 20),
            ("greater_than_sign", 20),
        ]:
            await press(app, key)
            check(app, epoch, loss, parameters)
        await press(app, "g", "escape")
        assert gone(app)
        # The start has parameters and no loss.
        for key, epoch in [
            ("full_stop", 0),
            ("comma", 0),
            ("less_than_sign", 0),
            ("greater_than_sign", 2),
            ("comma", 1),
            ("less_than_sign", 0),
            ("full_stop", 1),
            ("greater_than_sign", 3),
        ]:
            await press(app, key)
            check(app, epoch, loss, parameters)
        assert alive(app, "cursor_go", "cursor_clear") == [True, True]
        await press(app, "enter")
        assert (app.moment.epoch, app.moment.epoch_over) == (3, True)
        assert "epoch 3/20" in app.text_of("#header")
        # Having gone there it still reads out, and the marker of the run stands in its place.
        check(app, 3, loss, parameters)
        await press(app, "escape")
        assert gone(app)
        assert alive(app, *MOVES, "cursor_go", "cursor_clear") == [True] * 4 + [False] * 2
        await press(app, "less_than_sign")
        check(app, 3, loss, parameters)
        await press(app, "n")
        check(app, 3, loss, parameters)

    drive(test, stage="autograd")


@pytest.mark.parametrize(("stage", "epochs"), [("manual", 30), ("module", 40)])
def test_double_precision_and_two_parameters(stage, epochs):
    loss, parameters = recorded(stage, epochs=epochs)
    # Names are shortened as far as they can be told apart.
    parameters = {name.rpartition(".")[2]: values for name, values in parameters.items()}

    async def test(app):
        await press(app, "G")
        await app.ended()
        leap = epochs // 10
        for key, epoch in [
            ("full_stop", epochs),
            ("comma", epochs - 1),
            ("less_than_sign", epochs - 1 - leap),
        ]:
            await press(app, key)
            check(app, epoch, loss, parameters)

    drive(test, stage=stage, values={"epochs": epochs})


def test_the_fit_and_the_landscape_read_out_the_same_epoch():
    loss, parameters = recorded("optimizer")

    async def test(app):
        await press(app, "G")
        await app.ended()
        await press(app, "comma", *["less_than_sign"] * 9)
        said = app.text_of("#fit").splitlines()[-1]
        assert "epoch 10: " in said
        slope = float(re.search(r"(-?[\d.]+)…?·x", said)[1])
        assert slope == pytest.approx(parameters["w"][10], rel=1e-4)
        await press(app, "v")
        await when(app, lambda: "○" in app.text_of("#landscape"))
        said = app.text_of("#landscape").splitlines()[-1].strip("╰╯─ ")
        assert said.startswith("○ epoch 10: J ")
        # The landscape is that of the parameters after the epoch; the loss came before.
        # Five digits; all of them stand in the line of the diagnosis.
        assert float(said.split()[-1]) == pytest.approx(loss[10], rel=5e-5)

    drive(test, stage="optimizer")


def test_a_new_run_has_no_cursor():
    async def test(app):
        for key, epochs in [("r", 10), ("2", 10)]:
            await press(app, "G")
            await app.ended()
            await press(app, "comma", "comma")
            assert app.main.cursor == epochs - 1
            assert app.text_of("#diagnosis").startswith(f" epoch {epochs - 1} ")
            await press(app, key)
            await app.until(lambda: app.moment is not None and app.moment.epoch == 0)
            assert gone(app)
            assert alive(app, *MOVES, "cursor_go", "cursor_clear") == [False] * 6
        await press(app, "G")
        await app.ended()
        await press(app, "comma")
        await app.type_into("learning_rate", "0.02")
        await press(app, "enter")
        await app.until(lambda: app.moment is not None and app.moment.epoch == 0)
        assert gone(app)

    drive(test)


def test_the_cursor_stays_while_the_run_plays():
    loss, parameters = recorded("manual", epochs=5)

    async def test(app):
        await press(app, "N", "N", "N", "comma", "comma")
        assert app.main.cursor == 2
        await press(app, "plus", "plus", "space")
        # While it runs flat out the machine is never idle, for which a pressed key would wait, as
        # the driver does.
        quick = app.app.simulate_key
        # What is drawn comes after what is reported, and the cursor moves among what is drawn.
        await when(app, lambda: app.main._plots._run_plots.epochs > 2000)
        said = app.text_of("#diagnosis")
        assert said.startswith(" epoch 2  ")
        same(re.search(r" loss (\S+)", said)[1], loss[1])
        same(re.search(r" w (\S+)", said)[1], parameters["w"][2])
        quick("greater_than_sign")
        await when(app, lambda: app.main.cursor > 200)
        far = app.main.cursor
        quick("full_stop")
        await when(app, lambda: app.main.cursor == far + 1)
        # The line is drawn with the next redraw, among the epochs that there are by then.
        redrawn = app.main.query_one("#loss").redraws
        await when(app, lambda: app.main.query_one("#loss").redraws > redrawn + 1)
        assert line_at(app, "#loss")[0] is not None
        # Enter goes there, and the run stays there.
        quick("enter")
        await app.until(lambda: app.app.report.activity == "paused" and app.app.idle)
        assert app.moment.epoch == far + 1
        await press(app, "escape")
        assert gone(app)

    drive(test, values=PLAYED)


# The mouse ----------------------------------------------------------------------------


async def point(app, pane, share):
    """Move the mouse to a share of a plot's width inside the axes. Returns where it points."""
    rows = app.text_of(pane).splitlines()
    left = next(row for row in rows if "└" in row).index("└") + 1
    columns = line_at(app, pane)[1]
    at = round(share * (columns - 1))
    await app.pilot.hover(pane, offset=(left + at, 3))
    return at / (columns - 1), (left + at, 3)


def test_the_mouse_reads_out_and_leaves():
    loss, parameters = recorded("autograd")

    async def test(app):
        await press(app, "G")
        await app.ended()
        for pane, share in [("#loss", 0.1), ("#loss", 1.0), ("#parameters", 0.4), ("#loss", 0.0)]:
            share, _ = await point(app, pane, share)
            check(app, round(20 * share), loss, parameters)
        await app.pilot.hover("#code", offset=(5, 5))
        assert gone(app)
        # Beside the axes there is no epoch.
        await app.pilot.hover("#loss", offset=(1, 3))
        assert gone(app)
        share, offset = await point(app, "#loss", 0.55)
        await app.pilot.click("#loss", offset=offset)
        check(app, round(20 * share), loss, parameters)
        assert app.moment.epoch == 20
        await app.pilot.click("#loss", offset=offset, times=2)
        await app.until(lambda: app.moment.epoch == round(20 * share) and app.app.idle)
        check(app, round(20 * share), loss, parameters)
        assert app.main.focused.id == "loss"
        # The keys go on from where the mouse has pointed.
        await press(app, "full_stop")
        check(app, round(20 * share) + 1, loss, parameters)
        await press(app, "escape")
        assert gone(app)

    drive(test, stage="autograd")


def test_the_mouse_finds_the_epoch_in_the_landscape():
    async def test(app):
        await press(app, "G", "v")
        await app.ended()
        await when(app, lambda: "●" in app.text_of("#landscape"))
        rows = app.text_of("#landscape").splitlines()
        drawing = app.main.query_one("#landscape").drawing
        weight, bias = -0.27769268, -0.25880778  # where the stage starts
        row = min(
            range(drawing.rows), key=lambda each: abs(drawing.y_at(drawing.top + each) - bias)
        )
        offset = column_at(drawing, weight) + 1, drawing.top + row + 1
        await app.pilot.hover("#landscape", offset=offset)
        assert app.main.cursor == 0
        here = next((row.index("●"), y) for y, row in enumerate(rows[1:-1], 1) if "●" in row)
        await app.pilot.hover("#landscape", offset=here)
        assert app.main.cursor > 100
        await app.pilot.hover("#code", offset=(5, 5))
        assert app.main.cursor is None
        # The fit has no epochs to point at.
        await press(app, "v")
        await app.pilot.hover("#fit", offset=(15, 5))
        assert app.main.cursor is None

    drive(test, stage="module")


def test_many_parameters_are_read_out_in_short():
    async def test(app):
        await press(app, "N", "N", "comma")
        said = app.text_of("#diagnosis")
        assert said.startswith(" epoch 2  mean loss 0.")
        assert len(said) == 200
        # Of an array the first numbers are there, and how many more.
        for name, more in (("0.weight", 5), ("0.bias", 1)):
            values = np.ravel(app.moment.parameters[name])
            *first, rest = re.search(rf" {name} \[(.*?)\]", said)[1].split(", ")
            for text, value in zip(first, values[:3], strict=True):
                same(text, value)
            assert rest == f"and {more} more"
        assert said.rstrip().endswith("…")
        assert app.text_of("#parameters").splitlines()[-1].strip("╰╯─ ") == "epoch 2"

    drive(test, stage="assets/batches.py", size=(200, 40))


def test_the_mouse_on_the_fit_leaves_the_cursor_where_it_is():
    async def test(app):
        await press(app, "N", "N", "N", "comma", "comma")
        assert app.main.cursor == 2
        await app.pilot.hover("#fit", offset=Offset(12, 5))
        await app.pilot.hover("#code", offset=Offset(12, 5))
        assert app.main.cursor == 2
        assert app.text_of("#diagnosis").startswith(" epoch 2 ")

    drive(test)
