"""Driving the app in tests: the real one, without a terminal, with real keys."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from rich.segment import Segment
from textual import events
from textual.keys import _character_to_key
from textual.widget import Widget

from gdtui.ui.app import GdtuiApp
from gdtui.ui.screens.main import MainScreen

WIDE = (120, 36)
_AT_ONCE = 0.0
_SOON = 0.005
_LOOKS = 5


class Driver:
    """An open app and its pilot."""

    def __init__(self, app: GdtuiApp, pilot) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        return self.app.main

    @property
    def moment(self):
        return self.app.report.moment

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the app go on until something holds. pytest's own limit ends a test in which
        it never does."""
        looks = 0
        while not condition():
            assert self.app.is_running, "the app has ended"
            # Without an argument the pilot would wait for the app to be idle, which it is not
            # while a run goes flat out. Whoever looks without a break keeps the run from going.
            await self.pilot.pause(_AT_ONCE if looks < _LOOKS else _SOON)
            looks += 1
        await self.pilot.pause()

    async def loaded(self) -> None:
        await self.until(lambda: self.moment is not None)

    async def press(self, *keys: str) -> None:
        """Press keys, each when the worker is done with the one before, as a person does."""
        for key in keys:
            await self.pilot.press(key)
            await self.until(lambda: self.app.idle)

    def burst(self, *keys: str) -> None:
        """Press keys faster than anything can come of them, as a hand on the keyboard does."""
        for key in keys:
            character = key if len(key) == 1 else None
            event = events.Key(_name_of(key), character)
            event.set_sender(self.app)
            self.app.post_message(event)

    async def ended(self) -> None:
        await self.until(
            lambda: self.moment and self.moment.status not in ("ready", "paused") and self.app.idle
        )

    async def type_into(self, name: str, text: str) -> None:
        """Replace what stands in a field, key by key."""
        field = self.field(name)
        field.focus()
        await self.pilot.pause()
        await self.pilot.press("end", *["backspace"] * len(field.value))
        keys = {"[": "left_square_bracket", "]": "right_square_bracket", ",": "comma"}
        keys |= {".": "full_stop", "-": "minus", " ": "space", "'": "apostrophe"}
        await self.pilot.press(*(keys.get(each, each) for each in text))

    def field(self, name: str):
        return next(each for each in self.main.query("Field") if each.name == name)

    def reason(self, name: str) -> str:
        """What the screen says is wrong with a field; empty if it says nothing."""
        row = next(each for each in self.main.query("SettingRow") if each.setting.name == name)
        return str(row.query_one(".reason").render()) if row.has_class("-wrong") else ""

    def screen_text(self) -> str:
        """All that is drawn, as lines of text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(_plain(strip) for strip in strips)

    def text_of(self, selector: str) -> str:
        """What is drawn of one pane."""
        widget = self.main.query_one(selector, Widget)
        region = widget.region
        strips = self.app.screen._compositor.render_strips()[region.y : region.bottom]
        return "\n".join(_plain(strip.crop(region.x, region.right)) for strip in strips)


def _name_of(key: str) -> str:
    return _character_to_key(key) if len(key) == 1 else key


def _plain(strip: list[Segment]) -> str:
    return "".join(segment.text for segment in strip)


def drive(test, stage="manual", values=None, size=WIDE, *, loaded=True, **options) -> None:
    """Open the app, wait for its first moment unless told not to, and run an async test with a
    driver."""

    async def run() -> None:
        app = GdtuiApp(stage, values, **options)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            if loaded:
                await driver.loaded()
            await test(driver)

    asyncio.run(run())


@contextlib.contextmanager
def no_thread_left():
    """Check that the worker's thread is gone afterwards."""
    import threading

    before = set(threading.enumerate())
    yield
    left = {each.name for each in set(threading.enumerate()) - before if "gdtui" in each.name}
    # The thread that imports libraries lives as long as the process.
    assert left <= {"gdtui libraries"}
