"""Draws the screenshots of the README: ``python assets/screenshots.py``."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gdtui.ui.app import GdtuiApp

FOLDER = Path(__file__).parent
DARK, LIGHT = "textual-dark", "textual-light"
SHOTS = [
    ("wide-dark", "2", (120, 36), DARK, ["G", *"PPPPPPPP", "n", "n", "n"]),
    ("wide-light", "4", (120, 36), LIGHT, ["G", "l"]),
    ("narrow-dark", "1", (80, 24), DARK, ["N", "N", "n", "n", "n"]),
    ("narrow-light", "1", (80, 24), LIGHT, ["G", "P", "P", "l", "tab", "tab"]),
]


async def draw(name: str, stage: str, size: tuple[int, int], theme: str, keys: list[str]) -> None:
    """Save one picture of the app, after some keys."""
    app = GdtuiApp(stage)
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        while app.report.moment is None or not app.idle:
            await pilot.pause()
        for key in keys:
            await pilot.press(key)
            while not app.idle or app.situation.playing:
                await pilot.pause()
        await pilot.pause()
        picture = app.export_screenshot()
    # Some programs that show pictures would drop the blanks at the start of a text.
    picture = picture.replace("<text ", '<text xml:space="preserve" ')
    (FOLDER / f"{name}.svg").write_text(picture)


for shot in SHOTS:
    asyncio.run(draw(*shot))
