"""A sweep in the app: set up, watched, stopped, read out, and taken into the script."""

from __future__ import annotations

import csv
import json

import pytest
from driving import drive

from gdtui import Script
from gdtui.experiments.grid import usual_range
from gdtui.ui.messages import CursorPointed
from gdtui.ui.screens.save import SaveScreen
from gdtui.ui.screens.sweep import SweepScreen
from gdtui.ui.screens.sweep_setup import SweepSetupScreen

pytestmark = pytest.mark.slow

SLOW = """
import math
lr = 0.1
depth = 3
w = 1.0
for epoch in range(50_000):
    loss = w * w + 0.01 * math.sin(w)
    w -= lr * (2 * w + 0.01 * math.cos(w))
"""


async def set_up(app):
    await app.pilot.press("S")
    await app.until(lambda: isinstance(app.app.screen, SweepSetupScreen))
    await app.pilot.pause()
    return app.app.screen


async def run(app):
    """Run what is set up; returns the screen of the sweep."""
    await app.until(lambda: app.app.screen.focused is not None)
    await app.pilot.press("enter")
    await app.until(lambda: isinstance(app.app.screen, SweepScreen))
    return app.app.screen


async def swept(app):
    await set_up(app)
    screen = await run(app)
    await app.until(lambda: screen.is_over)
    await app.pilot.pause()
    return screen


def fields(screen, row=0):
    return [each.value for each in screen._rows[row].query("Input")]


def test_it_begins_around_the_present_learning_rate():
    async def test(app):
        screen = await set_up(app)
        assert fields(screen) == ["0.0001", "0.1", "40"]
        assert "by a factor" in app.screen_text()
        assert "40 runs with the other settings as they are now" in app.screen_text()
        await app.pilot.press("escape")
        await app.until(lambda: app.app.screen is app.main)

    drive(test)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        (0, "low", "learning_rate: 'low' is not a finite number"),
        (0, "0", "a logarithmic range needs both ends above 0"),
        (0, "0.1", "there are not 40 values"),
        (2, "1", "learning_rate: '1' values are not allowed; give a whole number from 2 to 100000"),
        (2, "100001", "'100001' values are not allowed"),
    ],
)
def test_what_cannot_be_tried_is_said_and_does_not_run(field, text, said):
    async def test(app):
        screen = await set_up(app)
        list(screen._rows[0].query("Input"))[field].value = text
        await app.pilot.pause()
        assert said in " ".join(app.screen_text().split())
        await app.pilot.press("enter")
        await app.pilot.pause()
        assert app.app.screen is screen

    drive(test)


def test_one_setting_gives_a_curve_with_verdicts_limit_and_the_lowest():
    async def test(app):
        screen = await swept(app)
        text = app.screen_text()
        assert "40 of 40 runs; 40 computed at once, by theory" in text
        # The curvature of the sum is 60: it diverges from 2/60 on, and 1/60 is best.
        assert "┊ stable below 0.033333" in text
        assert "● smooth" in text
        assert "× diverging" in text
        best = screen._values[screen._chosen][0]
        assert best == min(
            (each for (each,) in screen._values), key=lambda each: abs(each - 1 / 60)
        )
        assert f"learning_rate = {best:.5g}" in text
        picture = screen._plot._picture(screen._plot.colour)
        assert picture.marker == pytest.approx(1 / 30)
        assert picture.x_log
        (star,) = [each for each in picture.points if each.symbol == "★"]
        assert star.x == [best]
        diverged = [each for each in picture.points if each.symbol == "×"]
        assert all(x > 1 / 30 for each in diverged for x in each.x)

    drive(test)


def test_the_cursor_reads_out_and_enter_takes_the_value_which_can_be_undone():
    async def test(app):
        screen = await swept(app)
        at = screen._chosen
        await app.pilot.press("left")  # it comes to the lowest first
        assert screen._here == at
        await app.pilot.press("left", "left")
        assert screen._here == at - 2
        value = screen._values[at - 2][0]
        read = str(screen._read_out.render())
        assert read.startswith(f"learning_rate = {value:.5g}   loss ")
        assert "10 epochs" in read
        picture = screen._plot._picture(screen._plot.colour)
        assert picture.cursor == value
        await app.pilot.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        await app.loaded()
        assert app.app.script.values["learning_rate"] == value
        await app.press("u")
        await app.loaded()
        assert app.app.script.values["learning_rate"] == 0.01

    drive(test)


def test_the_mouse_finds_the_nearest_run_and_the_ends_hold_the_cursor():
    async def test(app):
        screen = await swept(app)
        screen.post_message(CursorPointed("sweep", 0.000105, 1.0))
        await app.pilot.pause()
        assert screen._here == 0
        await app.pilot.press("left")
        assert screen._here == 0
        await app.pilot.press("greater_than_sign")
        assert screen._here == 4
        screen.post_message(CursorPointed("sweep", None, None))
        await app.pilot.pause()
        assert screen._here == 4

    drive(test)


