"""What the plots over the epochs show before the first epoch is over."""

from __future__ import annotations

import numpy as np
import pytest
from driving import drive

from gdtui import Script, Timeline
from gdtui.engine.play.report import Activity, Report
from gdtui.ui.plots.picture import NOTHING
from gdtui.ui.plots.run_plots import RunPlots
from gdtui.ui.screens.plot_panes import PlotPanes

NET = """\
import numpy as np
w = np.ones((4, 5))
for epoch in range(3):
    loss = (w ** 2).sum()
    dw = 2 * w
    w = w - 0.1 * dw
"""
BROKEN = "w = 1.0\nfor epoch in range(3):\n    loss = 1 / 0\n    w -= 0.1 * loss\n"


def plots_of(script, steps=0, epochs=0):
    plots = RunPlots(1, script)
    with Timeline(script) as timeline:
        plots.catch_up(timeline.start(), timeline.history)
        for move in [timeline.step] * steps + [timeline.next_epoch] * epochs:
            plots.catch_up(move(), timeline.history)
    return plots


def colour(_):
    return (1, 2, 3)


def loss_says(plots):
    _, sketch, said = plots.loss()
    return said if sketch.key == NOTHING.key else None


@pytest.mark.parametrize(
    ("script", "what"),
    [
        (Script.stage("manual"), "the loss"),
        (Script.load("assets/batches.py"), "the mean loss"),
    ],
    ids=["manual", "batches"],
)
def test_the_loss_says_what_is_drawn_until_an_epoch_is_over(script, what):
    for steps in (0, 2):
        plots = plots_of(script, steps)
        assert loss_says(plots) == f"{what} of each epoch is drawn here"
        plots.can_play = True
        assert loss_says(plots) == f"space plays: {what} of each epoch is drawn here"
    assert loss_says(plots_of(script, epochs=1)) is None


def test_of_a_run_that_ends_before_an_epoch_does_nothing_is_promised():
    plots = plots_of(Script(BROKEN, "broken"), steps=1)
    assert plots.key
    assert loss_says(plots) == "nothing to draw: no epoch has ended"


def test_parameters_stand_where_they_start():
    plots = plots_of(Script.stage("model"))
    _, sketch, _ = plots.parameters()
    found = [(each.x.tolist(), each.y.tolist()) for each in sketch(colour).points]
    assert found == [([0], [pytest.approx(-0.27769268)]), ([0], [pytest.approx(-0.2588078)])]
    assert plots_of(Script.stage("model"), epochs=1).parameters()[1].key != sketch.key


def test_a_start_of_too_many_numbers_is_not_drawn():
    _, sketch, said = plots_of(Script(NET, "net")).parameters()
    assert sketch.key == NOTHING.key
    assert said == "the parameters of each epoch are drawn here"
    _, sketch, _ = plots_of(Script(NET, "net"), epochs=1).parameters()
    assert np.size(sketch(colour).curves[0].y)


@pytest.mark.parametrize(
    ("activity", "in_lesson", "named"),
    [
        (Activity.PAUSED, False, True),
        (Activity.PLAYING, False, False),
        (Activity.PAUSED, True, False),
    ],
)
def test_the_key_is_named_only_where_it_plays_for_sure(activity, in_lesson, named):
    panes = PlotPanes({})
    panes.compare(not in_lesson)
    script = Script.stage("manual")
    with Timeline(script) as timeline:
        plots = panes.look(Report(activity, 1.0, script, timeline.start(), timeline.history))
    assert ("space plays" in loss_says(plots)) == named


@pytest.mark.slow
def test_the_first_screen_names_the_key():
    async def test(app):
        assert "space plays: the loss of each epoch" in app.text_of("#loss")
        await app.press("n")
        await app.until(lambda: app.app.idle)
        assert "space plays: the loss of each epoch" in app.text_of("#loss")
        await app.press("N")
        assert "space" not in app.text_of("#loss")

    drive(test, stage="manual")
