"""Draws the screenshots of the README: ``python assets/screenshots.py``."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gdtui.lessons.format.library import find_lesson
from gdtui.ui.app import GdtuiApp

FOLDER = Path(__file__).parent
DARK, LIGHT = "gdtui-dark", "gdtui-light"
SHOTS = [
    ("wide-dark", "2", (120, 36), DARK, ["N", "N", "N", "N", "n", "n", "n"]),
    ("wide-light", "4", (120, 36), LIGHT, ["G", "l", "v"]),
    ("narrow-dark", "1", (80, 24), DARK, ["N", "N", "n", "n", "n"]),
    ("narrow-light", "1", (80, 24), LIGHT, ["G", "P", "P", "l", "tab", "tab", "tab", "tab"]),
    ("landscape", "4", (160, 50), DARK, [*"NNNNNNNNNNNN", "n", "n", "n", "n", "v"]),
    ("parabola", "3", (120, 36), DARK, ["N", "N", "N", "n", "n", "n", "v"]),
    ("graph", "5", (120, 36), LIGHT, ["N", "n", "n", "n", "d", "d"]),
    ("variables", "4", (120, 36), DARK, ["N", "N", "N", "d"]),
    ("read-out", "4", (120, 36), DARK, ["G", "v", "less_than_sign", "less_than_sign", "comma"]),
    ("diverging", "manual-diverging", (120, 36), DARK, ["N", "N", "N", "N", "v"]),
]
ON = "enter"
LESSONS = [
    ("lesson-dark", "4", (120, 36), DARK, [ON, "c", ON, ON, ON, "minus", "3", "0", ON]),
    ("bug-light", "b1", (120, 36), LIGHT, [ON, *["minus", "5", "5", "full_stop", "5"], ON, ON]),
    ("lesson-narrow", "1", (80, 24), DARK, [ON, "0", ON, ON, "3", "0", ON]),
]
SETTINGS = {"manual-diverging": ("1", {"learning_rate": 0.035})}


async def draw(name: str, stage: str, size: tuple[int, int], theme: str, keys: list[str]) -> None:
    """Save one picture of the app, after some keys."""
    stage, values = SETTINGS.get(stage, (stage, {}))
    await save(GdtuiApp(stage, values), name, size, theme, keys)


async def draw_lesson(
    name: str, lesson: str, size: tuple[int, int], theme: str, keys: list[str]
) -> None:
    """Save one picture of a lesson, after some keys."""
    await save(GdtuiApp(lesson=find_lesson(lesson)), name, size, theme, keys)


async def save(
    app: GdtuiApp, name: str, size: tuple[int, int], theme: str, keys: list[str]
) -> None:
    """Save one picture of an app, after some keys."""
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        while app.report.moment is None or not app.idle or app.guide.is_moving:
            await pilot.pause()
        for key in keys:
            await pilot.press(key)
            while not app.idle or app.situation.playing or app.guide.is_moving:
                await pilot.pause()
        await pilot.pause()
        picture = app.export_screenshot()
    # Some programs that show pictures would drop the blanks at the start of a text.
    picture = picture.replace("<text ", '<text xml:space="preserve" ')
    (FOLDER / f"{name}.svg").write_text(picture)


for shot in SHOTS:
    asyncio.run(draw(*shot))
for shot in LESSONS:
    asyncio.run(draw_lesson(*shot))
