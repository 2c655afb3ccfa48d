"""The search through code, variables and transcript."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui.ui.panes import transcript
from gdtui.ui.texts.hits import pattern_of

KEYS = {
    " ": "space",
    "=": "equals_sign",
    "_": "underscore",
    ".": "full_stop",
    "(": "left_parenthesis",
}


async def search(app, text):
    await app.pilot.press("slash")
    await app.pilot.pause()
    await app.pilot.press(*(KEYS.get(each, each) for each in text))
    await app.pilot.pause()


async def sought(app, key="enter"):
    await app.pilot.press(key)
    await app.pilot.pause()
    return said(app)


def said(app):
    return str(app.main._search_bar._said.render()).partition("   enter next")[0]


def code_lines(app, text):
    return [number for number, line in enumerate(app.app.script.lines) if text in line]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("loss", "Loss and LOSS", ["Loss", "LOSS"]),
        ("Loss", "Loss and LOSS", ["Loss"]),
        ("a.b(", "axb( a.b(", ["a.b("]),
        ("é", "É é", ["É", "é"]),
    ],
)
def test_capitals_count_only_if_one_is_typed(text, line, found):
    assert pattern_of(text).findall(line) == found


def test_nothing_is_no_pattern():
    assert pattern_of("") is None


@pytest.mark.slow
def test_enter_goes_from_hit_to_hit_through_the_panes_and_around():
    async def test(app):
        await app.press("N")
        await search(app, "epoch")
        lines = len([each for each in app.app.script.lines if "epoch" in each.lower()])
        total = int(said(app).split()[1])
        assert said(app) == f"in {total} lines"
        assert total > lines
        assert app.main._search.at is None
        seen = []
        for _ in range(total):
            await sought(app)
            seen.append(app.main._search.at.pane)
        assert seen[0] == "code"
        assert set(seen) == {"code", "variables", "transcript"}
        assert seen.count("code") == lines
        assert await sought(app) == said(app)
        assert said(app).endswith(f"of {total}, in the code")

    drive(test)


@pytest.mark.slow
def test_a_hit_in_the_code_is_marked_and_in_sight_and_up_goes_back():
    async def test(app):
        lines = code_lines(app, "def ")
        await search(app, "def ")
        # The code in sight begins below the first ones, so the search goes on around.
        assert await sought(app) == f"1 of {len(lines)}, in the code"
        at = app.main._code._found
        assert at == lines[0]
        marked = next(row for row in app.text_of("#code").split("\n") if "›" in row)
        assert str(at + 1) in marked
        assert await sought(app, "up") == f"{len(lines)} of {len(lines)}, in the code"
        assert app.main._code._found == lines[-1]
        assert await sought(app, "shift+enter") == f"{len(lines) - 1} of {len(lines)}, in the code"
        await app.pilot.press("escape")
        await app.pilot.pause()
        assert "›" not in app.text_of("#code")
        assert app.main.focused.id == "code"
        assert app.main._keys.display
        await app.press("n")
        assert app.moment.step == 1

    drive(test)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
def test_what_was_printed_is_brought_in_front_and_scrolled_to(size):
    async def test(app):
        await app.press("G")
        await app.ended()
        await search(app, "epoch 3: w")
        assert await sought(app) == "1 of 1, in the transcript"
        await app.until(lambda: app.main._transcript._found is not None)
        assert "epoch 3: w" in app.text_of("#transcript")
        assert app.main._details.chosen == "Transcript"
        await app.pilot.press("escape")
        await app.pilot.pause()
        assert app.main.focused.id == "transcript"

    drive(test, values={"epochs": 300}, size=size)


@pytest.mark.slow
def test_a_variable_is_found_while_the_pane_is_hidden():
    async def test(app):
        await app.press("N")
        await search(app, "ndarray float32")
        assert "in the variables" in await sought(app)
        await app.until(lambda: app.main._variables._found is not None)
        assert "float32" in app.text_of("#variables")

    drive(test)


@pytest.mark.slow
def test_without_a_hit_the_line_says_so_and_the_last_text_comes_back():
    async def test(app):
        await search(app, "nowhere")
        assert said(app) == "not in the code, variables or transcript"
        assert await sought(app) == "not in the code, variables or transcript"
        await app.pilot.press("escape")
        await app.pilot.pause()
        await app.pilot.press("slash")
        await app.pilot.pause()
        assert said(app) == "not in the code, variables or transcript"
        await app.pilot.press("w")  # it takes the place of the last text, and opens no lessons
        await app.pilot.pause()
        assert app.main._search_bar._field.value == "w"
        assert app.app.screen is app.main

    drive(test)


@pytest.mark.slow
def test_the_pane_with_the_focus_is_searched_first():
    async def test(app):
        await app.press("N", "d", "d", "d")
        app.main.query_one("#transcript").focus()
        await app.pilot.pause()
        await search(app, "loss")
        assert (await sought(app)).endswith("in the transcript")

    drive(test)


@pytest.mark.slow
def test_of_very_much_that_was_printed_the_last_lines_are_searched(monkeypatch):
    monkeypatch.setattr(transcript, "MOST_SEARCHED", 20)

    async def test(app):
        await app.press("G")
        await app.ended()
        await search(app, "epoch 3: w")
        assert said(app).startswith("not in the code")
        assert "the last" in said(app)

    drive(test, values={"epochs": 300}, size=(160, 40))
