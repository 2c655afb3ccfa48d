"""The plots of a sweep, as pictures."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.experiments.grid import Axis
from gdtui.experiments.job import Outcome
from gdtui.ui.plots.picture import Picture, Points
from gdtui.ui.plots.plotting import draw
from gdtui.ui.plots.sweep_plots import (
    Swept,
    best_place,
    curve_picture,
    nearest_place,
    swept_curve,
    swept_heat,
)

NAN = float("nan")


def outcome(number, value, verdict="smooth", status="finished"):
    return Outcome(number, status, 10, value, verdict)


def colour(name):
    return (len(name), 100, 200)


def marks(picture):
    return {each.symbol: np.asarray(each.x).tolist() for each in picture.points}


def test_the_lowest_of_the_runs_that_have_settled():
    found = {0: outcome(0, 3.0), 1: outcome(1, 1.0), 2: outcome(2, 0.5, "diverging")}
    assert best_place(found) == 1
    assert best_place({2: found[2], 3: outcome(3, NAN)}) is None


def test_a_diverging_run_stands_at_the_top_and_does_not_stretch_the_scale():
    found = [outcome(0, 1.0), outcome(1, 2.0), outcome(2, 1e200, "diverging"), outcome(3, NAN, "x")]
    picture = curve_picture([1, 2, 3, 4], found, "lr", "loss")
    heights = np.concatenate([np.asarray(each.y) for each in picture.points])
    assert heights.max() == pytest.approx(2.2)


def test_a_loss_of_0_has_a_place_on_a_logarithmic_scale():
    found = [outcome(0, 100.0), outcome(1, 1e-3), outcome(2, 0.0)]
    picture = curve_picture([1, 2, 3], found, "lr", "loss")
    assert picture.log
    assert np.asarray(picture.points[0].y).tolist() == [100.0, 1e-3, 1e-3]


def test_nothing_finite_is_no_curve_and_still_a_picture():
    found = {number: outcome(number, NAN, "", "failed") for number in range(3)}
    axis = Axis("lr", (0.1, 0.2, 0.3))
    assert curve_picture([1, 2, 3], list(found.values()), "lr", "loss") is None
    assert marks(swept_curve(Swept((axis,), found), colour)) == {"×": [0.1, 0.2, 0.3]}


def test_the_curve_breaks_where_a_run_diverges_and_has_no_limit_outside():
    axis = Axis("lr", (1.0, 2.0, 3.0, 4.0))
    found = {n: outcome(n, 1.0 + n) for n in range(4)} | {1: outcome(1, 1e9, "diverging")}
    picture = swept_curve(Swept((axis,), found, best=0, limit=9.0, here=2), colour)
    assert [np.asarray(each.x).tolist() for each in picture.curves] == [[1.0], [3.0, 4.0]]
    assert picture.marker is None
    assert picture.cursor == 3.0
    assert marks(picture)["★"] == [1.0]
    assert swept_curve(Swept((axis,), found, limit=2.5), colour).marker == 2.5


def test_shades_of_two_settings_have_the_first_across_and_blanks_for_what_diverged():
    axes = Axis("lr", (0.01, 0.1, 1.0), log=True), Axis("n", (1, 2))
    values = {0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0, 4: 5.0}
    found = {n: outcome(n, value) for n, value in values.items()}
    found[5] = outcome(5, 1e300, "diverging")
    picture = swept_heat(Swept(axes, found, best=0, here=3), colour)
    table = np.asarray(picture.heat.values)
    assert (table[0, 0], table[0, -1], table[-1, 0]) == (1.0, 5.0, 2.0)
    assert np.isnan(table[-1, -1])
    assert marks(picture) == {"×": [1.0], "★": [0.01], "◎": [0.1]}
    assert picture.heat.ends == ("1", "5")
    assert (picture.x_log, picture.log) == (True, False)
    assert picture.cursor == 0.1
    assert picture.levels[0].y == 2


def test_whole_numbers_that_are_not_evenly_spread_keep_their_places_among_the_shades():
    axes = Axis("hidden", (1, 2, 10)), Axis("n", (1, 2))
    found = {n: outcome(n, float(n // 2)) for n in range(6)}
    table = np.asarray(swept_heat(Swept(axes, found), colour).heat.values)
    # From 6 on 10 is nearer than 2.
    assert table[0].mean() == pytest.approx(np.mean([0, *[1] * 5, *[2] * 6]), abs=0.2)


def test_the_value_under_the_mouse_is_nearest_as_it_is_drawn():
    values = (0.001, 0.01, 0.1)
    assert nearest_place(Axis("lr", values, log=True), 0.004) == 1
    assert nearest_place(Axis("lr", values), 0.004) == 0


def test_a_logarithmic_horizontal_axis_has_decades_and_tells_its_values():
    picture = Picture(
        points=[Points([0.001, 0.1, 10.0], [1, 2, 3])], x_log=True, marker=0.1, cursor=10.0
    )
    drawing = draw(picture, 60, 12)
    lines = drawing.text.plain.split("\n")
    assert lines[-1].split() == ["1e-3", "1e-2", "1e-1", "1e0", "1e1"]
    assert drawing.x_at(drawing.left) == pytest.approx(0.001)
    assert drawing.x_at(drawing.left + drawing.columns - 1) == pytest.approx(10)
    marker = next(line.index("┊") for line in lines if "┊" in line)
    assert drawing.x_at(marker) == pytest.approx(0.1, rel=0.1)
