"""Shared by the tests of the engine: a clock that the test moves, a player and a worker."""

from __future__ import annotations

import queue
import threading

import pytest

from gdtui import Script, Worker
from gdtui.engine.play.player import Player

PATIENCE = 60


class Clock:
    """Stands still, or goes on by a little with every look at it."""

    def __init__(self):
        self.now = 100.0
        self.tick = 0.0

    def __call__(self):
        self.now += self.tick
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reports():
    return []


@pytest.fixture
def player(clock, reports):
    player = Player(reports.append, clock)
    player.load(Script.stage("manual"))
    yield player
    player.close()


class Listener:
    """Collects reports and waits for the one that matters."""

    def __init__(self):
        self.reports = queue.Queue()

    def __call__(self, report):
        assert threading.current_thread().name == "gdtui worker"
        self.reports.put(report)

    def wait_for(self, condition):
        while True:
            report = self.reports.get(timeout=PATIENCE)
            assert not report.error, report.error
            if report.moment and condition(report):
                return report


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def worker(listener):
    before = set(threading.enumerate())
    worker = Worker(listener)
    yield worker
    assert worker.stop()
    # The thread that imports libraries lives as long as the process.
    left = {each.name for each in set(threading.enumerate()) - before}
    assert left <= {"gdtui libraries"}