async def with_second(app, name):
    screen = await set_up(app)
    screen._rows[1]._chooser.value = name
    await app.until(lambda: not screen._rows[1]._count.disabled)
    await app.pilot.pause()
    return screen


def test_two_settings_give_shades(tmp_path):
    async def test(app):
        screen = await with_second(app, "w")
        assert fields(screen, 1) == ["-2", "2", "15"]
        assert "600 runs" in app.screen_text()
        screen = await run(app)
        await app.until(lambda: screen.is_over)
        await app.pilot.pause()
        assert len(screen.outcomes) == 600
        picture = screen._plot._picture(screen._plot.colour)
        assert picture.heat is not None
        assert picture.x_log
        assert not picture.log
        assert picture.x_limits == pytest.approx((0.0001, 0.1))
        assert picture.y_limits == (-2, 2)
        place = screen._chosen
        await app.pilot.press("up", "up", "right")
        assert screen._here == min(place // 15 + 1, 39) * 15 + min(place % 15 + 1, 14)
        rate, weight = screen._values[screen._here]
        assert f"learning_rate = {rate:.5g}  w = {weight:.5g}" in app.screen_text()
        await app.pilot.press("x")
        await app.until(lambda: isinstance(app.app.screen, SaveScreen))
        await app.submit(tmp_path / "a.csv")
        await app.until(lambda: app.app.screen is screen)
        rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
        assert len(rows) == 600
        assert float(rows[0]["loss"]) == screen.outcomes[0].value
        await app.pilot.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        await app.loaded()
        values = app.app.script.values
        assert (values["learning_rate"], values["w"]) == (rate, weight)

    drive(test)


def test_the_results_are_taken_home_as_json_lines_too(tmp_path):
    async def test(app):
        screen = await swept(app)
        await app.pilot.press("x")
        await app.until(lambda: isinstance(app.app.screen, SaveScreen))
        await app.submit(tmp_path / "a.txt")
        assert "end the name in .csv or .jsonl" in str(app.app.screen._wrong.render())
        await app.submit(tmp_path / "a.jsonl")
        await app.until(lambda: app.app.screen is screen)
        lines = (tmp_path / "a.jsonl").read_text().splitlines()
        assert json.loads(lines[0])["learning_rate"] == 0.0001
        assert len(lines) == 40

    drive(test)


def test_a_stop_keeps_what_is_done(tmp_path):
    path = tmp_path / "slow.py"
    path.write_text(SLOW)

    async def test(app):
        await set_up(app)
        screen = await run(app)
        await app.until(lambda: len(screen.outcomes) > 1)
        await app.pilot.press("escape")
        await app.until(lambda: screen.is_over)
        await app.pilot.pause()
        done = len(screen.outcomes)
        assert 1 < done < 40
        assert f"{done} of 40 runs, and stopped" in app.screen_text()
        assert app.app.screen is screen
        await app.pilot.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        await app.loaded()
        assert app.app.script.values["lr"] in [each for (each,) in screen._values[:40]]

    drive(test, stage=str(path))


def test_a_script_that_fails_gives_results_like_others(tmp_path):
    path = tmp_path / "failing.py"
    path.write_text(
        "lr = 0.1\nw = 1.0\nfor e in range(4):\n    loss = w * w / (e - 9 * lr)\n    w -= lr\n    1 / 0\n"
    )

    async def test(app):
        screen = await swept(app)
        assert {each.failed for each in screen.outcomes.values()} == {True}
        assert "! failed" in app.screen_text()
        await app.pilot.press("enter")
        await app.pilot.pause()
        assert app.app.screen is screen  # there is none to take
        await app.pilot.press("left")
        assert "ZeroDivisionError" in app.screen_text()

    drive(test, stage=str(path))


def test_there_is_no_sweep_without_numbers(tmp_path):
    path = tmp_path / "none.py"
    path.write_text(
        "w = float('1')\nfor epoch in range(int('3')):\n    loss = w * w\n    w -= loss\n"
    )

    async def test(app):
        assert app.app.check_action("sweep", ()) is None

    drive(test, stage=str(path))


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("learning_rate", {}, (0.0001, 0.1, 40, True)),
        ("epochs", {}, (1, 20, 20, False)),
        ("epochs", {"epochs": 300}, (1, 600, 40, False)),
        ("w", {}, (-2.0, 2.0, 21, False)),
        ("w", {"w": 5.0}, (0.0, 10.0, 21, False)),
        ("w", {"w": 0.5}, (0.0, 1.0, 21, False)),
    ],
)
def test_the_usual_range(name, values, expected):
    script = Script.stage("manual").with_settings(values)
    setting = next(each for each in script.settings if each.name == name)
    assert usual_range(setting) == pytest.approx(expected)
