"""How the app keeps up with a run that goes flat out, in the real app without a terminal.

    python tests/benchmarks/app.py [SECONDS]

Key presses come from a thread of their own, as they do from a terminal. Speeds are compared in
turns, since no machine is equally fast twice.
"""

from __future__ import annotations

import asyncio
import compileall
import fcntl
import os
import pty
import random
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

from textual import events

import gdtui
from gdtui import Script, Timeline
from gdtui.engine.play.report import Activity, Report
from gdtui.lessons.format.library import find_lesson
from gdtui.ui.app import GdtuiApp
from gdtui.ui.panes.plot import PlotPane

EPOCHS = 10_000_000
QUIET = {"epochs": EPOCHS, "print_every": 10_000}
LOUD = {"epochs": EPOCHS, "print_every": 1}

BARE = """
from textual.app import App
from textual.widgets import Footer, Header

class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Header()
        yield Footer()

Bare().run()
"""


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def flat_out(values, seconds, size=(120, 36)):
    """Epochs a second, redraws of each plot a second, and seconds from key to action."""
    app = GdtuiApp("manual", values)
    pressed: list[float] = []
    waits: list[float] = []
    act = app.action_log_scale

    def handled():
        waits.append(time.perf_counter() - pressed[-1])
        act()

    app.action_log_scale = handled
    async with app.run_test(size=size) as pilot:
        while app.report.moment is None:
            await pilot.pause()
        await pilot.press("G")
        # The two that have something new with every redraw.
        plots = [app.main.query_one(f"#{pane}", PlotPane) for pane in ("loss", "parameters")]
        await asyncio.sleep(0.5)
        drawn = [plot.redraws for plot in plots]
        before, begun = len(app.report.history), time.perf_counter()
        going = threading.Event()

        def press():
            while not going.wait(random.uniform(0.03, 0.09)):
                pressed.append(time.perf_counter())
                app.post_message(events.Key("l", "l"))

        presser = threading.Thread(target=press)
        presser.start()
        while time.perf_counter() - begun < seconds:
            await asyncio.sleep(0.1)
        going.set()
        took = time.perf_counter() - begun
        epochs = (len(app.report.history) - before) / took
        redraws = [(plot.redraws - was) / took for plot, was in zip(plots, drawn, strict=True)]
        presser.join()
    return epochs, redraws, waits


def alone(values, seconds):
    """Epochs a second of the same run without the app."""
    with Timeline(Script.stage("manual").with_settings(values)) as timeline:
        timeline.start()
        begun = time.perf_counter()
        timeline.run_for(seconds)
        return len(timeline.history) / (time.perf_counter() - begun)


