"""A script that is edited elsewhere: its file is watched, and read again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest
from driving import Driver, drive

from gdtui import Script
from gdtui.stages import OWN_NUMBER
from gdtui.ui.app import GdtuiApp
from gdtui.ui.edits.watched_file import News, WatchedFile

TEXT = """epochs = 5
learning_rate = 0.1
w = 1.0
for epoch in range(epochs):
    loss = w * w
    w -= learning_rate * 2 * w
"""
OTHER = TEXT.replace("w = 1.0", "w = 3.0")
BROKEN = TEXT.replace("loss = w * w", "loss = = w")
LATER = 10**20
"""A time at which no file is young."""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    return path


# The file -----------------------------------------------------------------------------


def watched(path, clock=lambda: LATER):
    return WatchedFile(Script.load(str(path)), clock)


def test_a_file_that_stays_is_no_news(path):
    file = watched(path)
    assert [file.look() for _ in range(3)] == [None, None, None]


def test_a_file_is_read_only_when_its_time_or_size_has_changed(path, monkeypatch):
    file = watched(path)
    file.look()
    monkeypatch.setattr(WatchedFile, "read", None)
    assert file.look() is None


def test_another_text_is_news_once(path):
    file = watched(path)
    file.look()
    path.write_text(OTHER + "# longer\n")
    news = file.look()
    assert news.script.text == OTHER + "# longer\n"
    assert (news.script.name, news.reason) == (str(path), "")
    assert file.look() is None


def test_a_file_that_was_only_touched_is_no_news(path):
    file = watched(path)
    file.look()
    os.utime(path, (1, 1))
    assert file.look() is None


def test_a_change_that_leaves_time_and_size_is_seen_while_the_file_is_young(path):
    stat = path.stat()
    file = watched(path, lambda: stat.st_mtime_ns + 1)
    assert file.look() is None
    path.write_text(OTHER)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert path.stat().st_size == stat.st_size
    assert file.look().script.text == OTHER


def test_what_is_no_script_is_said_in_a_line_with_its_place_and_tried_again(path):
    file = watched(path)
    file.look()
    path.write_text(BROKEN)
    news = file.look()
    assert news.script is None
    assert news.reason == "mine.py, line 5: this is not Python: invalid syntax"
    assert file.look() is None
    path.write_text("print('no loop')\n")
    assert file.look().reason.startswith("mine.py: ")
    path.write_text(TEXT)
    assert file.look() == News(Script.load(str(path)))


def test_a_file_that_is_gone_is_said_once_and_not_while_it_is_being_saved(path):
    file = watched(path)
    file.look()
    text = path.read_text()
    path.unlink()
    assert file.look() is None
    path.write_text(text)
    assert file.look() is None
    path.unlink()
    assert [file.look() for _ in range(4)] == [None, News(None, "mine.py is gone"), None, None]
    path.write_text(text)
    assert file.look().script.text == text


def test_what_is_no_regular_file_is_never_opened(path):
    file = watched(path)
    file.look()
    path.unlink()
    os.mkfifo(path)
    assert file.look() == News(None, "mine.py is no file any more")


def test_a_file_of_no_name_that_a_terminal_obeys(tmp_path):
    path = tmp_path / "m\x1b[31mine.py"
    path.write_text(TEXT)
    file = watched(path)
    path.write_text(BROKEN)
    assert "\x1b" not in file.name + file.look().reason


# The app ------------------------------------------------------------------------------


def edit(test, path, *, values=None, watch=False, size=(120, 36)):
    """Open the app with a file, and look at it only when the test says so."""

    async def run() -> None:
        app = GdtuiApp(str(path), values, watch=watch)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.loaded()
            await test(driver)

    asyncio.run(run())


def news(app) -> str:
    bar = app.main.query_one("#news")
    return app.text_of("#news").strip() if bar.display else ""


async def settled(app):
    await app.until(lambda: app.app.idle and app.moment is not None)


@pytest.mark.slow
def test_the_app_sees_it_by_itself(path):
    async def test(app):
        path.write_text(OTHER + "#\n")
        await app.until(lambda: news(app))

    edit(test, path)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
def test_a_changed_file_is_said_and_read_again_on_a_key(path, size):
    async def test(app):
        assert news(app) == ""
        await app.press("N", "N")
        path.write_text(OTHER)
        await app.app.look_at_file()
        await app.pilot.pause()
        assert "R reads mine.py again" in news(app)
        assert app.app.script.text == TEXT
        assert app.moment.epoch == 2
        await app.press("R")
        await settled(app)
        assert app.app.script.text == OTHER
        assert app.moment.position == (0, 0)
        assert app.moment.parameters["w"] == 3.0
        assert news(app) == ""
        # And what is shown and put back is the new text.
        await app.press("r")
        await settled(app)
        assert app.app.script.text == OTHER

    edit(test, path, size=size)


@pytest.mark.slow
def test_settings_that_were_changed_stay_where_they_still_are(path):
    async def test(app):
        await app.press("right_square_bracket")
        await settled(app)
        path.write_text(OTHER.replace("epochs = 5\n", "").replace("range(epochs)", "range(9)"))
        await app.press("R")
        await settled(app)
        assert app.app.script.value("learning_rate") == 0.2
        assert app.app.script.value("w") == 3.0
        assert app.field("learning_rate").value == "0.2"
        await app.press("r")
        await settled(app)
        assert app.app.script.value("learning_rate") == 0.1

    edit(test, path, values={"epochs": 7})


@pytest.mark.slow
def test_what_is_no_script_any_more_leaves_the_run_and_is_tried_again(path):
    async def test(app):
        await app.press("N")
        path.write_text(BROKEN)
        await app.app.look_at_file()
        await app.pilot.pause()
        assert news(app).startswith("mine.py, line 5: this is not Python: invalid syntax")
        await app.press("R")
        assert app.app.script.text == TEXT
        assert app.moment.epoch == 1
        await app.press("N")
        assert app.moment.epoch == 2
        path.write_text(OTHER)
        await app.app.look_at_file()
        await app.press("R")
        await settled(app)
        assert app.app.script.text == OTHER
        assert news(app) == ""

    edit(test, path)


@pytest.mark.slow
def test_a_file_that_comes_back_as_it_was_needs_no_reading(path):
    async def test(app):
        path.write_text(OTHER)
        await app.app.look_at_file()
        path.write_text(TEXT)
        await app.app.look_at_file()
        await app.pilot.pause()
        assert news(app) == ""

    edit(test, path)


@pytest.mark.slow
def test_a_file_that_is_gone_is_said(path):
    async def test(app):
        path.unlink()
        await app.app.look_at_file()
        await app.app.look_at_file()
        await app.pilot.pause()
        assert news(app) == "mine.py is gone. The run goes on with what was read."
        await app.press("N", "R")
        assert app.moment.epoch == 1

    edit(test, path)


@pytest.mark.slow
def test_with_watch_it_is_read_again_by_itself(path):
    async def test(app):
        await app.press("N", "right_square_bracket")
        await settled(app)
        path.write_text(BROKEN)
        await app.app.look_at_file()
        assert app.app.script.value("w") == 1.0
        path.write_text(OTHER)
        await app.until(lambda: app.app.script.value("w") == 3.0)
        await settled(app)
        assert app.app.script.value("learning_rate") == 0.2
        assert news(app) == ""

    edit(test, path, watch=True)


@pytest.mark.slow
def test_from_another_stage_it_is_read_for_the_next_time(path):
    async def test(app):
        await app.press("1")
        await settled(app)
        path.write_text(OTHER)
        await app.press("R")
        await settled(app)
        assert app.app.script.name == "manual"
        await app.press(str(OWN_NUMBER))
        await settled(app)
        assert app.app.script.text == OTHER

    edit(test, path)


@pytest.mark.slow
def test_in_a_lesson_the_file_waits(path):
    from gdtui.lessons.format.library import find_lesson

    async def test(app):
        await app.app.guide.begin(find_lesson("1"), again=True)
        await app.until(lambda: not app.app.guide.is_busy and app.app.idle)
        path.write_text(OTHER)
        await app.app.look_at_file()
        await app.pilot.pause()
        assert news(app).startswith("mine.py has changed. Once you leave the lesson, R reads it")
        await app.press("R")
        assert app.app.script.name == "manual"
        await app.press("w")
        await app.until(lambda: news(app).startswith("R reads mine.py again"))

    edit(test, path, watch=False)


@pytest.mark.slow
def test_a_stage_has_no_file_to_read_again():
    async def test(app):
        await app.press("N", "R")
        await app.app.look_at_file()
        assert app.moment.epoch == 1
        assert news(app) == ""

    drive(test)


def test_watch_is_refused_for_a_stage():
    found = subprocess.run(
        [sys.executable, "-m", "gdtui", "2", "--watch"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert found.stderr == (
        "gdtui: --watch needs the path of your own script; autograd is a stage, "
        "which does not change\n"
    )
