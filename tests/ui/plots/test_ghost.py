"""The run before the last change, drawn behind the present one."""

from __future__ import annotations

import numpy as np
import pytest
from driving import drive

from gdtui import Script, Timeline
from gdtui.ui.plots.run_plots import RunPlots

STAGE = Script.stage("manual")


def colour(name):
    """Stands for a theme: another colour for every name."""
    return (len(name), sum(map(ord, name)) % 256, 0)


def ran(script, epochs, before=None, run=1):
    """The plots of a run after some epochs, behind them those of another."""
    plots = RunPlots(run, script)
    plots.follow(before)
    with Timeline(script) as timeline:
        plots.catch_up(timeline.start(), timeline.history)
        plots.catch_up(timeline.seek(epochs), timeline.history)
    return plots


def ghosts(plot):
    """The points of the curves that are drawn behind."""
    return [each for each in plot[1](colour).curves if each.colour == colour("faint")]


def faster(rate):
    return STAGE.with_settings({"learning_rate": rate})


def test_the_run_before_a_change_stays_behind_and_the_change_is_named():
    first = ran(STAGE, 5)
    plots = ran(faster(0.02), 2, first)
    for plot, column in ((plots.loss(), first.loss()), (plots.parameters(), first.parameters())):
        (behind,) = ghosts(plot)
        (alone,) = column[1](colour).curves
        np.testing.assert_array_equal(behind.x, alone.x)
        np.testing.assert_array_equal(behind.y, alone.y)
        assert behind.dashed
    assert plots.loss()[2] == "┄ learning_rate 0.01 → 0.02"
    assert first.loss()[2] == ""
    assert not ghosts(first.loss())


def test_changes_before_the_first_epoch_are_counted_from_the_run_that_is_drawn():
    first = ran(STAGE, 5)
    second = ran(faster(0.02), 0, first)
    plots = ran(faster(0.05), 1, second)
    assert plots.loss()[2] == "┄ learning_rate 0.01 → 0.05"
    assert len(ghosts(plots.loss())[0].x) == 5
    # The same once more keeps it.
    again = ran(faster(0.05), 1, plots)
    assert again.loss()[2] == "┄ learning_rate 0.01 → 0.05"


def test_another_script_has_none():
    first = ran(STAGE, 5)
    plots = ran(
        Script("w = 1.0\nfor e in range(9):\n    loss = w * w\n    w -= 0.1 * w\n"), 2, first
    )
    assert not ghosts(plots.loss())
    assert plots.loss()[2] == ""


def test_what_diverged_leaves_the_present_run_its_room():
    first = ran(faster(0.04), 8)
    behind = ghosts(ran(STAGE, 3, first).loss())[0]
    assert len(behind.y) < 8
    assert np.max(behind.y, initial=0) <= 1.5 * 30


def test_a_longer_run_is_drawn_as_far_as_the_axis():
    first = ran(STAGE.with_settings({"epochs": 100}), 60)
    plots = ran(faster(0.02).with_settings({"epochs": 100}), 12, first)
    (behind,) = ghosts(plots.loss())
    assert behind.x[-1] == 12
    assert plots.loss()[1](colour).x_limits == (0, 12)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"w": 1.0, "epochs": 9}, "w 0.0 → 1.0, epochs 10 → 9"),
        (
            {"w": 1.0, "epochs": 9, "learning_rate": 0.02},
            "w 0.0 → 1.0, learning_rate 0.01 → 0.02 and 1 more",
        ),
        ({"inputs": [1.25, 2.25, 3.25, 4.25]}, "inputs [1, 2, 3, 4] → [1.25, 2.25…"),
    ],
)
def test_how_changes_are_named(changes, said):
    plots = ran(STAGE.with_settings(changes), 0, ran(STAGE, 1))
    assert plots.loss()[2] == f"┄ {said}"


def test_a_change_of_the_text_besides_settings():
    edited = Script(STAGE.text.replace("# Predict", "# We predict"), STAGE.name)
    plots = ran(edited, 1, ran(STAGE, 1))
    assert plots.loss()[2] == "┄ the text before the last change"


def test_where_none_is_wanted_it_is_forgotten():
    plots = ran(faster(0.02), 2, ran(STAGE, 5))
    key = plots.loss()[1].key
    plots.runs_behind.forget_before()
    assert not ghosts(plots.loss())
    assert plots.loss()[2] == ""
    assert plots.loss()[1].key != key


@pytest.mark.slow
def test_in_the_app_it_stands_below_the_loss():
    async def test(app):
        await app.press("N", "N", "N")
        assert app.text_of("#loss").splitlines()[-1].strip("╰╯─ ") == "epoch"
        await app.press("right_square_bracket")
        await app.loaded()
        await app.until(lambda: "┄ learning_rate 0.01 → 0.02" in app.text_of("#loss"))
        await app.press("N")
        await app.until(lambda: "┄ learning_rate 0.01 → 0.02" in app.text_of("#loss"))
        await app.press("2")
        await app.loaded()
        await app.until(lambda: "┄" not in app.text_of("#loss"))

    drive(test)


def test_a_class_is_named_by_its_name_and_a_change_that_is_undone_is_none():
    script = Script.stage("optimizer")
    first = ran(script, 3)
    with_adam = script.with_settings({"optimizer": "Adam", "learning_rate": 0.1})
    plots = ran(with_adam, 0, first)
    assert plots.loss()[2] == "┄ learning_rate 0.01 → 0.1, optimizer SGD → Adam"
    assert ran(script, 0, plots).loss()[2] == "┄ the run before"
