"""The worker thread. Tests wait for what it reports, never for a time."""

from __future__ import annotations

import builtins
import math
import sys
import threading

import pytest

from gdtui import Script, SettingError, Timeline, Worker
from gdtui.engine.play.report import Activity
from gdtui.engine.play.worker import _move

PATIENCE = 60


def paused_at(epoch, step=None):
    return lambda report: (
        report.activity == Activity.PAUSED
        and report.moment.epoch == epoch
        and (step is None or report.moment.step == step)
    )


def status(name):
    return lambda report: report.moment.status == name


FOREVER = Script("w = 1.0\nloss = 1.0\nwhile True:\n    loss = w * w\n    w -= 1e-9 * w\n")


def test_play_pause_seek_step_back(worker, listener):
    worker.load(Script.stage("manual").with_settings({"epochs": 10_000, "print_every": 1000}))
    listener.wait_for(status("ready"))
    worker.set_pace(math.inf)
    worker.play()
    listener.wait_for(lambda report: report.moment.epoch > 0)
    worker.pause()
    listener.wait_for(lambda report: report.activity == Activity.PAUSED)
    worker.seek(123)
    report = listener.wait_for(paused_at(123))
    assert report.moment.parameters["w"] == report.history.parameters["w"][122]
    worker.step()
    assert listener.wait_for(paused_at(124, 1)).moment.phase == "predict"
    worker.next_epoch()
    listener.wait_for(paused_at(124, 5))
    worker.back()
    listener.wait_for(paused_at(124, 4))
    worker.previous_epoch()
    listener.wait_for(paused_at(123))
    worker.play()
    listener.wait_for(status("finished"))


def test_no_step_is_lost(worker, listener):
    worker.load(FOREVER)
    for _ in range(50):
        worker.step()
        worker.step()
        worker.back()
    listener.wait_for(paused_at(25, 2))


def test_steps_while_playing_pause_first(worker, listener):
    worker.load(FOREVER)
    worker.set_pace(math.inf)
    for _ in range(20):
        worker.play()
        epoch = listener.wait_for(lambda r: r.activity == Activity.PLAYING).moment.epoch
        worker.step()
        report = listener.wait_for(lambda r: r.activity == Activity.PAUSED)
        assert report.moment.epoch >= epoch


def test_a_later_seek_takes_the_place_of_an_earlier_one(worker, listener):
    worker.load(FOREVER)
    for epoch in (10**9, 5 * 10**8, 40):
        worker.seek(epoch)
    listener.wait_for(paused_at(40))


def test_a_seek_without_end_can_be_paused(worker, listener):
    worker.load(FOREVER)
    worker.seek(10**12)
    worker.pause()
    worker.seek(7)
    listener.wait_for(paused_at(7))


def test_loading_another_script_ends_the_first(worker, listener):
    worker.load(FOREVER)
    worker.seek(10**12)
    worker.load(Script.stage("manual"))
    report = listener.wait_for(lambda report: report.script.name == "manual")
    assert report.moment.status == "ready"


def test_changing_a_setting(worker, listener):
    with pytest.raises(ValueError, match="no script is loaded"):
        worker.change({"w": 1.0})
    worker.load(Script.stage("manual"))
    run = listener.wait_for(status("ready")).run
    with pytest.raises(SettingError, match="setting epochs: 0 is not allowed"):
        worker.change({"epochs": 0})
    changed = worker.change({"w": 1.0})
    report = listener.wait_for(lambda report: report.run > run)
    assert report.script == changed
    assert report.moment.parameters == {"w": 1.0}


def test_a_script_that_fails_leaves_the_worker_going(worker, listener):
    worker.load(Script("w = 1 / 0\nfor e in range(3):\n    w -= 0.1 * w\n"))
    report = listener.wait_for(status("failed"))
    assert report.moment.message == "ZeroDivisionError: division by zero"
    worker.step()
    worker.load(Script.stage("manual"))
    listener.wait_for(status("ready"))


@pytest.mark.parametrize(
    "text",
    [
        "w = 1.0\nfor e in range(9):\n    w -= 0.1 * w\n    while True: pass\n",
        "def hang():\n    while True: pass\nw = 1.0\nfor e in range(9):\n    w -= 0.1 * w\n    hang()\n",
        "def hang():\n    while True: pass\nhang()\nw = 1.0\nfor e in range(9):\n    w -= 0.1 * w\n",
    ],
)
def test_a_script_that_hangs_can_be_stopped(text, listener):
    worker = Worker(listener)
    started = threading.Event()
    worker._player._report = lambda report: started.set()
    worker.load(Script(text))
    worker.play()
    assert started.wait(PATIENCE)
    assert worker.stop(timeout=PATIENCE)


def test_stopping_twice_and_commands_after_it(listener):
    worker = Worker(listener)
    worker.load(FOREVER)
    worker.play()
    assert worker.stop()
    assert worker.stop()
    worker.step()
    worker.load(FOREVER)


def test_an_engine_fault_is_reported_and_survived(worker, listener):
    worker.load(FOREVER)
    listener.wait_for(status("ready"))
    worker._submit(_move(lambda timeline: 1 / 0))
    while not (report := listener.reports.get(timeout=PATIENCE)).error:
        pass
    assert report.activity == Activity.BROKEN
    assert "ZeroDivisionError" in report.error
    worker.step()
    listener.wait_for(paused_at(1, 1))


def test_the_interpreter_is_given_back_as_it_was(listener):
    import sys

    before = sys.getswitchinterval()
    Worker(listener).stop()
    assert sys.getswitchinterval() == before


def test_other_runs_do_not_wait_for_one_that_hangs():
    """A script that hangs outside of Python keeps its thread, not the process."""
    entered, wake = threading.Event(), threading.Event()
    worker = Worker(lambda report: None)
    builtins.hang = lambda: (entered.set(), wake.wait())
    try:
        worker.load(Script("hang()\nw = 1.0\nfor epoch in range(2):\n    w -= 0.1 * w\n"))
        assert entered.wait(PATIENCE)
        assert sys.argv == ["<script>"]
        assert not worker.stop(timeout=0)
        before = sys.modules["__main__"], sys.argv, sys.stdout
        assert sys.argv != ["<script>"]
        with Timeline(Script.stage("manual")) as timeline:
            assert timeline.run().status == "finished"
            wake.set()
            worker._thread.join(PATIENCE)
            timeline.seek(2)
        assert (sys.modules["__main__"], sys.argv, sys.stdout) == before
    finally:
        del builtins.hang
        wake.set()
