"""Driving the app in tests: the real one, without a terminal, with real keys."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from time import monotonic

from rich.segment import Segment
from textual import events
from textual._context import active_app
from textual.keys import _character_to_key
from textual.widget import Widget
from textual.widgets import Input

from gdtui.ui.app import GdtuiApp
from gdtui.ui.screens.main import MainScreen

WIDE = (120, 36)
_AT_MOST = 1.0
"""Seconds. A run that goes flat out never leaves the app without something to do."""
_TURNS = 3
"""So many turns of the loop in a row without anything to do: what comes from a socket or is due
by now joins in on the next turn."""

_AT_ONCE = 0.0
_SOON = 0.005
_LOOKS = 5


async def until_idle(*_: float) -> None:
    """Wait until the app's loop has nothing left to do, and all that has changed is drawn.

    Textual's pilot takes a process that used no processor for 20 ms to be idle. On a machine that
    has other things to do that is so of one that had no turn.
    """
    ready = asyncio.get_running_loop()._ready
    begun, quiet = monotonic(), 0
    while quiet < _TURNS and monotonic() - begun < _AT_MOST:
        await asyncio.sleep(0)
        quiet = 0 if ready else quiet + 1
        if quiet == _TURNS and _draws():
            quiet = 0


def _draws() -> bool:
    """Draw now what the app's timers would draw soon. Returns whether there was anything."""
    app = active_app.get()
    if not app.screen_stack or app._batch_count:
        return False
    if app._resize_timer is not None:
        app._check_resize()
        return True
    screen = app.screen
    is_due = (
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
    if is_due:
        screen._on_timer_update()
    return bool(is_due)


class Driver:
    """An open app and its pilot."""

    def __init__(self, app: GdtuiApp, pilot) -> None:
        self.app = app
        self.pilot = pilot
        # It would ask each widget whether it is done.
        pilot._wait_for_screen = until_idle

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

    async def submit(self, text: object) -> None:
        """Put a text into the field of the screen above, and press enter there."""
        screen = self.app.screen
        await self.until(lambda: screen.focused is not None)
        field = screen.query_one(Input)
        field.value = str(text)
        field.focus()
        await self.until(lambda: field.has_focus)
        await self.pilot.press("enter")
        await self.pilot.pause()

    def field(self, name: str):
        return next(each for each in self.main.query("TextField") if each.name == name)

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
        region = self.main.query_one(selector, Widget).region
        # Of the whole screen it would take far longer, and it is asked for again and again.
        rows = range(region.y, region.bottom)
        lines = self.app.screen._compositor._render_chops(region, rows.__contains__)
        inside = range(region.x, region.right)
        return "\n".join(
            "".join(_plain(strip) for left, strip in line.items() if strip and left in inside)
            for line in lines[region.y : region.bottom]
        )


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
