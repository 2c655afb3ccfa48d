"""Running to the end whatever the pace, and resting, with no clock but the test's."""

from __future__ import annotations

import math

import pytest

from gdtui import Script
from gdtui.engine.play.player import PAUSE, Player
from gdtui.engine.play.report import FLAT_OUT, Activity

PATIENCE = 60
FOREVER = Script("w = 1.0\nloss = 1.0\nwhile True:\n    loss = w * w\n    w -= 1e-9 * w\n")


@pytest.fixture
def long_player(player, clock):
    """A player that needs many turns to get to the end."""
    player.load(Script.stage("manual").with_settings({"epochs": 20_000, "print_every": 10**6}))
    clock.tick = 0.001
    return player


# The player ---------------------------------------------------------------------------


@pytest.mark.parametrize("pace", [1.0, 30.0, FLAT_OUT])
def test_finishing_runs_to_the_end_at_once_whatever_the_pace(player, reports, pace):
    player.set_pace(pace)
    player.finish()
    assert player.playing
    assert player.tick() is None
    assert not player.playing
    assert player.timeline.epoch == 10
    assert reports[-1].moment.status == "finished"
    assert reports[-1].pace == player.pace == pace


@pytest.mark.slow
def test_the_reported_pace_is_infinite_while_it_finishes(long_player, reports):
    long_player.set_pace(2.0)
    del reports[:]
    long_player.finish()
    while long_player.playing:
        assert long_player.tick() in (PAUSE, None)
    assert len(reports) > 2
    assert {report.activity for report in reports[:-1]} == {Activity.PLAYING}
    assert {report.pace for report in reports[:-1]} == {FLAT_OUT}
    assert (reports[-1].activity, reports[-1].pace) == (Activity.PAUSED, 2.0)
    assert len(reports[-1].history) == 20_000


def test_a_pause_ends_it(long_player, reports):
    long_player.finish()
    long_player.tick()
    long_player.pause()
    epoch = long_player.timeline.epoch
    assert 0 < epoch < 20_000
    assert (reports[-1].activity, reports[-1].pace) == (Activity.PAUSED, 10.0)
    assert long_player.tick() is None
    assert long_player.timeline.epoch == epoch


def test_a_move_ends_it(long_player, reports):
    long_player.finish()
    long_player.tick()
    long_player.move(lambda timeline: timeline.step())
    assert (reports[-1].activity, reports[-1].pace) == (Activity.PAUSED, 10.0)
    assert long_player.tick() is None


def test_playing_after_a_pause_is_at_the_pace_again(long_player, reports):
    long_player.finish()
    long_player.tick()
    long_player.pause()
    epoch = long_player.timeline.epoch
    long_player.play()
    assert (reports[-1].activity, reports[-1].pace) == (Activity.PLAYING, 10.0)
    long_player.tick()
    assert long_player.timeline.epoch == epoch + 1


@pytest.mark.parametrize("slow_down", [Player.play, lambda player: player.set_pace(5.0)])
def test_playing_or_a_pace_ends_the_hurry(long_player, reports, slow_down):
    long_player.finish()
    long_player.tick()
    epoch = long_player.timeline.epoch
    slow_down(long_player)
    assert (reports[-1].activity, reports[-1].pace) == (Activity.PLAYING, long_player.pace)
    assert long_player.pace < FLAT_OUT
    for beat in range(1, 4):
        wait = long_player.tick()
        assert long_player.timeline.epoch == epoch + beat
        assert 0 < wait <= 1 / long_player.pace
        long_player._clock.now += wait


def test_finishing_while_it_plays_hurries_it(player, reports):
    player.play()
    player.tick()
    assert player.timeline.epoch == 1
    player.finish()
    assert reports[-1].pace == FLAT_OUT
    assert player.tick() is None
    assert player.timeline.epoch == 10


def test_finishing_twice_is_finishing(player, reports):
    player.finish()
    player.finish()
    assert player.playing
    assert reports[-1].pace == FLAT_OUT
    assert player.tick() is None
    assert player.timeline.epoch == 10


