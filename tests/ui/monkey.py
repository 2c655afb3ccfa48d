"""A monkey at the keyboard: random keys, clicks and sizes, the same ones for the same seed.

``python tests/ui/monkey.py --seed 1 --actions 200000`` plays for long, and prints how much memory
the session takes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import random
import resource
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from driving import until_idle
from textual import events
from textual.keys import _character_to_key
from textual.timer import Timer

from gdtui.engine.run.timeline import Timeline
from gdtui.ui.app import GdtuiApp
from gdtui.ui.commands.table import COMMANDS
from gdtui.ui.late_messages import TakesAllKeys

_LEAVE = {"q", "ctrl+c", "ctrl+q"}
_EDITING = [
    "backspace",
    "delete",
    "home",
    "end",
    "up",
    "down",
    "pageup",
    "pagedown",
    "tab",
    "enter",
]
KEYS = sorted({key for command in COMMANDS for key in command.keys} - _LEAVE) + _EDITING
TYPED = list("0123456789.,-+e[]()'\"abcs= ")
SIZES = [(120, 36), (160, 50), (100, 30), (80, 24), (64, 18), (40, 12), (20, 5), (1, 1), (200, 70)]
FAILING = (
    "w = 1.0\nfor epoch in range(50):\n    loss = w * w\n    w -= 0.1 * w\n    1 / (epoch - 7)\n"
)


_PATIENCE = 60.0
"""Seconds that a library may take to come in."""


class Monkey:
    """Plays with one app after another until it has had enough."""

    def __init__(
        self, seed: int, folder: Path, say: Callable[[str], object] = lambda _: None
    ) -> None:
        self._chance = random.Random(seed)
        self._say = say
        self._scripts = ["manual", "manual", "autograd", "model", str(folder / "failing.py")]
        (folder / "failing.py").write_text(FAILING)
        self.done = 0

    async def play(self, actions: int) -> None:
        """Do so many things, in as many sessions as that takes."""
        while self.done < actions:
            app = GdtuiApp(self._chance.choice(self._scripts))
            async with app.run_test(size=self._chance.choice(SIZES[2:5])) as pilot:
                # It would ask each widget whether it is done, for 30 seconds at most.
                pilot._wait_for_screen = until_idle
                while self.done < actions and app.is_running:
                    self.done += 1
                    await self._act(app, pilot)
                    if self.done % 5000 == 0:
                        self._say(f"{self.done} actions, {_megabytes()} MB")

    async def _act(self, app: GdtuiApp, pilot) -> None:
        if isinstance(app.screen, TakesAllKeys) and self._chance.random() < 0.1:
            # It would type there for the rest of its time.
            for key in self._chance.choice([("escape", "escape"), ("ctrl+s",)]):
                self._press(app, key)
        chance = self._chance.random()
        if chance < 0.80:
            self._press(app, self._chance.choice(KEYS))
        elif chance < 0.90:
            self._press(app, self._chance.choice(TYPED))
        elif chance < 0.94:
            self._click(app)
        elif chance < 0.945:
            await pilot.resize_terminal(*self._chance.choice(SIZES))
        elif chance < 0.9995:
            await asyncio.sleep(0)
        else:
            self._press(app, self._chance.choice(sorted(_LEAVE)))
        if self._chance.random() < 0.08:
            # Else the next one comes before anything has come of this one.
            await pilot.pause(0.0)

    def _press(self, app: GdtuiApp, key: str) -> None:
        name = _character_to_key(key) if len(key) == 1 else key
        event = events.Key(name, key if len(key) == 1 else None)
        event.set_sender(app)
        app.post_message(event)

    def _click(self, app: GdtuiApp) -> None:
        if not app.screen_stack:
            return
        width, height = app.size
        x, y = self._chance.randrange(max(1, width)), self._chance.randrange(max(1, height))
        given = (None, x, y, 0, 0, 1, False, False, False, x, y, None)
        for kind in (events.MouseMove, events.MouseDown, events.MouseUp):
            event = kind(*given)
            event.set_sender(app)
            app.post_message(event)


def play(
    seed: int, actions: int, folder: Path, say: Callable[[str], object] = lambda _: None
) -> None:
    """Let a monkey play, and see that it has broken nothing and that nothing is left of it.

    Raises:
        AssertionError: a thread, a task or a run is left.
        Exception: whatever went wrong in the app.
    """

    async def session() -> None:
        await Monkey(seed, folder, say).play(actions)
        # The last timers are told to end, and need a turn of the loop for it.
        for _ in range(200):
            await asyncio.sleep(0)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, [_told(each) for each in left]

    before = set(threading.enumerate())
    with contextlib.chdir(folder):  # it saves sessions and opens files
        asyncio.run(session())
    # A worker that waited for a library when the app was left ends once that has come in.
    workers = [each for each in set(threading.enumerate()) - before if each.name == "gdtui worker"]
    for each in workers:
        each.join(_PATIENCE)
    threads = [each.name for each in set(threading.enumerate()) - before]
    assert set(threads) <= {"gdtui libraries"}, threads
    gc.collect()
    runs = [each for each in gc.get_objects() if type(each) is Timeline]
    assert len(runs) <= 1, runs


def _told(task: asyncio.Task) -> str:
    """A task, and of a timer whose it is and what it would call."""
    frame = getattr(task.get_coro(), "cr_frame", None)
    timer = frame.f_locals.get("self") if frame is not None else None
    whose = f" of {timer.target!r}, calls {timer._callback}" if isinstance(timer, Timer) else ""
    return f"{task.get_name()}{whose}"


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--actions", type=int, default=5000)
    chosen = parser.parse_args()
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        play(chosen.seed, chosen.actions, Path(place), lambda text: print(text, flush=True))
    print(f"seed {chosen.seed}: {chosen.actions} actions, nothing broke, {_megabytes()} MB")
    sys.exit(0)
