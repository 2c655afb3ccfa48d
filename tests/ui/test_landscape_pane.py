"""What the fit and the landscape show of a run: marks, lines and colours where they ought to be."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from drawn_cells import column_at, dots
from driving import drive
from textual.color import Color

from gdtui import Script, Timeline
from gdtui.analysis.landscape.landscape import Landscape
from gdtui.analysis.numerals import numeral
from gdtui.analysis.study import Study
from gdtui.ui.app import GdtuiApp
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.plots.fit_plots import fit_plot
from gdtui.ui.plots.landscape_plots import landscape_plot
from gdtui.ui.plots.picture import BEAD
from gdtui.ui.plots.plotting import draw
from gdtui.ui.themes import DARK, LIGHT, VISIBLE, readable

X, Y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 4.0, 6.0, 8.0])


def colour(name):
    """Stands for a theme: another colour for every name."""
    return sum(map(ord, name)) % 256, len(name), ord(name[0])


def studied(script, epochs, steps=0):
    """The study of a run that was watched up to some place."""
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        for _ in range(epochs):
            study.catch_up(timeline.next_epoch(), timeline.history)
        for _ in range(steps):
            study.catch_up(timeline.step(), timeline.history)
    return study


def landscape(study, cursor=None):
    return landscape_plot(study, Landscape().look(study), cursor)


def marks(picture):
    """Where each mark stands, by its symbol."""
    assert len({each.symbol for each in picture.points}) == len(picture.points)
    return {
        each.symbol: np.stack([np.ravel(each.x), np.ravel(each.y)], axis=1)
        for each in picture.points
    }


def loss(weight, bias=0.0):
    return float(np.mean((weight * X + bias - Y) ** 2))


def descent(rate, start, epochs, scale=1.0):
    """The parameters before the first epoch and after each."""
    path = [np.array(start)]
    design = np.stack([X, np.ones(4)], axis=1)[:, : len(start)]
    for _ in range(epochs):
        slope = 2 / 4 * design.T @ (design @ path[-1] - Y)
        path.append(path[-1] - rate * scale * slope)
    return np.array(path)


# The landscape of one parameter -------------------------------------------------------


def test_one_parameter_is_a_curve_with_its_tangent_and_marks():
    study = studied(Script.stage("manual"), 2)
    path = descent(0.01, [0.0], 3, scale=4)[:, 0]
    title, make, said = landscape(study)
    picture = make(colour)
    here = path[2]
    assert title.plain == f"Landscape J {loss(here):.6g}"
    assert "○" not in said
    found = marks(picture)
    close = {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(found["●"], [[here, loss(here)]], **close)
    np.testing.assert_allclose(found["✕"], [[2.0, 0.0]], **close)
    np.testing.assert_allclose(found["◇"], [[path[3], loss(path[3])]], **close)
    np.testing.assert_allclose(found["∙"], [[each, loss(each)] for each in path[:3]], **close)
    tangent, curve = picture.curves
    assert tangent.dashed
    assert not curve.dashed
    np.testing.assert_allclose(curve.y, [loss(each) for each in curve.x], **close)
    slope = 2 / 4 * np.sum(X * (here * X - Y))
    np.testing.assert_allclose(tangent.y, loss(here) + slope * (tangent.x - here), **close)
    assert (curve.x[0], curve.x[-1]) == picture.x_limits
    # The tangent goes as far as it is in sight.
    for x, y in zip(tangent.x, tangent.y, strict=True):
        assert x == pytest.approx(np.clip(x, *picture.x_limits))
        assert y == pytest.approx(np.clip(y, *picture.y_limits))
        assert np.isclose([x, x, y, y], [*picture.x_limits, *picture.y_limits]).any()
    assert picture.x_limits[0] < 0.0
    assert picture.x_limits[1] > 2.0
    assert picture.y_limits[0] < 0.0
    assert picture.y_limits[1] == max(curve.y)
    assert picture.heat is None
    assert (picture.x_label, picture.y_label) == ("w", "J")
    # What lies on top is what matters most.
    assert [each.symbol for each in picture.points][-1] == "●"


def test_the_marks_stand_in_the_cells_of_their_numbers():
    study = studied(Script.stage("manual"), 1)
    picture = landscape(study)[1](colour)
    drawing = draw(picture, 70, 20)
    lines = drawing.text.plain.split("\n")
    places = marks(picture)
    for symbol in "●✕◇":
        [[x, y]] = places[symbol]
        row = next(number for number, line in enumerate(lines) if symbol in line)
        assert lines[row].index(symbol) == column_at(drawing, x)
        height = picture.y_limits[1] - picture.y_limits[0]
        assert drawing.y_at(row) == pytest.approx(y, abs=height / drawing.rows)


def test_the_cursor_marks_an_epoch():
    study = studied(Script.stage("manual"), 3)
    path = descent(0.01, [0.0], 3, scale=4)[:, 0]
    for epoch in (0, 1, 3):
        _, make, said = landscape(study, epoch)
        np.testing.assert_allclose(
            marks(make(colour))["○"], [[path[epoch], loss(path[epoch])]], rtol=1e-5, atol=1e-6
        )
        assert said.startswith(f"○ epoch {epoch}: J ")
        assert float(said.rpartition(" ")[2]) == pytest.approx(loss(path[epoch]), rel=1e-5)


def test_what_is_ahead_is_not_known_before_the_first_gradient():
    """Of a gradient by hand nobody can tell how it will be reduced, and before the first loss not
    what the landscape is made of."""
    for steps, symbols in ((1, ""), (2, "∙✕●"), (3, "∙✕◇●"), (4, "∙✕◇●")):
        _, make, said = landscape(studied(Script.stage("manual"), 0, steps))
        assert "".join(marks(make(colour))) == symbols
        assert ("◇" in said) == ("◇" in symbols)


def test_a_step_that_overshoots_is_in_sight():
    study = studied(Script.stage("autograd").with_settings({"learning_rate": 0.12}), 0, 3)
    picture = landscape(study)[1](colour)
    (landing,) = marks(picture)["◇"]
    np.testing.assert_allclose(landing, [3.6, loss(3.6)], rtol=1e-5)
    assert picture.x_limits[0] < 0.0 < 3.6 < picture.x_limits[1]


# The landscape of two -----------------------------------------------------------------


def test_two_parameters_are_a_surface_with_the_path_in_it():
    script = Script.stage("model").with_settings({"learning_rate": 0.1})
    study = studied(script, 4)
    path = descent(0.1, [-0.27769268, -0.25880778], 5)
    title, make, said = landscape(study)
    picture = make(colour)
    found = marks(picture)
    close = {"rtol": 1e-4, "atol": 1e-5}
    assert float(title.plain.rpartition(" ")[2]) == pytest.approx(loss(*path[4]), rel=1e-3)
    np.testing.assert_allclose(found["●"], path[4:5], **close)
    np.testing.assert_allclose(found["◇"], path[5:6], **close)
    np.testing.assert_allclose(found["✕"], [[2.0, 0.0]], **close)
    np.testing.assert_allclose(found[BEAD], path[:5], **close)
    (way,) = picture.curves
    np.testing.assert_allclose(np.stack([way.x, way.y], axis=1), path[:5], **close)
    assert "◇" in said
    assert (picture.x_label, picture.y_label) == ("weight, J x 10 a line", "bias")
    for each in found.values():
        assert (each[:, 0] > picture.x_limits[0]).all()
        assert (each[:, 0] < picture.x_limits[1]).all()
        assert (each[:, 1] > picture.y_limits[0]).all()
        assert (each[:, 1] < picture.y_limits[1]).all()


def palette(theme):
    """The colours of one of the app's own themes."""
    variables = readable(
        {name: str(value) for name, value in theme.to_color_system().generate().items()}
    )
    return lambda name: Color.parse(variables[name]).rgb


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_heat_is_the_logarithm_of_the_loss(theme):
    study = studied(Script.stage("model"), 2)
    colour = palette(theme)
    picture = landscape(study)[1](colour)
    values = np.asarray(picture.heat.values)
    across = np.linspace(*picture.x_limits, values.shape[1])
    up = np.linspace(*picture.y_limits, values.shape[0])
    for row in (0, 7, -1):
        for column in (0, 11, -1):
            expected = np.log10(loss(across[column], up[row]))
            assert values[row, column] == pytest.approx(expected, abs=1e-6)
    row, column = np.unravel_index(np.argmin(values), values.shape)
    lowest = min(loss(x, y) for x in across for y in up)
    assert loss(across[column], up[row]) == pytest.approx(lowest)
    ends = [float(each) for each in picture.heat.ends]
    assert ends == pytest.approx([10 ** values.min(), 10 ** values.max()], rel=1e-4)
    # Strongest in the valley, and fading evenly up to the background's neighbour.
    colours = np.array(picture.heat.colours, dtype=float)
    steps = np.diff(np.abs(colours - np.array(colour("background"))).sum(axis=1))
    assert (steps <= 0).all()
    assert tuple(colours[-1]) != colour("background")
    # The path and the marks can be seen on every shade, in their own colours.
    assert picture.curves[0].colour == colour("foreground")
    for each in [*picture.curves, *picture.points]:
        assert min(_contrast(each.colour, shade) for shade in picture.heat.colours) >= VISIBLE


