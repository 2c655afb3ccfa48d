"""Colours that can be read in every theme, and the theme that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import drive
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color

from gdtui.engine.errors import SettingError
from gdtui.ui.app import GdtuiApp
from gdtui.ui.themes import (
    DARK,
    GROUNDS,
    LIGHT,
    READABLE,
    TEXTS,
    VISIBLE,
    ThemeChoice,
    contrast,
    readable,
)

THEMES = sorted(GdtuiApp().available_themes)
OF_THE_TERMINAL = ("ansi-dark", "ansi-light")
"""What colours these have only the terminal knows."""


def test_the_contrast_of_known_pairs():
    black, white = Color.parse("black"), Color.parse("white")
    assert contrast(black, white) == contrast(white, black) == pytest.approx(21)
    assert contrast(white, white) == 1
    # The two greys that are quoted most: just enough on white, and just too little.
    assert contrast(Color.parse("#767676"), white) == pytest.approx(4.54, abs=0.01)
    assert contrast(Color.parse("#777777"), white) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [each for each in THEMES if each not in OF_THE_TERMINAL])
def test_text_and_curves_can_be_told_from_the_ground(theme):
    app = GdtuiApp(theme=theme)
    assert app.theme == theme
    texts = ("foreground", "faint", *TEXTS)
    colours = {each: Color.parse(app.theme_variables[each]) for each in (*GROUNDS, *texts, "grey")}
    for ground in GROUNDS:
        for text in texts:
            assert contrast(colours[text], colours[ground]) >= READABLE, (text, ground)
        assert contrast(colours["grey"], colours[ground]) >= VISIBLE
    assert contrast(colours["faint"], colours["foreground"]) > 1.1


@pytest.mark.parametrize("theme", OF_THE_TERMINAL)
def test_colours_of_the_terminal_are_left_alone(theme):
    app = GdtuiApp(theme=theme)
    assert app.theme_variables["foreground"] == "ansi_default"


def test_own_themes_need_no_help():
    for theme, lightest in ((DARK, False), (LIGHT, True)):
        plain = theme.to_color_system().generate()
        found = readable(plain)
        assert {name for name in plain if plain[name] != found[name]} <= {"text-secondary"}
        assert (Color.parse(plain["background"]).brightness > 0.97) is lightest


colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: Color(*rgb).hex6)


@given(colours, colours, colours)
def test_any_text_can_be_read_where_black_or_white_can(text, ground, plain):
    variables = {"background": ground, "foreground": plain, "text-primary": text}
    found = readable(variables)
    behind = Color.parse(ground)
    assert contrast(Color.parse(found["text-primary"]), behind) >= READABLE
    assert contrast(Color.parse(found["foreground"]), behind) >= READABLE
    if contrast(Color.parse(text), behind) >= READABLE:
        assert found["text-primary"] == text


@pytest.mark.slow
def test_the_theme_that_is_chosen_is_kept(tmp_path):
    path = tmp_path / "state" / "theme"
    kept = ThemeChoice(path)
    assert GdtuiApp(kept_theme=kept).theme == DARK.name

    async def test(driver):
        assert not path.exists()
        await driver.press("t")
        assert driver.app.theme == LIGHT.name

    drive(test, kept_theme=kept)
    assert path.read_text() == f"{LIGHT.name}\n"
    assert [each.name for each in path.parent.iterdir()] == ["theme"]
    assert GdtuiApp(kept_theme=kept).theme == LIGHT.name
    # For once another one.
    assert GdtuiApp(kept_theme=kept, theme="nord").theme == "nord"
    assert kept.read() == LIGHT.name


@pytest.mark.parametrize("text", ["", "no-such-theme", "\0", "x" * 1000, b"\xff\xfe"])
def test_a_damaged_choice_is_none(tmp_path, text):
    path = tmp_path / "theme"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert GdtuiApp(kept_theme=ThemeChoice(path)).theme == DARK.name


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    choice = ThemeChoice(tmp_path / "state" / "theme")
    choice.write("nord")
    assert choice.read() == ""


def test_an_unknown_theme_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="theme 'pink' is not known; the themes are .*nord"):
        GdtuiApp(theme="pink")


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    choice = ThemeChoice(tmp_path / "theme")
    choice.write("nord")

    def fail(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        choice.write("dracula")
    assert choice.read() == "nord"
    assert [each.name for each in tmp_path.iterdir()] == ["theme"]
    # What a process that was killed has left is used by the next.
    (tmp_path / "theme.new").write_text("half a na")
    choice.write("dracula")
    assert choice.read() == "dracula"
    assert [each.name for each in tmp_path.iterdir()] == ["theme"]
