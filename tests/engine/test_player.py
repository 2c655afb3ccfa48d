"""Playing at a pace, with a clock that the test moves."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from gdtui import Script
from gdtui.engine.play.player import PAUSE, SLICE, Player
from gdtui.engine.play.report import FLAT_OUT


def test_loading_is_said_before_anything_runs(player, reports):
    assert [report.activity for report in reports] == ["loading", "paused"]
    assert reports[0].moment is None
    assert reports[1].moment.status == "ready"
    assert reports[1].script.name == "manual"
    assert reports[1].transcript.text == "Prediction before training: f(5) = 0.000\n"


def test_nothing_is_due_while_paused(player):
    assert player.tick() is None


@pytest.mark.parametrize("pace", [1.0, 2.0, 5.0, 10.0, 30.0])
def test_one_epoch_a_beat(player, clock, pace):
    player.set_pace(pace)
    player.play()
    for epoch in range(1, 5):
        wait = player.tick()
        assert player.timeline.epoch == epoch
        assert wait == pytest.approx(1 / pace)
        clock.now += wait / 2
        assert player.tick() == pytest.approx(wait / 2)
        assert player.timeline.epoch == epoch
        clock.now = player._next_epoch


def test_a_slow_epoch_is_not_made_up_for(player, clock):
    player.set_pace(10.0)
    player.play()
    player.tick()
    clock.now += 5.0
    assert player.tick() == 0.0
    assert player.tick() == pytest.approx(0.1)
    assert player.timeline.epoch == 3


def test_playing_finishes_the_epoch_it_starts_in(player):
    player.move(lambda timeline: timeline.step())
    player.play()
    player.tick()
    assert player.timeline.epoch == 1
    assert player.timeline.between_epochs


def test_the_pace_may_change_while_playing(player, clock):
    player.set_pace(1.0)
    player.play()
    player.tick()
    player.set_pace(10.0)
    assert player.tick() == pytest.approx(0.1)
    assert player.timeline.epoch == 2


def test_flat_out_ends_and_says_so(player, clock, reports):
    player.set_pace(FLAT_OUT)
    player.play()
    assert player.tick() is None
    assert not player.playing
    assert reports[-1].activity == "paused"
    assert reports[-1].moment.status == "finished"
    assert len(reports[-1].history) == 10
    assert player.timeline.transcript.text.endswith("f(5) = 9.999\n")
    player.play()  # there is nothing left to play
    assert not player.playing


@pytest.mark.slow
def test_flat_out_runs_in_slices_and_reports_now_and_then(reports, clock):
    clock.tick = 0.0005
    player = Player(reports.append, clock)
    player.load(Script.stage("manual").with_settings({"epochs": 20_000, "print_every": 10**6}))
    player.set_pace(FLAT_OUT)
    player.play()
    before, slices = len(reports), 0
    while player.playing:
        start = player._clock()
        assert player.tick() in (PAUSE, None)
        assert player._clock() - start < 3 * SLICE
        slices += 1
    assert slices > 5
    assert 1 < len(reports) - before < slices
    player.close()


@pytest.mark.slow
def test_flat_out_reports_that_take_long_come_more_seldom(clock):
    clock.tick = 0.001
    begun = []

    def report(_):
        begun.append(clock.now)
        clock.now += 0.05

    player = Player(report, clock)
    player.load(Script.stage("manual").with_settings({"epochs": 20_000, "print_every": 10**6}))
    player.set_pace(FLAT_OUT)
    player.play()
    begun.clear()
    while player.playing:
        player.tick()
    *regular, _ = begun
    assert len(regular) > 1
    assert all(later - one >= 5 * 0.05 for one, later in pairwise(regular))
    player.close()


def test_a_move_stops_playing(player, reports):
    player.play()
    player.move(lambda timeline: timeline.step())
    assert not player.playing
    assert reports[-1].activity == "paused"
    assert reports[-1].moment.phase == "predict"


def test_every_run_has_its_own_number(player, reports):
    first = reports[-1].run
    player.load(Script.stage("manual").with_settings({"w": 1.0}))
    assert reports[-1].run > first
    assert reports[-1].moment.parameters == {"w": 1.0}
    assert len(reports[-1].history) == 0


@pytest.mark.parametrize("pace", [0.0, -1.0, math.nan])
def test_a_pace_is_positive(player, pace):
    with pytest.raises(ValueError, match="pace .* is not allowed"):
        player.set_pace(pace)
