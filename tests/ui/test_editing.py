"""Editing the script in the app and in an editor of one's own."""

from __future__ import annotations

import shlex
import sys
from contextlib import nullcontext

import pytest
from driving import drive
from textual.widgets import TextArea

from gdtui.ui.screens.editor import EditorScreen

pytestmark = pytest.mark.slow


async def opened(app):
    """The editor, once it is open."""
    await app.pilot.press("e")
    await app.until(lambda: isinstance(app.app.screen, EditorScreen))
    await app.pilot.pause()
    return app.app.screen.query_one(TextArea)


async def closed(app):
    await app.until(lambda: not isinstance(app.app.screen, EditorScreen))
    await app.loaded()


def replace(area, old, new):
    assert old in area.text
    area.load_text(area.text.replace(old, new))


def fault(app):
    return str(app.app.screen.query_one("#fault").render())


def notes(app):
    return " ".join(each.message.plain for each in app.app._notifications)


def code(app):
    return app.app.report.script.text


def test_an_edited_text_runs_from_the_start_with_the_old_run_behind():
    async def test(app):
        await app.press("N", "N", "n", "n")
        line = app.moment.line
        area = await opened(app)
        assert area.cursor_location[0] == line - 1
        assert area.text == code(app)
        replace(area, "    w -= learning_rate *", "    w -= 0.5 * learning_rate *")
        await app.pilot.press("ctrl+s")
        await closed(app)
        assert "w -= 0.5 * learning_rate" in code(app)
        assert app.moment.epoch == 0
        await app.press("N")
        assert app.moment.parameters["w"] == pytest.approx(0.6)
        assert "the text before the last change" in app.text_of("#loss")
        assert "~" in app.text_of("#code")

    drive(test, size=(120, 36))


def test_typing_reaches_the_text_and_control_keys_are_those_of_an_editor():
    async def test(app):
        await app.press("N")
        area = await opened(app)
        before = area.text
        await app.pilot.press("home", "q", "1", "N", "space")
        typed = area.text
        assert "q1N " in typed
        assert app.moment.epoch == 1
        await app.pilot.press("ctrl+c", "ctrl+z")
        assert app.app.is_running
        assert area.text != typed
        await app.pilot.press("escape", "escape")
        await closed(app)
        assert code(app) == before
        assert app.moment.epoch == 1

    drive(test)


def test_what_has_been_changed_is_given_up_by_a_second_escape():
    async def test(app):
        area = await opened(app)
        await app.pilot.press("x", "escape")
        assert isinstance(app.app.screen, EditorScreen)
        assert "Escape again gives them up" in fault(app)
        # Typing on takes it back.
        await app.pilot.press("y", "escape")
        assert isinstance(app.app.screen, EditorScreen)
        await app.pilot.press("escape")
        await closed(app)
        # An unchanged text takes one.
        area = await opened(app)
        assert "xy" not in area.text
        await app.pilot.press("escape")
        await closed(app)

    drive(test)


@pytest.mark.parametrize(
    ("old", "new", "says", "row"),
    [
        (
            "    y_pred = predict(x)\n",
            "    y_pred = predict(x\n",
            "'(' was never closed",
            "y_pred =",
        ),
        ("for epoch in range(epochs):", "if epochs:", "no training loop", ""),
        ("epochs = 10", "epochs = 10\0", "null", ""),
        ("x_test = 5.0", "\u202ex_test = = 5.0", "invalid", "x_test"),
    ],
)
def test_a_text_that_is_no_training_script_stays_with_the_reason(old, new, says, row):
    async def test(app):
        before = code(app)
        area = await opened(app)
        replace(area, old, new)
        await app.pilot.press("ctrl+s")
        said = fault(app)
        assert says in said
        assert said.isprintable()
        assert row in area.document.get_line(area.cursor_location[0])
        assert code(app) == before
        replace(area, new, old)
        await app.pilot.press("ctrl+s")
        await closed(app)

    drive(test)


