"""The first statement at which two runs differ."""

from __future__ import annotations

import pytest

from gdtui import Script
from gdtui.engine.script.loop import Phase
from gdtui.experiments.comparison import compare

BY_HAND = """
import numpy as np
x = np.array([1.0, 2.0, 3.0])
y = 2 * x
w = 0.5
b = 0.0
lr = 0.05
factor = 1.0
for epoch in range(6):
    y_pred = w * x + b
    loss = ((y_pred - y) ** 2).mean()
    dw = (2 * x * (y_pred - y)).mean()
    db = (2 * (y_pred - y)).mean()
    w -= lr * dw
    b -= lr * db
"""


def first(one, other):
    (pair,) = compare([Script(one), Script(other)]).pairs
    return pair.first


def told(difference):
    """The epoch, the phase, and the names and lines of what differs."""
    if difference is None:
        return None
    found = [tuple((each.name, each.line) for each in pair) for pair in difference.readings]
    return difference.epoch, difference.phase, *found


def test_the_same_script_does_not_differ():
    assert first(BY_HAND, BY_HAND) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("y_pred = w * x + b", "y_pred = w * x + b + 1", (1, Phase.PREDICT, (("y_pred", 10),) * 2)),
        (").mean()\n    dw", ").sum()\n    dw", (1, Phase.LOSS, (("loss", 11),) * 2)),
        (
            "dw = (2 * x * (y_pred - y)).mean()",
            "dw = (2 * x * (y_pred - y)).sum()",
            (1, Phase.GRADIENT, (("w", 12),) * 2),
        ),
        ("b -= lr * db", "b -= 2 * lr * db", (1, Phase.UPDATE, (("b", 15),) * 2)),
        ("w = 0.5", "w = 0.25", (0, None, (("w", None),) * 2)),
        # Later than in the first epoch.
        (
            "    w -= lr * dw",
            "    w -= lr * dw * (1 if epoch < 3 else 2)",
            (4, Phase.UPDATE, (("w", 14),) * 2),
        ),
        (
            "    y_pred = w * x + b",
            "    y_pred = w * x + b + (epoch == 2)",
            (3, Phase.PREDICT, (("y_pred", 10),) * 2),
        ),
        # Smaller than rounding, and larger.
        ("b -= lr * db", "b -= lr * db * (1 + 1e-9)", None),
        ("b -= lr * db", "b -= lr * db * (1 + 1e-4)", (1, Phase.UPDATE, (("b", 15),) * 2)),
    ],
)
def test_a_change_is_found_at_its_statement(old, new, expected):
    assert BY_HAND.count(old) == 1
    assert told(first(BY_HAND, BY_HAND.replace(old, new))) == expected


def test_other_names_and_another_order_of_statements_are_no_difference():
    other = BY_HAND.replace("y_pred", "guess").replace("loss", "mse").replace("dw", "slope")
    other = other.replace(
        "    w -= lr * slope\n    b -= lr * db\n", "    b -= lr * db\n    w -= lr * slope\n"
    )
    assert other != BY_HAND
    assert first(BY_HAND, other) is None


def test_statements_in_functions_are_found():
    step = BY_HAND.replace(
        "    w -= lr * dw\n    b -= lr * db\n", "    w, b = w - lr * dw, b - lr * db\n"
    )
    assert first(BY_HAND, step) is None


@pytest.mark.slow
class TestStages:
    def pair(self, one, other, **settings):
        scripts = [Script.load(each) for each in (one, other)]
        scripts = [
            each.with_settings({k: v for k, v in settings.items() if k in each.values})
            for each in scripts
        ]
        return compare(scripts).pairs[0]

    def test_by_hand_the_sum_is_taken_and_autograd_has_the_mean(self):
        found = self.pair("1", "2", epochs=10).first
        assert (found.epoch, found.phase) == (1, Phase.GRADIENT)
        ((mine, theirs),) = found.readings
        assert (mine.value, theirs.value) == (-120.0, -30.0)
        script = Script.load("1").lines[mine.line - 1], Script.load("2").lines[theirs.line - 1]
        assert script == ("    dw = gradient(x, y, y_pred)", "    loss.backward()")

    def test_with_the_mean_both_take_the_same_path(self):
        found = self.pair("1", "2", epochs=20, reduction="mean")
        assert found.first is None
        assert 0 < found.largest.size < 1e-5

    @pytest.mark.parametrize(("one", "other"), [("2", "3"), ("4", "5")])
    def test_stages_that_do_the_same_do_not_differ(self, one, other):
        assert self.pair(one, other, epochs=30).first is None

    def test_with_batches_the_batch_is_found(self):
        script = Script.load("assets/batches.py")
        text = script.text.replace(
            "        total += loss.item()\n",
            "        total += loss.item()\n"
            "        if epoch == 1 and total > loss.item():\n"
            "            model[0].bias.data += 1\n",
        )
        (pair,) = compare([script, Script(text)]).pairs
        assert pair.first.epoch == 2
        name = pair.first.readings[0][1].name
        assert name == "0.bias"


def test_scripts_without_a_seed_meet_the_same_random_numbers():
    text = BY_HAND.replace("w = 0.5", "w = np.random.randn()")
    assert first(text, text) is None


def test_runs_of_other_lengths_are_compared_as_far_as_both_go():
    script = Script(BY_HAND)
    (pair,) = compare([script, script.with_settings({"epochs": 3})]).pairs
    assert (pair.first, pair.common_epochs) == (None, 3)


def test_runs_that_diverge_alike_do_not_differ():
    script = Script(BY_HAND).with_settings({"lr": 50.0, "epochs": 1000})
    (pair,) = compare([script, script]).pairs
    assert pair.first is None
    assert pair.one.diagnosis.verdict == "diverging"


def test_a_script_that_fails_is_compared_as_far_as_it_came():
    other = BY_HAND + "    assert epoch < 3\n"
    found = compare([Script(BY_HAND), Script(other)])
    (pair,) = found.pairs
    assert [run.failed for run in found.runs] == [False, True]
    assert (pair.first, pair.common_epochs) == (None, 3)


def test_one_that_fails_before_its_loop_has_nothing_to_compare():
    (pair,) = compare([Script(BY_HAND), Script("assert not 1\n" + BY_HAND)]).pairs
    assert (pair.first, pair.largest, pair.common_epochs, pair.pairs) == (None, None, 0, [])