def test_the_path_does_not_snap_to_rows():
    """The first 13 epochs of stage 4 go straight on, so their dots are about on a line."""
    study = studied(Script.stage("model"), 12)
    picture = landscape(study)[1](colour)
    alone = replace(picture, heat=None, points=picture.points[:1])
    drawing = draw(alone, 100, 30)
    path = descent(0.01, [-0.27769268, -0.25880778], 12)
    places = dots(drawing.text)
    assert len(places) > 100
    size = np.array([drawing.rows - 1, drawing.columns - 1])
    low, high = (np.array(each) for each in zip(picture.y_limits, picture.x_limits, strict=True))
    corner = np.array([drawing.top + drawing.rows - 1, drawing.left])
    way = corner + (path[:, ::-1] - low) / (high - low) * size * [-1, 1]
    for place in np.array(places):
        start, leg = way[:-1], np.diff(way, axis=0)
        share = np.clip(((place - start) * leg).sum(axis=1) / (leg**2).sum(axis=1), 0, 1)
        away = np.abs(start + leg * share[:, np.newaxis] - place)
        # A bead reaches from its place by less than two dots.
        assert (away < [0.5, 1.0]).all(axis=1).any()


def test_the_cursor_marks_a_place_in_the_surface():
    study = studied(Script.stage("model"), 3)
    path = descent(0.01, [-0.27769268, -0.25880778], 3)
    _, make, said = landscape(study, 1)
    np.testing.assert_allclose(marks(make(colour))["○"], path[1:2], rtol=1e-5)
    assert float(said.rpartition(" ")[2]) == pytest.approx(loss(*path[1]), rel=5e-5)