async def redraw_cost(epochs):
    """A function that redraws everything after so many epochs, and its app."""
    app = GdtuiApp("manual", {"epochs": epochs, "print_every": max(1, epochs // 100)})
    context = app.run_test(size=(120, 36))
    pilot = await context.__aenter__()
    while app.report.moment is None:
        await pilot.pause()
    await pilot.press("G")
    while app.report.moment.status != "finished":
        await pilot.pause()
    for _ in range(1 + epochs // 30_000):  # the plots take in a bounded number at a time
        app.main.show_plots()

    def redraw():
        app.main.switch_log_scale()
        for plot in app.main.query(PlotPane):
            plot.render()

    return redraw, context


async def long_and_short():
    """The cost of a redraw at a million epochs over that at a thousand: median of turns."""
    short, first = await redraw_cost(1_000)
    long, second = await redraw_cost(1_000_000)
    ratios = []
    for turn in range(200):
        pair = [(short, "short"), (long, "long")]
        took = {}
        for redraw, name in pair if turn % 2 else reversed(pair):
            begun = time.perf_counter()
            redraw()
            redraw()
            took[name] = time.perf_counter() - begun
        ratios.append(took["long"] / took["short"])
    await second.__aexit__(None, None, None)
    await first.__aexit__(None, None, None)
    return statistics.median(ratios)


async def whole_redraw(stage, keys, moments=200, size=(160, 50)):
    """Seconds that it takes to show another moment in all panes in sight and to draw them, one
    for each of so many statements. ``keys`` open the views to measure with."""
    app = GdtuiApp(stage)
    with Timeline(Script.load(stage)) as timeline:
        timeline.seek(20)
        reports = [_report(timeline, timeline.step()) for _ in range(moments)]
    took = []
    async with app.run_test(size=size) as pilot:
        while app.report.moment is None:
            await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        for report in reports:
            begun = time.perf_counter()
            app.main.show_report(report, needs_torch=False)
            app.main.show_plots()
            app.screen._compositor.render_strips()
            took.append(time.perf_counter() - begun)
            await pilot.pause(0)
    return took[10:]


async def lesson_pages(lesson, size=(100, 30)):
    """Seconds from a key of a lesson until its next page stands on the screen, one for each page,
    with every question skipped."""
    app = GdtuiApp(lesson=find_lesson(lesson))
    took = []

    async def settled():
        while app.guide.walk is None or app.guide.is_busy or not app.idle:
            await asyncio.sleep(0)

    async with app.run_test(size=size) as pilot:
        while app.report.moment is None:
            await pilot.pause()
        await settled()
        await pilot.pause()
        while app.guide.walk.state != "over":
            before = app.guide.walk.page
            begun = time.perf_counter()
            app.simulate_key("s" if app.guide.walk.state == "asking" else "enter")
            while app.guide.walk.page is before:
                await asyncio.sleep(0)
            await settled()
            app.screen._compositor.render_strips()
            took.append(time.perf_counter() - begun)
            await pilot.pause()
    return took


def _report(timeline, moment):
    return Report(
        Activity.PAUSED, 10.0, timeline.script, moment, timeline.history, timeline.transcript
    )


def first_paint(command, sign):
    """Seconds from the start of a process to the frame that shows a text, in a terminal."""
    begun = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    seen = b""
    while sign not in seen:
        if not select.select([terminal], [], [], 20)[0]:
            raise SystemExit(f"{command} never showed {sign!r}")
        seen += os.read(terminal, 65536)
    took = time.perf_counter() - begun
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return took


REDRAWS = [
    ("4", "v", "stage 4, landscape and numbers open"),
    ("3", "v", "stage 3, landscape and numbers open"),
    ("4", "vdd", "stage 4, landscape and graph open"),
    ("4", "d", "stage 4, fit and variables open"),
]


def main():
    if sys.argv[1:2] == ["redraw"]:
        took = asyncio.run(whole_redraw(*sys.argv[2:]))
        middle, most = (percentile(took, share) * 1e3 for share in (0.5, 0.95))
        print(f"{middle:.1f} ms in the middle, {most:.1f} ms at 95 % of {len(took)} (mark 40)")
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    # As an installed package is.
    compileall.compile_dir(Path(gdtui.__file__).parent, quiet=1)
    ours = [sys.executable, "-m", "gdtui", "1"]
    bare = [sys.executable, "-c", BARE]
    ratios = [first_paint(ours, b"Settings") / first_paint(bare, b"Quit") for _ in range(15)]
    print(f"first paint: {statistics.median(ratios):.2f} of a bare Textual app (mark 1.5)")
    ratio = asyncio.run(long_and_short())
    print(f"a redraw at 1,000,000 epochs: {ratio:.2f} of one at 1,000 (mark 1.2)")
    for stage, keys, name in REDRAWS:
        # In a process of its own, since what earlier runs have left behind slows it down.
        command = [sys.executable, __file__, "redraw", stage, keys]
        took = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(f"a redraw of all panes at 160x50, {name}: {took.strip()}")
    took = [each for lesson in "1356" for each in asyncio.run(lesson_pages(lesson))]
    print(
        f"key to the next page of lessons 1, 3, 5 and 6: {percentile(took, 0.5) * 1e3:.0f} ms in "
        f"the middle, {percentile(took, 0.95) * 1e3:.0f} ms at 95 % of {len(took)}"
    )
    for name, values in (("quiet", QUIET), ("a line each epoch", LOUD)):
        shares, redraws, waits = [], [], []
        for _ in range(4):
            without = alone(values, seconds / 4)
            epochs, drawn, waited = asyncio.run(flat_out(values, seconds / 4))
            shares.append(epochs / without)
            redraws.append(min(drawn))
            waits += waited
        print(
            f"flat out, {name}: {statistics.median(shares):.2f} of the epochs (mark 0.5), "
            f"{statistics.median(redraws):.1f} redraws a second of each plot (mark 12), "
            f"key to action {percentile(waits, 0.5) * 1e3:.1f} ms in the middle, "
            f"{percentile(waits, 0.95) * 1e3:.1f} ms at 95 % of {len(waits)} (mark 20)"
        )


if __name__ == "__main__":
    main()
