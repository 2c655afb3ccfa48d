"""Draws the pictures of the README: ``python assets/screenshots.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from animation import animated

from gdtui.lessons.format.library import find_lesson
from gdtui.ui.app import GdtuiApp

FOLDER = Path(__file__).parent
DARK, LIGHT = "gdtui-dark", "gdtui-light"
ON, WAIT = "enter", "wait"
"""A key, and a stop until the screen above has the result of its process."""

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
    (
        "pinned",
        "3",
        (120, 36),
        DARK,
        [*"NNNNNNNNNNNN", "c", "right_square_bracket", *"NNNNNNNN", "c", "]", *"NNN"],
    ),
    ("side-by-side", "1", (120, 36), LIGHT, ["k", ON, WAIT]),
    ("found", "broadcast", (120, 36), DARK, ["G", "F", WAIT]),
    ("diverging", "manual-diverging", (120, 36), DARK, ["N", "N", "N", "N", "v"]),
]
LESSONS = [
    ("lesson-dark", "4", (120, 36), DARK, [ON, "c", ON, ON, ON, "minus", "3", "0", ON]),
    ("bug-light", "b1", (120, 36), LIGHT, [ON, *["minus", "5", "5", "full_stop", "5"], ON, ON]),
    ("lesson-narrow", "1", (80, 24), DARK, [ON, "0", ON, ON, "3", "0", ON]),
]
SETTINGS = {"manual-diverging": ("1", {"learning_rate": 0.035})}
OWN = {"broadcast": "assets/broadcast.py"}


MOVING = ("moving", "2", (120, 36), DARK, [*"nnnnnn", *"NNNN", "p", "p", "]", *"NNN", "G"])
SHORT, LONG = 1.0, 2.5
"""How many seconds a frame of the moving picture is shown, and its last one."""


def draw(name: str, stage: str, size: tuple[int, int], theme: str, keys: list[str]) -> None:
    """Save one picture of the app, after some keys."""
    stage, values = SETTINGS.get(stage, (stage, {}))
    stage = OWN.get(stage, stage)
    save(name, GdtuiApp(stage, values), size, theme, keys)


def draw_lesson(name: str, lesson: str, size: tuple[int, int], theme: str, keys: list[str]) -> None:
    """Save one picture of a lesson, after some keys."""
    save(name, GdtuiApp(lesson=find_lesson(lesson)), size, theme, keys)


def draw_moving(name: str, stage: str, size: tuple[int, int], theme: str, keys: list[str]) -> None:
    """Save a moving picture of the app: a frame before the first key, and one after each."""
    pictures = asyncio.run(frames(GdtuiApp(stage), size, theme, keys))
    seconds = [SHORT] * (len(pictures) - 1) + [LONG]
    (FOLDER / f"{name}.svg").write_text(animated(pictures, seconds))


def save(name: str, app: GdtuiApp, size: tuple[int, int], theme: str, keys: Sequence[str]) -> None:
    """Save the last frame of an app."""
    picture = asyncio.run(frames(app, size, theme, keys))[-1]
    # Some programs that show pictures would drop the blanks at the start of a text.
    picture = picture.replace("<text ", '<text xml:space="preserve" ')
    (FOLDER / f"{name}.svg").write_text(picture)


async def frames(
    app: GdtuiApp, size: tuple[int, int], theme: str, keys: Sequence[str]
) -> list[str]:
    """Pictures of an app: before the first key, and after each."""
    pictures = []
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        for key in ["", *keys]:
            if key == WAIT:
                while not (app.screen.found and getattr(app.screen, "is_done", True)):
                    await pilot.pause(0.05)
            elif key:
                await pilot.press(key)
            while (
                app.report.moment is None
                or not app.idle
                or app.situation.playing
                or app.guide.is_moving
            ):
                await pilot.pause()
            await pilot.pause()
            pictures.append(app.export_screenshot())
    return pictures


for shot in SHOTS:
    draw(*shot)
for shot in LESSONS:
    draw_lesson(*shot)
draw_moving(*MOVING)