# Where there is none ------------------------------------------------------------------

TWO_FEATURES = """\
import numpy as np
x = np.array([[1.0, 0.5], [2.0, -1.0], [3.0, 0.25], [4.0, 2.0]])
y = np.array([1.0, 5.0, 5.5, 4.0])
weight = np.array([0.1, 0.2])
bias = 0.0
learning_rate = 0.01
for epoch in range(5):
    y_pred = x @ weight + bias
    loss = ((y_pred - y) ** 2).mean()
    dweight = 2 * (x * (y_pred - y)[:, None]).mean(axis=0)
    dbias = 2 * (y_pred - y).mean()
    weight -= learning_rate * dweight
    bias -= learning_rate * dbias
"""


def test_three_parameters_have_no_landscape_and_their_fit_is_over_the_targets():
    study = studied(Script(TWO_FEATURES, name="features"), 2)
    assert study.problem is not None
    title, make, said = landscape(study)
    assert title.plain == "Landscape"
    assert "a landscape shows one or two" in said
    assert not make(colour).points
    title, make, said = fit_plot(study, None)
    picture = make(colour)
    variables = {each.name: each.value for each in study.moment.variables}
    np.testing.assert_allclose(
        marks(picture)["●"], np.stack([variables["y"], variables["y_pred"]], axis=1)
    )
    assert [(each.x, each.low, each.high) for each in picture.stems] == [
        (y, y, predicted) for y, predicted in zip(variables["y"], variables["y_pred"], strict=True)
    ]
    (diagonal,) = picture.curves
    np.testing.assert_allclose(diagonal.x, diagonal.y)
    assert (picture.x_label, picture.y_label) == ("y", "y_pred")


@pytest.mark.parametrize("path", ["assets/batches.py", "bare"])
def test_a_script_that_is_no_linear_model_says_so(path):
    script = (
        Script("w = 3.0\nfor e in range(9):\n    w -= 0.1 * w\n", name="bare")
        if path == "bare"
        else Script.load(path)
    )
    study = studied(script, 2)
    title, make, said = landscape(study)
    assert title.plain == "Landscape"
    assert said.startswith(
        "not drawn: it trains on batches"
        if path != "bare"
        else "not drawn: no linear or logistic model"
    )
    assert not make(colour).curves
    assert landscape(study, 1)[2] == said
    assert fit_plot(study, None)[0].plain == fit_plot(study, 1)[0].plain == "Fit"
    if path == "bare":
        assert "no inputs and targets" in fit_plot(study, None)[2]


def test_a_run_that_diverges_is_drawn_to_the_end():
    script = Script.stage("model").with_settings({"learning_rate": 0.2, "epochs": 10_000})
    study = Study(script)
    seen = 0
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        view = Landscape()
        while study.moment.status in ("ready", "paused"):
            study.catch_up(timeline.seek(study.moment.epoch + 7), timeline.history)
            for plot in (
                fit_plot(study, study.moment.epoch),
                landscape_plot(study, view.look(study), 3),
            ):
                draw(plot[1](colour), 40, 12)
                seen += bool(plot[1](colour).points)
    assert study.moment.status == "diverged"
    assert seen > 10


