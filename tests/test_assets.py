"""The sample script does with gdtui what it does by itself, and the moving picture shows each of
its frames in its time."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from gdtui import Script, Timeline

ASSETS = Path(__file__).parent.parent / "assets"
SAMPLE = ASSETS / "batches.py"


@pytest.mark.slow
def test_the_sample_script():
    plain = subprocess.run(
        [sys.executable, str(SAMPLE)], capture_output=True, text=True, check=True
    ).stdout
    with Timeline(Script.from_file(SAMPLE)) as timeline:
        assert timeline.run().status == "finished"
        assert timeline.transcript.text == plain
        # What it prints as the loss of an epoch is what is recorded.
        for entry in list(timeline.transcript)[:-1]:
            assert (
                entry.text
                == f"epoch {entry.epoch}: loss = {timeline.history.loss[entry.epoch - 1]:.6f}\n"
            )
        w = timeline.seek(17).parameters["0.weight"]
        assert w.tobytes() == timeline.history.parameters["0.weight"][16].tobytes()


def load(name):
    found = importlib.util.spec_from_file_location(name, ASSETS / f"{name}.py")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


class Shown(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("", markup=True)


async def frames(texts: list[str]) -> list[str]:
    app, pictures = Shown(), []
    async with app.run_test(size=(20, 4)) as pilot:
        for text in texts:
            app.query_one(Static).update(text)
            await pilot.pause()
            pictures.append(app.export_screenshot())
    return pictures


def words(picture: str, at: float | None = None) -> set[tuple[str, str, str]]:
    """Place and text of all that a picture shows, a moving one at a share of its time."""
    times = {
        name: [
            (float(time), how) for time, how in re.findall(r"([\d.]+)% \{ visibility: (\w+)", rule)
        ]
        for name, rule in re.findall(r"@keyframes (\S+) \{ (.*) \}", picture)
    }
    found = set()
    for group in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}g"):
        steps = times.get(group.get("class") or "", [(0.0, "visible")])
        shown = at is None or [how for time, how in sorted(steps) if time <= at][-1] == "visible"
        if shown:
            found |= {
                (each.get("x"), each.get("y"), each.text or "")
                for each in group.iterfind("{http://www.w3.org/2000/svg}text")
                if (each.text or "").strip("\N{NO-BREAK SPACE}\n ")
            }
    return found


def test_a_moving_picture_shows_each_frame_in_its_time():
    texts = ["loss 30\n[red]w 0[/]", "loss 9\n[red]w 0[/]", "loss 30\n[blue]w < 2[/]", "end"]
    pictures = asyncio.run(frames(texts))
    moving = load("animation").animated(pictures, [1.0, 1.0, 2.0, 4.0])
    for middle, picture in zip([50 / 8, 150 / 8, 300 / 8, 600 / 8], pictures, strict=True):
        assert words(moving, middle) == words(picture) != set()
    assert len({frozenset(words(each)) for each in pictures}) == len(texts)
    # What does not move shows the last frame.
    hidden = re.findall(r'<g class="t(\d)-(\d)" visibility="hidden">', moving)
    assert hidden
    assert all(last != "3" for _, last in hidden)
    assert re.findall(r'<g class="t\d-3">', moving)
