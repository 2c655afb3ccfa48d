"""The plot of the curvature over the epochs, as a picture and as text."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.curvature.curve import CurvatureCurve, CurvaturePoint
from gdtui.analysis.numerals import SHORT
from gdtui.ui.plots.curvature_plot import (
    curvature_curves,
    curvature_said,
    curvature_title,
    is_logarithmic,
)
from gdtui.ui.plots.plotting import draw
from gdtui.ui.plots.run_plots import RunPlots

EPOCHS = range(1, 41, 3)
LOSSES = np.linspace(1.0, 0.1, 40)


def curve_of(limits=lambda epoch: 20.0, largest=lambda epoch: 5.0 + epoch, **facts):
    points = tuple(
        CurvaturePoint(each, float(LOSSES[each - 1]), largest(each), limits(each), 0.0)
        for each in EPOCHS
    )
    return CurvatureCurve(points, 40, len(points), **facts)


def colour(name):
    return (len(name), 100, 200)


def test_the_limit_is_dashed_and_follows_the_learning_rate():
    curve = curve_of(limits=lambda epoch: None if epoch == 1 else 20.0 if epoch < 20 else 40.0)
    limit, largest = curvature_curves(curve, colour)
    assert (limit.dashed, largest.dashed) == (True, False)
    assert limit.x.tolist() == list(EPOCHS)[1:]
    assert limit.y.tolist() == [20.0 if each < 20 else 40.0 for each in list(EPOCHS)[1:]]
    assert largest.y.tolist() == [5.0 + each for each in EPOCHS]


def test_values_far_apart_stand_on_a_logarithmic_scale():
    assert not is_logarithmic(curve_of())
    assert is_logarithmic(curve_of(limits=lambda epoch: 2000.0))
    assert not is_logarithmic(curve_of(limits=lambda epoch: 2000.0, largest=lambda epoch: -1.0))


def test_the_title_has_the_values_of_the_moment():
    assert curvature_title(curve_of(), 22, SHORT).plain == "λmax 27  2/lr 20"
    assert curvature_title(curve_of(), 500, SHORT).plain == "λmax 45  2/lr 20"
    assert curvature_title(None, 22, SHORT).plain == "Curvature"
    assert curvature_title(CurvatureCurve(), 22, SHORT).plain == "Curvature"


@pytest.mark.parametrize(
    ("curve", "cursor", "said"),
    [
        (curve_of(), None, "may hover at ╌ 2/lr"),
        (curve_of(model="linear"), None, "above ╌ 2/lr steps grow"),
        (curve_of(limits=lambda epoch: None, other_rule="Adam"), None, "2/lr is no limit for Adam"),
        (curve_of(limits=lambda epoch: None), None, "no limit known"),
        (curve_of(), 21, "epoch 22: 27, 2/lr 20"),
        (None, None, "H draws the largest curvature"),
    ],
)
def test_below_it_stands_what_the_limit_means(curve, cursor, said):
    assert curvature_said(curve, "", cursor, LOSSES).startswith(said)


def test_a_curve_on_its_way_says_how_far_it_is_and_one_of_another_run_that_it_is():
    whole = curve_of()
    part = CurvatureCurve(whole.points[:5], 40, 14)
    assert curvature_said(part, "", None, LOSSES) == "5 of 14 epochs"
    assert curvature_said(None, "no curvature is known", None, LOSSES) == "no curvature is known"
    assert curvature_said(whole, "", None, LOSSES * 1.01) == "no seed: of another run"


def test_the_picture_has_the_axis_of_the_run_as_text():
    script = Script.stage("manual").with_settings({"epochs": 40})
    with Timeline(script) as timeline:
        plots = RunPlots(1, script)
        plots.catch_up(timeline.start(), timeline.history)
        plots.catch_up(timeline.run(), timeline.history)
        key = plots.key
        plots.curve = curve_of()
        assert plots.key != key
        _, sketch, _ = plots.curvature()
        lines = draw(sketch(colour), 60, 14).text.plain.splitlines()
    assert lines[0].strip() == "curvature"
    assert lines[-1].split() == ["0", "10", "20", "30", "40"]
    assert plots.epoch_near("curvature", 17.4, 3.0) == 17
    limit = next(line for line in lines if line.strip().startswith("20┤"))
    assert limit.count("⠒⠒⠂ ") > 5  # dashes