# The fit ------------------------------------------------------------------------------


def test_the_fit_shows_samples_lines_residuals_and_the_test_input():
    study = studied(Script.stage("model"), 2)
    weight, bias = descent(0.01, [-0.27769268, -0.25880778], 2)[2]
    title, make, said = fit_plot(study, None)
    picture = make(colour)
    found = marks(picture)
    np.testing.assert_allclose(found["●"], np.stack([X, Y], axis=1))
    np.testing.assert_allclose(found["◆"], [[5.0, weight * 5 + bias]], rtol=1e-5)
    for stem, x, y in zip(picture.stems, X, Y, strict=True):
        np.testing.assert_allclose(
            [stem.x, stem.low, stem.high], [x, y, weight * x + bias], rtol=1e-5
        )
    best, line = picture.curves
    assert best.dashed
    assert not line.dashed
    np.testing.assert_allclose(best.y, 2 * np.asarray(best.x), atol=1e-9)
    np.testing.assert_allclose(line.y, weight * np.asarray(line.x) + bias, rtol=1e-5)
    assert picture.x_limits[0] < 1.0
    assert picture.x_limits[1] > 5.0
    assert re.findall(r"[-\d.]+", title.plain) == [numeral(weight), "-", numeral(-bias)]
    assert said.rpartition(" ")[2] == numeral(weight * 5 + bias)


def test_the_cursor_draws_the_line_of_an_epoch():
    study = studied(Script.stage("model"), 3)
    path = descent(0.01, [-0.27769268, -0.25880778], 3)
    for epoch in (0, 2):
        weight, bias = path[epoch]
        _, make, said = fit_plot(study, epoch)
        curves = make(colour).curves
        assert len(curves) == 3
        assert any(
            np.allclose(each.y, weight * np.asarray(each.x) + bias, rtol=1e-4)
            and each.colour == colour("text-secondary")
            for each in curves
        )
        assert said.startswith(f"epoch {epoch}: ")
        assert "·x" in said


# Colours ------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["gdtui-dark", "gdtui-light"])
def test_every_colour_is_there_in_the_theme_and_can_be_seen(theme, monkeypatch):
    app = GdtuiApp("manual")
    app.theme = theme
    variables = app.theme_variables
    asked = set()

    monkeypatch.setattr(PlotPane, "app", app)
    pane = PlotPane("Plot", id="plot")

    def palette(name):
        asked.add(name)
        return pane.colour(name)

    study = {name: studied(Script.stage(name), 2) for name in ("manual", "model")}
    pictures = [
        make(palette)
        for each in study.values()
        for make in (landscape(each)[1], landscape(each, 1)[1], fit_plot(each, 1)[1])
    ]
    assert {"text-warning", "text-primary", "text-success", "text-accent"} <= asked
    background = Color.parse(variables["background"])
    for picture in pictures:
        drawn = [*picture.points, *picture.curves, *picture.stems]
        for each in drawn:
            assert _contrast(each.colour, background.rgb) > 1.9
        # What would otherwise be taken for one another differs in symbol or colour.
        assert len({(each.symbol, each.colour) for each in picture.points}) == len(picture.points)
        text = draw(picture, 60, 20).text
        assert text.spans
    assert len({each.colour for each in pictures[0].points}) >= 3


def _contrast(one, other):
    """From 1 to 21, as the WCAG define it."""

    def bright(rgb):
        parts = [part / 255 for part in rgb]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([bright(one), bright(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.slow
def test_a_net_has_a_slice_of_its_own(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(
        "import torch\nfrom torch import nn\n\ntorch.manual_seed(1)\n"
        "x = torch.linspace(-1, 1, 12).reshape(-1, 1)\ny = x ** 2\n"
        "net = nn.Sequential(nn.Linear(1, 3), nn.Tanh(), nn.Linear(3, 1))\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for epoch in range(20):\n    loss = ((net(x) - y) ** 2).mean()\n"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
    )

    async def test(app):
        await app.press("N", "N", "N", "v")
        assert "L draws a slice" in " ".join(app.text_of("#landscape").split())
        await app.press("L")
        await app.until(lambda: "slice J" in app.text_of("#landscape"))
        assert "● epoch 3; up: downhill" in app.text_of("#landscape")
        await app.press("right_square_bracket")
        await app.loaded()
        await app.press("N", "N")
        assert "slice J" not in app.text_of("#landscape")

    drive(test, stage=str(path))
