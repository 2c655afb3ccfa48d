"""Pictures of the app's screen as SVG, drawn without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from gdtui.ui.app import GdtuiApp
from gdtui.ui.plot_pictures import Size, alone

if TYPE_CHECKING:
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.run.timeline import Timeline


def screen_picture(
    app: GdtuiApp, size: Size, move: Callable[[Timeline], object]
) -> tuple[str, Moment]:
    """The app's screen as SVG once its run has made a move, and the moment that it shows."""
    return asyncio.run(_picture_of_screen(app, size, move))


async def _picture_of_screen(
    app: GdtuiApp, size: Size, move: Callable[[Timeline], object]
) -> tuple[str, Moment]:
    async with app.run_test(size=size) as pilot:
        moved = False
        while not moved or app.report.moment is None or not app.idle:
            if not moved and app.report.moment is not None and app.idle:
                app.ask(lambda worker: worker.perform(move))
                moved = True
            await pilot.pause()
        await pilot.pause()
        return alone(app.export_screenshot(title="gdtui")), app.report.moment
