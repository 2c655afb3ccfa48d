"""The way that a run has come: bounded however long it is, and with its start in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.landscape.parameter_path import ParameterPath
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.study import Study
from gdtui.engine.record.history import Field, History, Kind

X, Y = np.array([[1.0], [2.0]]), np.array([2.0, 4.0])


def a_study(values=()):
    """A study of a made-up run with one weight, which starts at -1 and ends each epoch at one of
    the values."""
    study = Study(Script.stage("manual"))
    study.problem = LinearProblem(X, Y, "w")
    study.start = {"w": -1.0}
    study.history = History()
    study.history.lay_out([Field(Kind.LOSS, "loss"), Field(Kind.PARAMETER, "w")])
    record(study, values)
    return study


def record(study, values):
    values = np.asarray(values, dtype=float)
    if len(values):
        study.history.table.extend(np.column_stack([np.zeros(len(values)), values]))


def kept(path, first=0, last=10**9):
    epochs, points = path.between(first, last)
    return epochs, points[:, 0].tolist() if len(epochs) else []


@pytest.mark.parametrize("capacity", [2, 3, 7, 400])
def test_a_long_run_is_bounded_and_keeps_its_start(capacity):
    count = 100_000 if capacity == 400 else 3_000
    study = a_study(np.arange(1, count + 1))
    path = ParameterPath(capacity)
    path.catch_up(study)
    epochs, values = kept(path)
    assert epochs[0] == 0
    assert values[0] == -1.0
    assert values[1:] == [float(epoch) for epoch in epochs[1:]]
    assert len(epochs) <= capacity
    strides = np.diff(epochs)
    assert (strides == strides[0]).all()
    assert count - epochs[-1] < strides[0]
    # Not more is left out than has to be.
    assert len(epochs) > capacity // 2 - 1


def test_a_short_run_is_kept_whole():
    study = a_study(range(1, 400))
    path = ParameterPath()
    path.catch_up(study)
    assert kept(path)[0] == list(range(400))


@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), max_size=12), st.integers(2, 20))
def test_whenever_it_catches_up_it_keeps_the_same(growth, capacity):
    whole, bit_by_bit = a_study(), a_study()
    path = ParameterPath(capacity)
    for count in growth:
        done = len(bit_by_bit.history)
        record(bit_by_bit, range(done + 1, done + count + 1))
        path.catch_up(bit_by_bit)
    record(whole, range(1, sum(growth) + 1))
    at_once = ParameterPath(capacity)
    at_once.catch_up(whole)
    path.catch_up(bit_by_bit)
    assert kept(path) == kept(at_once)


@given(st.integers(0, 60), st.integers(-5, 70), st.integers(-5, 70))
def test_between_takes_both_ends(count, first, last):
    study = a_study(range(1, count + 1))
    path = ParameterPath(16)
    path.catch_up(study)
    epochs, _ = kept(path)
    some, points = path.between(first, last)
    assert some == [epoch for epoch in epochs if first <= epoch <= last]
    assert len(points) == len(some)


def test_it_ends_where_a_run_is_no_longer_finite():
    study = a_study([1.0, 2.0, np.inf, 4.0])
    path = ParameterPath()
    path.catch_up(study)
    path.catch_up(study)
    assert kept(path) == ([0, 1, 2], [-1.0, 1.0, 2.0])


def test_without_a_start_there_is_nothing():
    study = a_study([1.0, 2.0])
    study.start = {}
    path = ParameterPath()
    path.catch_up(study)
    assert kept(path) == ([], [])
    study.start = {"w": -1.0}
    path.catch_up(study)
    assert kept(path) == ([0, 1, 2], [-1.0, 1.0, 2.0])


def test_of_a_real_run_every_epoch_is_there():
    script = Script.stage("model").with_settings({"epochs": 30})
    study, path = Study(script), ParameterPath()
    ends = []
    with Timeline(script) as timeline:
        for moment in (timeline.start(), *(timeline.next_epoch() for _ in range(30))):
            study.catch_up(moment, timeline.history)
            ends.append([moment.parameters["weight"], moment.parameters["bias"]])
            if study.problem is not None:
                path.catch_up(study)
        epochs, points = path.between(0, 30)
        assert epochs == list(range(31))
        assert points.tolist() == ends
        # Going back does not forget what was recorded.
        study.catch_up(timeline.seek(3), timeline.history)
        path.catch_up(study)
        assert path.between(0, 3)[0] == [0, 1, 2, 3]
        assert path.between(0, 30)[1].tolist() == ends
