"""The script, its run and pictures of it, written into files from inside the app."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from driving import drive

from gdtui.export.formats import FORMATS
from gdtui.ui.control.taking_home import free_name
from gdtui.ui.screens.save import SaveScreen
from gdtui.ui.screens.take_home import TakeHomeScreen

pytestmark = pytest.mark.slow

PLACES = [*FORMATS, "plot", "screen"]


def notes(app):
    return " ".join(each.message.plain for each in app.app._notifications)


async def asked(app, what):
    """Choose what to take home; returns the screen that asks for a name."""
    await app.pilot.press("x")
    await app.until(lambda: isinstance(app.app.screen, TakeHomeScreen))
    await app.pilot.pause()
    await app.pilot.press(*["down"] * PLACES.index(what), "enter")
    await app.until(lambda: isinstance(app.app.screen, SaveScreen))
    await app.pilot.pause()
    return app.app.screen


async def taken(app, what, path):
    await asked(app, what)
    await app.submit(path)
    await app.until(lambda: app.app.screen is app.main)
    return path.read_text()


def words(picture):
    """All text of an SVG, without blanks."""
    texts = ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    return "".join("".join(each.text or "" for each in texts).split())


def test_every_format_is_what_its_line_says(tmp_path):
    async def test(app):
        await app.press("right_square_bracket", "N", "N")
        script = app.app.script
        assert "learning_rate = 0.02" in script.text
        assert await taken(app, "py", tmp_path / "a.py") == script.text
        assert json.loads(await taken(app, "ipynb", tmp_path / "a.ipynb"))["nbformat"] == 4
        rows = list(csv.reader((await taken(app, "csv", tmp_path / "a.csv")).splitlines()))
        assert rows[0][:3] == ["epoch", "loss", "parameters.w"]
        assert rows[1][:3] == ["1", "30.0", "2.4"]
        assert len(rows) == 1 + script.values["epochs"]
        assert "a.csv is written: 10 epochs" in notes(app)
        lines = (await taken(app, "jsonl", tmp_path / "a.jsonl")).splitlines()
        assert json.loads(lines[0])["parameters"] == {"w": 2.4}
        page = await taken(app, "html", tmp_path / "a.html")
        assert page.startswith("<!DOCTYPE html>")
        screen = words(await taken(app, "screen", tmp_path / "b.svg"))
        assert "epoch2/10loss1.2w1.92" in screen
        assert "Takeithome" not in screen
        # The run in front stays where it is.
        assert app.moment.epoch == 2

    drive(test)


def test_a_plot_is_the_one_with_the_focus_or_the_loss(tmp_path):
    async def test(app):
        await app.press("N", "N")
        assert "Loss" in words(await taken(app, "plot", tmp_path / "a.svg"))
        app.main.query_one("#fit").focus()
        await app.pilot.pause()
        screen = await asked(app, "plot")
        assert screen._field.value == "manual-fit.svg"
        await app.submit(tmp_path / "b.svg")
        await app.until(lambda: app.app.screen is app.main)
        fit = words((tmp_path / "b.svg").read_text())
        assert "Fit" in fit
        assert "Loss" not in fit

    drive(test)


def test_a_file_that_is_there_is_replaced_on_the_second_enter(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mine")

    async def test(app):
        screen = await asked(app, "csv")
        await app.submit(path)
        assert "a.csv exists; enter again replaces it." in str(screen._wrong.render())
        assert path.read_text() == "mine"
        await app.pilot.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        assert path.read_text().startswith("epoch,")

    drive(test)


def test_what_cannot_be_written_is_said_before_anything_runs(tmp_path):
    async def test(app):
        screen = await asked(app, "csv")
        await app.submit(tmp_path / "none" / "a.csv")
        assert "there is no folder" in str(screen._wrong.render())
        await app.submit(tmp_path)
        await app.pilot.press("enter")
        assert "it is a folder; give the name of a file" in str(screen._wrong.render())
        await app.pilot.press("escape")
        await app.until(lambda: app.app.screen is app.main)
        assert list(tmp_path.iterdir()) == []

    drive(test)


ENDLESS = (
    "w = 1.0\nrate = 0.1\nfor epoch in range(10**9):\n    loss = w * w\n    w -= rate * 0 * w\n"
)


def test_escape_leaves_a_run_at_work_and_nothing_is_written(tmp_path):
    script, path = tmp_path / "endless.py", tmp_path / "a.csv"
    script.write_text(ENDLESS)

    async def test(app):
        screen = await asked(app, "csv")
        await app.submit(path)
        assert "At work" in app.screen_text()
        assert screen._field.disabled
        await app.pilot.press("escape")
        await app.until(lambda: app.app.screen is app.main)
        await app.until(lambda: not screen.workers)
        assert sorted(each.name for each in tmp_path.iterdir()) == ["endless.py"]
        await app.press("N")
        assert app.moment.epoch == 1

    drive(test, stage=str(script))


def test_the_epochs_until_a_failure_are_written_and_the_failure_is_told(tmp_path):
    script = tmp_path / "failing.py"
    script.write_text(ENDLESS.replace("10**9", "9") + "    1 / (epoch - 3)\n")

    async def test(app):
        text = await taken(app, "csv", tmp_path / "a.csv")
        assert len(text.splitlines()) == 1 + 3
        assert "ZeroDivisionError" in notes(app)

    drive(test, stage=str(script))


def test_arguments_cannot_be_taken_home_with_a_script(tmp_path):
    async def test(app):
        screen = await asked(app, "py")
        await app.submit(tmp_path / "a.py")
        assert "a script takes its arguments when it runs" in str(screen._wrong.render())
        assert not (tmp_path / "a.py").exists()

    script = Path(__file__).parent.parent / "cases" / "with_argv.py"
    drive(test, stage=str(script), arguments=("0.5",))


def test_a_name_does_not_meet_a_file_that_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert free_name("train", "py") == "train.py"
    Path("train.py").write_text("")
    Path("train-2.py").write_text("")
    assert free_name("train", "py") == "train-3.py"


def test_without_a_plot_the_reason_is_told(tmp_path):
    script = tmp_path / "none.py"
    script.write_text(ENDLESS)

    async def test(app):
        app.main.query_one("#fit").focus()
        await app.pilot.pause()
        screen = await asked(app, "plot")
        await app.submit(tmp_path / "a.svg")
        assert "there is no plot of the fit" in str(screen._wrong.render())

    drive(test, stage=str(script))
