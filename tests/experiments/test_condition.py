"""Conditions over the names of a run: what they may say, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.engine.record.summary import summarize
from gdtui.experiments.condition import Condition, ConditionError, parameter_of

LARGE = np.linspace(-1, 2, 20_000)


class Values:
    """Values that a test sets."""

    epoch = 7
    loss = 2.5
    parameters = ("w", "net[0].weight", "2.bias", "net.linear.weight")

    def parameter(self, name):
        return {"w": 1.5, "net[0].weight": np.array([1.0, 2.0]), "2.bias": 4.0}[name]

    def gradient(self, name):
        return {"w": -3.0}.get(name)

    def variable(self, name):
        return {"rate": 0.1, "word": "sum", "none": None, "large": summarize(LARGE)}[name]

    def variable_gradient(self, name):
        return {"rate": 5.0}.get(name)


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("w > 1", True),
        ("w > 1.5", False),
        ("epoch == 7 and loss < 3", True),
        ("w.grad < -2", True),
        ("rate.grad == 5", True),
        ("net[0].weight[1] == 2", True),
        ("all(net[0].weight > 1)", False),
        ("any(net[0].weight > 1)", True),
        ("model[2].bias == 4", True),
        ("word == 'sum'", True),
        ("finite", True),
        ("not finite", False),
        ("finite(w)", True),
        ("norm(net[0].weight) > 2.2", True),
        ("max(large) == 2", True),
        ("min(large) == -1 and len(large) == 20000 and finite(large)", True),
        # What is not there yet holds nothing.
        ("none > 0", False),
        ("later > 0", False),
        ("not later > 0", False),
        ("2.5 == round(loss, 1)", True),
    ],
)
def test_a_condition_reads_the_names_of_the_run(text, is_met):
    assert Condition(text).is_met(Values()) is is_met


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("w >", "'w >' is not an expression"),
        ("w = 3", "is not an expression"),
        ("w.data.fill_(0)", "only functions can be called, by their names"),
        ("exec('w')", "exec is no function here; abs, all, any"),
        ("__import__('os')", "__import__ is no function here"),
        ("(w := 3) > 2", "NamedExpr is not allowed"),
        ("stopped()", "stopped takes a name"),
        ("stopped(2)", "stopped takes a name"),
        ("stopped(w, 1, 2)", "stopped takes a name"),
    ],
)
def test_what_is_no_condition_is_refused_at_once(text, says):
    with pytest.raises(ConditionError) as error:
        Condition(text)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("w", "'w' is neither true nor false"),
        ("net[0].weight > 1", "net.0.weight has 2 numbers; say all(...), any(...)"),
        ("large > 1", "large has 20,000 numbers, of which only norm(large), mean, min, max"),
        ("sqrt(word) > 1", "cannot be computed"),
        ("round(w, 99) > 1", "round takes up to 15 digits"),
    ],
)
def test_what_cannot_be_told_says_what_to_write(text, says):
    with pytest.raises(ConditionError) as error:
        Condition(text).is_met(Values())
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("before", "text", "is_met"),
    [
        ({"w": 1.5}, "stopped(w)", True),
        ({"w": 1.4999}, "stopped(w)", False),
        ({"w": 1.4999}, "stopped(w, 0.001)", True),
        ({}, "stopped(w)", False),
        (None, "stopped(w)", False),
        ({"net.0.weight": np.array([1.0, 2.0])}, "stopped(net[0].weight)", True),
        ({"net.0.weight": np.array([1.0, 2.1])}, "stopped(net[0].weight)", False),
        ({"net.0.weight": np.array([1.0])}, "stopped(net[0].weight)", False),
        ({"large": summarize(LARGE)}, "stopped(large)", True),
        ({"large": summarize(LARGE + 1e-9)}, "stopped(large)", False),
    ],
)
def test_stopped_compares_with_the_epoch_before(before, text, is_met):
    assert Condition(text).is_met(Values(), before) is is_met


def test_a_nan_that_stays_has_stopped():
    class Broken(Values):
        def parameter(self, name):
            return np.nan

    assert Condition("stopped(w)").is_met(Broken(), {"w": np.nan})


def test_a_name_that_the_script_lacks_is_refused():
    script = Script.stage("manual")
    Condition("w > 3 and reduction == 'sum' and epoch > 2").refuse_unknown(script, Values())
    with pytest.raises(ConditionError, match="no name 'lerning_rate'; is learning_rate meant"):
        Condition("lerning_rate > 3").refuse_unknown(script, Values())


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("w", "w"),
        ("net.0.weight", "net[0].weight"),
        ("bias", "2.bias"),
        ("model.2.bias", "2.bias"),
        ("weight", None),
        ("net", None),
    ],
)
def test_a_parameter_is_found_by_the_names_that_people_use(name, parameter):
    assert parameter_of(name, Values.parameters) == parameter


def test_a_word_of_python_is_no_guess_for_a_name():
    script = Script("w = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n")
    with Timeline(script) as timeline:
        timeline.start()
        with pytest.raises(ConditionError, match=r"no name 'foo'$"):
            Condition("foo > 1").refuse_unknown(script, timeline.present)
