"""Opening a script from inside the app."""

from __future__ import annotations

import json

import pytest
from driving import drive

from gdtui.ui.edits.recent_files import RecentFiles
from gdtui.ui.screens.file_choice import FileScreen

pytestmark = pytest.mark.slow

SCRIPT = """
w = 1.0
rate = 0.1
for epoch in range(5):
    loss = w * w
    w -= rate * 2 * w
"""


async def choose(app):
    await app.pilot.press("ctrl+o")
    await app.until(lambda: isinstance(app.app.screen, FileScreen))
    await app.pilot.pause()
    return app.app.screen


async def opened(app, path):
    await choose(app)
    await app.submit(path)
    await app.until(lambda: app.app.screen is app.main)
    await app.loaded()


def written(path, text=SCRIPT):
    path.write_text(text)
    return path


def test_a_script_is_opened_and_takes_the_place_behind_the_stages(tmp_path):
    one = written(tmp_path / "one.py")
    two = written(tmp_path / "two.py", SCRIPT.replace("1.0", "3.0"))

    async def test(app):
        await opened(app, one)
        assert app.app.script.name == str(one)
        await app.press("N", "c", "1")
        await app.loaded()
        await app.press("7")
        await app.loaded()
        assert app.app.script.name == str(one)
        await opened(app, two)
        assert app.app.script.values["w"] == 3.0
        assert "one.py" not in app.text_of("#stages")
        # The pinned run is that of the first.
        await app.pilot.press("C")
        await app.pilot.pause()
        await app.pilot.press("enter")
        await app.until(lambda: app.app.script.name == str(one) and app.moment)
        assert app.app.script.values["w"] == 1.0

    drive(test)


def test_a_file_that_is_no_training_script_stays_with_the_reason(tmp_path):
    path = written(tmp_path / "none.py", "print(1)\n")

    async def test(app):
        before = app.app.script
        screen = await choose(app)
        await app.submit(path)
        assert app.app.screen is screen
        assert "none.py" in str(screen._wrong.render())
        await app.pilot.press("escape")
        await app.until(lambda: app.app.screen is app.main)
        assert app.app.script is before

    drive(test)


def test_the_tree_shows_scripts_and_opens_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "train.py")
    written(tmp_path / "notes.txt")

    async def test(app):
        screen = await choose(app)
        await app.until(lambda: len(screen._tree.root.children) == 1)
        assert str(screen._tree.root.children[0].label) == "train.py"
        screen._tree.focus()
        await app.pilot.press("down", "enter")
        await app.until(lambda: app.app.screen is app.main)
        await app.loaded()
        assert app.app.script.name == str(tmp_path / "train.py")

    drive(test)


def test_recent_files_come_first_and_are_kept(tmp_path):
    one, two = (written(tmp_path / f"{name}.py") for name in ("one", "two"))
    recent = RecentFiles(tmp_path / "recent.json")

    async def test(app):
        await opened(app, one)
        await opened(app, two)
        screen = await choose(app)
        assert [str(each.prompt) for each in screen._list.options] == [str(two), str(one)]
        await app.pilot.press("down", "enter")
        await app.until(lambda: app.app.screen is app.main)
        await app.loaded()
        assert app.app.script.name == str(one)

    drive(test, recent=recent)
    assert recent.read() == [one, two]


@pytest.mark.parametrize("text", ["", "{", "[1, null]", '{"a": 1}', "[" * 5000, '["/nowhere"]'])
def test_a_damaged_list_of_recent_files_is_an_empty_one(tmp_path, text):
    path = written(tmp_path / "recent.json", text)
    recent = RecentFiles(path)
    assert list(recent.read()) == []
    recent.note(path)
    assert json.loads(path.read_text()) == [str(path)]


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    recent = RecentFiles(written(tmp_path / "file") / "recent.json")
    recent.note(tmp_path)
    assert list(recent.read()) == []


@pytest.mark.slow
def test_tab_goes_round_the_field_the_recent_files_and_the_tree(tmp_path):
    recent = RecentFiles(tmp_path / "recent.json")
    recent.note(written(tmp_path / "one.py"))

    async def test(app):
        screen = await choose(app)
        await app.until(lambda: screen.focused is not None)
        found = []
        for _ in range(3):
            found.append(type(screen.focused).__name__)
            await app.pilot.press("tab")
        assert found == ["RecentList", "FileTree", "Input"]

    drive(test, recent=recent)
