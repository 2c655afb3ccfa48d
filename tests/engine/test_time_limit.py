"""A run for a limited time, whatever the script does."""

from __future__ import annotations

import threading

import pytest

from gdtui import Script, Timeline
from gdtui.engine.play import time_limit
from gdtui.engine.play.time_limit import run_within

LOOP = "w = 0.0\nfor epoch in range(5):\n    loss = (w - 1) ** 2\n    w -= 0.1 * (w - 1)\n"
ENDLESS = {
    "a statement after another": "    while True:\n        w = w + 0.0\n",
    "pass": "    while True:\n        pass\n",
    "one statement": "    [0 for _ in iter(int, 1)]\n",
    "a function": "    def f():\n        while True:\n            pass\n    f()\n",
    "what catches everything": "    while True:\n        try:\n            w = w + 0.0\n"
    "        except BaseException:\n            pass\n",
}


@pytest.fixture
def made(tmp_path):
    def make(text):
        path = tmp_path / "mine.py"
        path.write_text(text)
        return Timeline(Script.load(str(path)))

    return make


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(time_limit, "_GRACE", 0.02)


def test_a_run_that_ends_in_time_is_the_run_it_would_be(made):
    starts = []
    with made(LOOP) as timeline, made(LOOP) as other:
        assert run_within(timeline, 60, starts.append)
        other.run()
        assert timeline.outcome is other.outcome is not None
        assert list(timeline.history.loss) == list(other.history.loss)
    assert [(each.epoch, each.position) for each in starts] == [(0, (0, 0))]


def test_a_run_of_many_epochs_is_paused_between_two(made):
    with made(LOOP.replace("5", "10**9")) as timeline:
        assert run_within(timeline, 0.05)
        assert timeline.between_epochs
        assert timeline.outcome is None


@pytest.mark.parametrize("how", ENDLESS)
def test_an_epoch_without_an_end_is_left(made, impatient, how):
    with made(LOOP + ENDLESS[how]) as timeline:
        assert not run_within(timeline, 0.0)
        assert timeline.epoch == 1
        assert len(timeline.history) == 0


def test_so_is_a_script_that_does_not_come_to_its_loop(made, impatient):
    with made("while True:\n    pass\n" + LOOP) as timeline:
        assert not run_within(timeline, 0.0)
        assert timeline.epoch == 0


def test_what_a_script_raises_by_itself_is_its_own(made):
    with made(LOOP + "    raise ValueError('mine')\n") as timeline:
        assert run_within(timeline, 60)
        assert timeline.moment.message == "ValueError: mine"


def test_nothing_is_left_behind(made, impatient):
    """No thread, and no exception on its way: other runs of this thread are as before."""
    before = threading.active_count()
    for how in ENDLESS:
        with made(LOOP + ENDLESS[how]) as timeline:
            run_within(timeline, 0.0)
    assert threading.active_count() == before
    with made(LOOP) as timeline:
        timeline.run()
        assert len(timeline.history) == 5
