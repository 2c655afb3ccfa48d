"""Shared by the tests of the lessons: lessons from a text, and runs at some place."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdtui import Script, Timeline
from gdtui.lessons.format.moves import parse_move
from gdtui.lessons.format.parser import parse_lesson
from gdtui.lessons.walk.navigation import Destination, Navigator


@pytest.fixture(scope="session")
def lesson_of():
    """A lesson from its steps, with a title or with other lines of front matter."""

    def make(steps, front="title: A lesson"):
        return parse_lesson(f"---\n{front}\n---\n\n{steps}", Path("lesson.md"))

    return make


@pytest.fixture(scope="session")
def snapshot_at():
    """What is to be seen of a run after some moves. A stage is given by its name."""

    def look(script, *moves, mark=0, **settings):
        script = Script.stage(script) if isinstance(script, str) else script
        script = script.with_settings(settings) if settings else script
        with Timeline(script) as timeline:
            destination = Destination(script, tuple(parse_move(move) for move in moves), mark)
            return Navigator().navigate(timeline, destination)

    return look