def test_there_is_nothing_to_finish_at_the_end_or_without_a_script(player, reports, clock):
    player.finish()
    player.tick()
    player.finish()
    assert not player.playing
    assert player.tick() is None
    assert (reports[-1].activity, reports[-1].pace) == (Activity.PAUSED, 10.0)
    empty = Player(reports.append, clock)
    empty.finish()
    assert not empty.playing
    assert empty.tick() is None


def test_a_script_loaded_while_another_finishes_waits(long_player, reports):
    long_player.finish()
    long_player.tick()
    long_player.load(Script.stage("manual"))
    assert reports[-1].moment.status == "ready"
    assert reports[-1].pace == 10.0
    assert long_player.tick() is None


# The worker ---------------------------------------------------------------------------


def playing(report):
    return report.activity == Activity.PLAYING


def paused(report):
    return report.activity == Activity.PAUSED


def test_a_worker_finishes_a_script_at_a_slow_pace(worker, listener):
    worker.load(Script.stage("manual").with_settings({"epochs": 5000, "print_every": 1000}))
    worker.set_pace(0.001)
    worker.finish()
    assert listener.wait_for(playing).pace == FLAT_OUT
    report = listener.wait_for(lambda report: report.moment.status == "finished")
    assert report.pace == 0.001
    assert len(report.history) == 5000


def test_a_worker_that_finishes_can_be_paused_and_slowed_down(worker, listener):
    worker.load(FOREVER)
    worker.finish()
    listener.wait_for(lambda report: playing(report) and report.moment.epoch > 0)
    worker.set_pace(0.001)
    listener.wait_for(lambda report: playing(report) and report.pace == 0.001)
    worker.finish()
    epoch = listener.wait_for(lambda report: report.pace == math.inf).moment.epoch
    listener.wait_for(lambda report: playing(report) and report.moment.epoch > epoch)
    worker.pause()
    assert listener.wait_for(paused).pace == 0.001


def test_commands_are_carried_out_while_it_rests(worker, listener):
    worker.rest(3600)
    worker.load(FOREVER)
    worker.step()
    worker.step()
    worker.next_epoch()
    listener.wait_for(lambda report: paused(report) and report.moment.step == 2)
    worker.seek(50)
    listener.wait_for(lambda report: paused(report) and report.moment.epoch == 50)


def test_it_does_not_play_on_while_it_rests(worker, listener):
    worker.load(FOREVER)
    worker.set_pace(FLAT_OUT)
    worker.rest(3600)
    worker.play()
    assert listener.wait_for(playing).moment.epoch == 0
    for pace in range(1, 51):
        worker.set_pace(pace)
        report = listener.wait_for(lambda report, pace=pace: report.pace == pace)
        assert playing(report)
        assert report.moment.epoch == 0
    worker.pause()
    assert listener.wait_for(paused).moment.epoch == 0


def test_it_plays_on_when_the_rest_is_over(worker, listener):
    worker.load(Script.stage("manual"))
    worker.rest(3600)
    worker.finish()
    assert listener.wait_for(playing).moment.epoch == 0
    worker.go_on()
    listener.wait_for(lambda report: report.moment.status == "finished")


@pytest.mark.slow
def test_a_rest_in_the_middle_of_playing_ends_with_go_on(worker, listener):
    worker.load(FOREVER)
    worker.finish()
    for _ in range(20):
        epoch = listener.wait_for(playing).moment.epoch
        worker.rest(3600)
        worker.go_on()
        listener.wait_for(lambda report, epoch=epoch: report.moment.epoch > epoch)
    worker.pause()
    listener.wait_for(paused)


def test_a_worker_that_rests_can_be_stopped(worker, listener):
    worker.load(FOREVER)
    worker.rest(3600)
    worker.play()
    listener.wait_for(playing)
    assert worker.stop()


def test_a_rest_ends_the_turn_that_a_run_is_having(worker, listener, monkeypatch):
    # A turn that would never end by itself: nothing is reported before the run makes way.
    monkeypatch.setattr("gdtui.engine.play.player.SLICE", math.inf)
    worker.load(FOREVER)
    worker.finish()
    epoch = listener.wait_for(playing).moment.epoch
    for _ in range(3):
        while listener.reports.empty():
            worker.rest(3600)
            worker.go_on()
        report = listener.wait_for(playing)
        assert report.moment.epoch > epoch
        epoch = report.moment.epoch
    worker.pause()
    listener.wait_for(paused)
