"""Slices along two numbers of a model, chosen from a list in the app."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui.analysis.landscape.parameter_slice import Element

pytestmark = pytest.mark.slow

NET = """\
import numpy as np
rng = np.random.default_rng(0)
x = np.linspace(-2, 2, 20).reshape(-1, 1)
y = np.sin(2 * x) + 0.3
W1, b1 = rng.normal(size=(1, 5)), np.zeros(5)
W2, b2 = rng.normal(size=(5, 1)), 0.0
for epoch in range(30):
    hidden = np.tanh(x @ W1 + b1)
    out = hidden @ W2 + b2
    loss = ((out - y) ** 2).mean()
    d = 2 * (out - y) / len(x)
    dW2, db2 = hidden.T @ d, d.sum()
    d_hidden = d @ W2.T * (1 - hidden ** 2)
    dW1, db1 = x.T @ d_hidden, d_hidden.sum(axis=0)
    W1 -= 0.1 * dW1
    b1 -= 0.1 * db1
    W2 -= 0.1 * dW2
    b2 -= 0.1 * db2
"""
TWO = """\
import numpy as np
x = np.linspace(0, 3, 12)
y = 2 * np.exp(-0.7 * x)
a, b = 0.5, 0.1
for epoch in range(20):
    e = np.exp(-b * x)
    y_pred = a * e
    loss = ((y_pred - y) ** 2).mean()
    da = (2 * (y_pred - y) * e).mean()
    db = (2 * (y_pred - y) * -a * x * e).mean()
    a -= 0.1 * da
    b -= 0.1 * db
"""


def written(tmp_path, text):
    path = tmp_path / "mine.py"
    path.write_text(text)
    return str(path)


def words(app, selector):
    return " ".join(app.text_of(selector).replace("│", " ").split())


def notes(app):
    return " ".join(str(each.message) for each in app.app._notifications)


async def drawn(app):
    await app.until(lambda: app.main._plots._run_plots.cut is not None)
    return app.main._plots._run_plots.cut


def test_m_lists_the_numbers_and_draws_the_two_that_are_marked(tmp_path):
    async def test(app):
        await app.press("N", "N", "N", "N", "v")
        assert "L draws a slice and M one along two numbers" in words(app, "#landscape")
        await app.press("M")
        listed = app.screen_text()
        moment = app.moment
        for name, value in (
            ("W1[0, 0]", moment.parameters["W1"][0, 0]),
            ("b1[3]", moment.parameters["b1"][3]),
            ("b2", moment.parameters["b2"]),
        ):
            assert f"{name}  {value:.5g}"[:12] in listed
        # Marked are those that have moved most: a third one takes the place of the first.
        await app.press("home", "space", "down", "space", "enter")
        cut = await drawn(app)
        assert cut.elements == (Element("W1", (0, 0)), Element("W1", (0, 1)))
        assert cut.epoch == 4
        shown = words(app, "#landscape")
        assert f"Slice J {cut.loss:.5g}" in shown
        assert "W1[0, 0]" in shown
        assert "W1[0, 1]" in shown
        assert "⠶ projected, ● epoch 4" in shown
        assert "all 14 other numbers stay as they are" in notes(app)
        await app.press("comma", "comma")
        epoch = app.main.cursor
        assert f"○ epoch {epoch}" in words(app, "#landscape")

    drive(test, stage=written(tmp_path, NET))


def test_enter_takes_the_two_that_have_moved_most_and_escape_none(tmp_path):
    async def test(app):
        await app.press("N", "N", "N", "M", "escape")
        assert app.main._plots._run_plots.cut is None
        choices = app.main.axes_to_choose
        most = sorted(choices.listed, key=lambda each: -each.moved)[:2]
        await app.press("M")
        assert str(choices.suggested[0]) in app.screen_text()  # scrolled to it
        await app.press("enter")
        cut = await drawn(app)
        assert set(cut.elements) == {each.element for each in most} == set(choices.suggested)

    drive(test, stage=written(tmp_path, NET))


def test_two_numbers_must_be_marked(tmp_path):
    async def test(app):
        await app.press("N", "N", "M", "space")
        screen = app.app.screen
        await app.press("enter")
        assert app.app.screen is screen
        assert "Mark two numbers; 1 is marked." in notes(app)

    drive(test, stage=written(tmp_path, NET))


def test_a_model_of_two_numbers_has_its_landscape_at_once(tmp_path):
    async def test(app):
        await app.press("N", "N", "N", "M")
        cut = await drawn(app)
        assert cut.others == 0
        shown = words(app, "#landscape")
        assert f"Landscape J {cut.loss:.5g}"[:16] in shown
        assert "Slice" not in shown
        assert "● epoch 3" in shown
        assert "the whole landscape" in notes(app)
        await app.press("s", "escape", "g", "e", "escape")
        await app.press("N")

    drive(test, stage=written(tmp_path, TWO), size=(80, 24))


def test_a_linear_model_of_two_numbers_has_it_already():
    async def test(app):
        await app.press("N", "N", "M")
        assert app.main._view.chosen == "Landscape"
        assert "over both numbers of this model" in notes(app)
        assert app.main._plots._run_plots.cut is None

    drive(test, stage="model")


def test_of_one_number_there_is_no_slice():
    async def test(app):
        await app.press("N", "N", "M")
        assert app.app.screen is app.main
        assert app.main._view.chosen == "Fit"

    drive(test)


def test_large_parameters_are_listed_without_values(tmp_path):
    large = NET.replace("size=(1, 5)), np.zeros(5)", "size=(1, 90)), np.zeros(90)")
    large = large.replace("size=(5, 1)", "size=(90, 1)")

    async def test(app):
        await app.press("N", "N", "M")
        assert "W1[0, 0]" in app.screen_text()
        choices = app.main.axes_to_choose
        assert len(choices.listed) + choices.left_out == 271
        assert sum(bool(each.text) for each in choices.listed) == 1  # b2
        await app.press("enter")
        cut = await drawn(app)
        assert cut.others == 269

    drive(test, stage=written(tmp_path, large))


def test_a_list_that_is_longer_than_the_screen_ends_within_it(tmp_path):
    large = NET.replace("size=(1, 5)), np.zeros(5)", "size=(1, 30)), np.zeros(30)")
    large = large.replace("size=(5, 1)", "size=(30, 1)")

    async def test(app):
        await app.press("N", "N", "M", "end")
        assert "b2  " in app.screen_text()
        await app.press("home")
        assert "W1[0, 0]  " in app.screen_text()

    drive(test, stage=written(tmp_path, large), size=(80, 24))


@pytest.mark.parametrize("seed", [True, False])
def test_a_slice_of_another_run_says_so(tmp_path, seed):
    text = NET if seed else NET.replace("default_rng(0)", "default_rng()")

    async def checked(app):
        await app.press("N", "N", "N", "N", "P")
        assert len(app.app.report.history) == 4
        await app.pilot.press("M")
        await app.until(lambda: type(app.app.screen).__name__ == "AxesScreen")
        await app.pilot.pause()
        await app.pilot.press("enter")
        await drawn(app)
        await app.until(lambda: "a slice" in notes(app))
        await app.pilot.pause()
        assert ("is of another run" in notes(app)) == (not seed)

    drive(checked, stage=written(tmp_path, text))
