"""A run with an observer, who hears of every statement."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from gdtui.engine.program.observing import ShiftPlace
from gdtui.engine.run.observer import Observer
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

TEXT = '''"""A line."""
import numpy as np


class Line:
    def __init__(self):
        self.w = 0.0

    def error(self, x, y):
        return self.w * x - y


x = np.array([1.0, 2.0])
y = np.array([2.0, 4.0])
line = Line()
for epoch in range(4):
    error = line.error(x, y)
    loss = np.mean(error ** 2)
    line.w -= 0.1 * 2 * np.mean(error * x)
'''


class Listener(Observer):
    """Keeps what it hears."""

    def __init__(self, *shifts):
        self.shifts = shifts
        self.heard = []
        self.taken = []
        self.place = None

    def begin(self, place):
        self.place = place

    def about(self, index):
        self.heard.append(("about", self.watched[index].line, self.place.epoch))

    def seen(self, index):
        names = sys._getframe(1).f_locals
        self.heard.append(("seen", self.watched[index].line, self.place.epoch))
        self.w = getattr(names.get("line"), "w", None)

    def difference(self, left, right):
        self.taken.append((np.shape(left), np.shape(right)))
        return left - right

    def shifted(self, path, value):
        return value + 0.3 if self.place.epoch == 2 else value


def run(*shifts):
    listener = Listener(*shifts)
    with Timeline(Script(TEXT), observer=listener) as timeline:
        timeline.run()
        return listener, timeline.history


def test_it_hears_of_each_statement_before_and_after():
    listener, _ = run()
    assert listener.heard[:4] == [
        ("about", 13, 0),
        ("seen", 13, 0),
        ("about", 14, 0),
        ("seen", 14, 0),
    ]
    first = [each for each in listener.heard if each[2] == 1]
    assert first == [(when, line, 1) for line in (17, 18, 19) for when in ("about", "seen")]


def test_it_hears_of_the_statements_of_methods_and_of_differences():
    listener, _ = run()
    assert ("seen", 7, 0) in listener.heard
    assert listener.taken == [((2,), (2,))] * 4
    assert listener.w == pytest.approx(2 - 2 * 0.5**4)


def test_the_run_is_the_same_as_without_it():
    _, observed = run()
    with Timeline(Script(TEXT)) as timeline:
        timeline.run()
        np.testing.assert_array_equal(observed.loss[:], timeline.history.loss[:])


def test_it_moves_a_variable_where_it_was_asked_to():
    _, plain = run()
    _, moved = run(ShiftPlace("line.w"))
    assert moved.loss[0] == plain.loss[0]
    w = float(plain.parameters["line.w"][0]) + 0.3
    assert moved.loss[1] == pytest.approx(np.mean((w * np.array([1, 2]) - [2, 4]) ** 2))


def test_it_moves_a_variable_behind_a_statement():
    _, plain = run()
    _, moved = run(ShiftPlace("line.w", 19, after=True))
    assert moved.loss[:2].tolist() == plain.loss[:2].tolist()
    assert moved.loss[2] != plain.loss[2]


def test_what_cannot_be_moved_stays_as_it_is():
    _, plain = run()
    _, moved = run(ShiftPlace("nobody.w"))
    assert moved.loss[:].tolist() == plain.loss[:].tolist()


def test_the_entries_of_what_is_given_a_value_are_its_targets():
    text = """a, w = {}, 0.0
for epoch in range(2):
    loss = (w - 1) ** 2
    a["k"], w = loss, w - 0.1 * 2 * (w - 1)
    a[epoch] = loss
"""
    listener = Listener()
    with Timeline(Script(text), observer=listener) as timeline:
        timeline.run()
    targets = {each.line: each.targets for each in listener.watched}
    assert targets[4] == ("a['k']", "w", "a")
    assert targets[5] == ("a",)
