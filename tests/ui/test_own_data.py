"""Other samples, chosen and looked at in the app."""

from __future__ import annotations

import numpy as np
import pytest
from driving import drive
from textual.widgets import Select

from gdtui.data.sets import SETS
from gdtui.ui.screens.data_choice import DataScreen
from gdtui.ui.screens.data_preview import DataPreview
from gdtui.ui.screens.file_choice import FileScreen

pytestmark = pytest.mark.slow


def notes(app):
    return " ".join(each.message.plain for each in app.app._notifications)


async def on(app, kind):
    await app.until(lambda: isinstance(app.app.screen, kind))
    await app.pilot.pause()
    return app.app.screen


async def read(app):
    preview = await on(app, DataPreview)
    await app.until(lambda: preview._samples is not None or preview._plot._reason != "reading…")
    return preview


async def typed(app, path):
    """Choose a file by its path; returns the screen that it leads to."""
    await app.pilot.press("a")
    await on(app, DataScreen)
    await app.pilot.press("enter")
    await on(app, FileScreen)
    await app.submit(path)


async def used(app):
    await read(app)
    await app.pilot.press("enter")
    await app.until(lambda: not isinstance(app.app.screen, DataPreview))
    await app.loaded()


@pytest.mark.parametrize("number", range(len(SETS)))
def test_a_set_is_shown_and_then_used(number):
    async def test(app):
        await app.pilot.press("a")
        await on(app, DataScreen)
        assert SETS[number].shows[:30] in app.screen_text()
        await app.pilot.press(*["down"] * (number + 1), "enter")
        await read(app)
        table = np.loadtxt(SETS[number].path, delimiter=",", skiprows=1)
        text = app.screen_text()
        assert f"{len(table)} samples in 2 columns" in text
        assert "●" in text
        await used(app)
        values = app.app.script.values
        assert np.array_equal(values["inputs"], table[:, 0])
        assert np.array_equal(values["targets"], table[:, 1])
        await app.press("N", "4")
        await app.loaded()
        assert np.array_equal(app.app.script.values["inputs"], table[:, 0])

    drive(test, size=(120, 40))


def test_columns_of_a_file_are_chosen_and_undone(tmp_path):
    path = tmp_path / "homes.csv"
    path.write_text("id,area,price\n1,50,100\n2,70,150\n3,90,190\n")

    async def test(app):
        await typed(app, path)
        preview = await read(app)
        first, second = preview.query(Select)
        first.value, second.value = "area", "price"
        await app.pilot.pause()
        await app.until(lambda: preview._samples and preview._samples.x[0] == 50)
        assert "x from 50 to 90, mean 70" in app.screen_text()
        await used(app)
        assert app.app.script.values["inputs"] == [50, 70, 90]
        assert app.app.script.values["targets"] == [100, 150, 190]
        await app.press("u")
        await app.loaded()
        assert app.app.script.values["inputs"] == [1, 2, 3, 4]

    drive(test)


def test_what_cannot_be_used_is_named_and_nothing_is_lost(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("x,y\n1,2\nthree,4\n")

    async def test(app):
        before = app.app.script.text
        await typed(app, tmp_path / "none.csv")
        assert "there is no such file" in str(app.app.screen._wrong.render())
        await app.pilot.press("escape")
        await app.until(lambda: not isinstance(app.app.screen, FileScreen))
        await typed(app, path)
        await read(app)
        assert "row 3, column 1 (\"x\"): 'three' is not a finite number" in app.screen_text()
        await app.pilot.press("enter")
        assert isinstance(app.app.screen, DataPreview)
        await app.pilot.press("escape")
        await app.until(lambda: not isinstance(app.app.screen, DataPreview))
        assert app.app.script.text == before

    drive(test)


def test_many_samples_are_read_by_the_script_and_can_be_replaced(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("x,y\n" + "".join(f"{n / 50},{n / 25}\n" for n in range(100)))

    async def test(app):
        await typed(app, path)
        await used(app)
        assert "np.loadtxt" in app.app.script.text
        await app.press("N")
        assert app.moment.epoch == 1
        assert app.app.check_action("choose_data", ())
        await app.pilot.press("a")
        await on(app, DataScreen)
        await app.pilot.press("down", "down", "enter")
        await used(app)
        assert app.app.script.values["targets"] == [5, 7, 9, 11, 13, 15]
        assert "np.loadtxt" not in app.app.script.text
        await app.press("u")
        await app.loaded()
        assert "np.loadtxt" in app.app.script.text

    drive(test)


def test_a_script_that_cannot_learn_from_them_says_so():
    async def test(app):
        await app.press("6")
        await app.loaded()
        before = app.app.script.text
        await app.pilot.press("a")
        await on(app, DataScreen)
        await app.pilot.press("down", "down", "enter")
        await read(app)
        await app.pilot.press("enter")
        await app.until(lambda: "its targets are 0 or 1" in notes(app))
        assert app.app.script.text == before

    drive(test)


def test_columns_are_chosen_by_keys_alone(tmp_path):
    path = tmp_path / "homes.csv"
    path.write_text("id,area,price\n1,50,100\n2,70,150\n3,90,190\n")

    async def test(app):
        await typed(app, path)
        preview = await read(app)
        await app.pilot.press("tab", "tab", "enter", "down", "enter")
        await app.until(lambda: preview._samples and preview._samples.y[0] == 100)
        await app.pilot.press("shift+tab", "enter", "down", "enter")
        await app.until(lambda: preview._samples and preview._samples.x[0] == 50)
        await app.pilot.press("tab", "tab", "enter")
        await app.until(lambda: app.app.screen is app.main)
        await app.loaded()
        assert app.app.script.values["targets"] == [100, 150, 190]

    drive(test)