def test_undo_goes_through_texts_and_settings_alike():
    async def test(app):
        texts = [code(app)]
        await app.press("right_square_bracket")
        await app.loaded()
        texts.append(code(app))
        area = await opened(app)
        # A setting in the text is what the text says.
        replace(area, "learning_rate = 0.02", "learning_rate = 0.025")
        replace(area, "    w -= learning_rate", "    again = 1\n    w -= learning_rate")
        await app.pilot.press("ctrl+s")
        await closed(app)
        texts.append(code(app))
        assert app.app.report.script.value("learning_rate") == 0.025
        await app.press("right_square_bracket")
        await app.loaded()
        texts.append(code(app))
        assert app.app.report.script.value("learning_rate") == 0.05
        assert "again = 1" in code(app)
        for text in reversed(texts[:-1]):
            await app.press("u")
            await app.loaded()
            assert code(app) == text
        assert "the script's own text is back" in notes(app)
        assert "your text is back" not in notes(app)
        for text in texts[1:]:
            await app.press("U")
            await app.loaded()
            assert code(app) == text
        assert "your text is back" in notes(app)
        # Another stage has its own text, with what settings they share; back again, it is there.
        await app.press("2")
        await app.loaded()
        assert "again = 1" not in code(app)
        assert app.app.report.script.value("learning_rate") == 0.05
        await app.press("1")
        await app.loaded()
        assert code(app) == texts[-1]
        await app.press("r")
        await app.loaded()
        assert code(app) == texts[0]
        await app.press("u")
        await app.loaded()
        assert code(app) == texts[-1]

    drive(test)


EDITOR = "import pathlib, sys; p = pathlib.Path(sys.argv[-1]); p.write_text(p.read_text().replace({!r}, {!r}))"


@pytest.fixture
def editor(monkeypatch):
    """Sets an editor that replaces a text by another one."""
    monkeypatch.setattr("gdtui.ui.app.GdtuiApp.suspend", lambda self: nullcontext())

    def use(old, new):
        command = [sys.executable, "-c", EDITOR.format(old, new)]
        monkeypatch.setenv("VISUAL", shlex.join(command))

    return use


def test_a_stage_in_an_editor_of_ones_own(editor):
    async def test(app):
        editor("epochs = 10", "epochs = 7")
        await app.press("E")
        await app.until(lambda: "epochs = 7" in code(app))
        await app.loaded()
        await app.press("u")
        await app.until(lambda: "epochs = 10" in code(app))
        await app.loaded()
        editor("for epoch in", "for epoch on")
        await app.press("E")
        await app.until(lambda: "your text is not run" in notes(app))
        assert "epochs = 10" in code(app)

    drive(test)


def test_a_file_in_an_editor_of_ones_own(editor, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("w = 1.0\nfor epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n")

    async def test(app):
        editor("0.1", "0.3")
        await app.press("E")
        await app.until(lambda: "0.3 * w" in code(app))
        await app.loaded()
        assert "0.3 * w" in path.read_text()

    drive(test, str(path))


@pytest.mark.parametrize(
    ("named", "says"),
    [("", "it names none"), ("/no/such/editor", "cannot be run"), ("'", "cannot be run")],
)
def test_an_editor_that_cannot_be_run(monkeypatch, named, says):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", named)
    monkeypatch.setattr("gdtui.ui.app.GdtuiApp.suspend", lambda self: nullcontext())

    async def test(app):
        await app.press("E")
        await app.until(lambda: says in notes(app))

    drive(test)


def test_neither_in_a_lesson_nor_in_a_notebook():
    async def test(app):
        assert app.app.situation.can_edit
        await app.press("w", "enter")
        await app.until(lambda: app.app.guide.walk is not None)
        await app.pilot.press("e")
        await app.pilot.pause()
        assert not isinstance(app.app.screen, EditorScreen)
        assert not app.app.situation.can_edit

    drive(test)
