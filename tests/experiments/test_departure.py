"""The first statement at which a quantity of a run leaves another run."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.experiments import departure as module
from gdtui.experiments.condition import ConditionError
from gdtui.experiments.departure import Departure, departure

SCRIPT = """
w = 1.0
b = 0.0
for epoch in range(60):
    pred = w * 2 + b
    loss = (pred - 3.0) ** 2
    dw = 4.0 * (pred - 3.0)
    db = 2.0 * (pred - 3.0)
    w -= {rate} * dw
    b -= {rate} * db{bias}
"""
LINES = {name: number for number, name in enumerate(["pred", "loss", "dw", "db", "w", "b"], 5)}


def script(rate="0.01", bias=""):
    return Script(SCRIPT.format(rate=rate, bias=bias), name="a.py", path="/a.py")


def first(one, other, name=""):
    with Timeline(one) as timeline:
        moment = departure(timeline, other, name)
        return moment and (moment.epoch, moment.line)


@pytest.mark.parametrize("epoch", [1, 2, 17, 60])
def test_each_quantity_leaves_at_its_own_statement(epoch):
    """The bias of one run is moved in the middle: at first it alone is another one."""
    one = script(bias=f" - (0.1 if epoch == {epoch - 1} else 0.0)")
    other = script()
    assert first(one, other) == (epoch, LINES["b"])
    assert first(one, other, "b") == (epoch, LINES["b"])
    later = None if epoch == 60 else epoch + 1
    assert first(one, other, "loss") == (later and (later, LINES["loss"]))
    assert first(one, other, "w") == (later and (later, LINES["w"]))
    assert first(one, other, "w.grad") == (later and (later, LINES["dw"]))


def test_the_epoch_agrees_with_what_both_have_recorded():
    one, other = script(), script(rate="(0.01 if epoch < 30 else 0.011)")
    with Timeline(one) as a, Timeline(other) as b:
        a.run()
        b.run()
        apart = a.history.parameters["w"][:] != b.history.parameters["w"][:]
    assert first(one, other, "w") == (int(np.argmax(apart)) + 1, LINES["w"]) == (31, LINES["w"])


def test_what_never_leaves_is_said_and_the_run_is_at_its_end():
    with Timeline(script()) as timeline:
        assert departure(timeline, script(), "w") is None
        assert timeline.outcome is not None
        assert timeline.epoch == 60


def test_another_start_has_left_before_the_first_epoch():
    other = Script(script().text.replace("w = 1.0", "w = 1.5"), name="b.py", path="/b.py")
    assert first(script(), other, "w") == (0, None)


def test_a_quantity_that_one_of_them_lacks_is_named():
    with pytest.raises(ConditionError, match=r"'q' is not in both runs; loss, w, b are"):
        first(script(), script(), "q")


def test_an_interrupt_cuts_it_short(monkeypatch):
    """Also while the other script runs."""
    monkeypatch.setattr(module, "_SLICE", 0.0)
    long = Script(script().text.replace("60", "10**9"), name="b.py", path="/b.py")
    with Timeline(script()) as timeline:
        threading.Timer(0.05, timeline.interrupt).start()
        assert departure(timeline, long) is None
        assert timeline.is_interrupted
        timeline.clear_interrupt()
        timeline.run()
        assert timeline.epoch == 60


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("left(w)", "w", ""),
        (" left ( fc1.weight.grad , B ) ", "fc1.weight.grad", "B"),
        ("left()", "", ""),
        ("left(loss, A)", "loss", "A"),
    ],
)
def test_how_it_is_asked(text, name, label):
    found = Departure.parse(text)
    assert (found.name, found.label) == (name, label)


@pytest.mark.parametrize("text", ["w > 3", "left", "left(w) and loss < 1", "stopped(w)", "leftw)"])
def test_what_does_not_ask_that(text):
    assert Departure.parse(text) is None
