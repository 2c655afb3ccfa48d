"""Which variables have changed: every kind of change, by statement and by epoch."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.changes import find_changes
from gdtui.stages import KEYS

_LOOP = """import numpy as np
import torch
{above}
w = 8.0
for epoch in range(3):
    {statement}
    w -= 0.5 * w
"""


def own(text):
    """A script of one's own."""
    return Script(text, "own")


def names(variables):
    return [each.name for each in variables]


def after(above, statement, moves=1):
    """The changes that a statement made."""
    with Timeline(own(_LOOP.format(above=above, statement=statement))) as timeline:
        timeline.start()
        for _ in range(moves):
            moment = timeline.step()
        return find_changes(moment)


# One statement -----------------------------------------------------------------------

CHANGES = {
    "a number": ("a = 1.0", "a = 2.0"),
    "the sign of 0": ("a = 0.0", "a = -0.0"),
    "a type": ("a = 1", "a = 1.0"),
    "a whole number for a truth": ("a = 1", "a = True"),
    "a number for nothing": ("a = 1", "a = None"),
    "a text": ("a = 'one'", "a = 'two'"),
    "a new number for NaN": ("a = float('nan')", "a = 1.0"),
    "NaN for a number": ("a = 1.0", "a = float('nan')"),
    "an element": ("a = np.zeros(3)", "a[1] = 1.0"),
    "an element of many": ("a = np.zeros(2000)", "a[1000] = 1.0"),
    "an element of many to NaN": ("a = np.zeros(2000)", "a[1000] = np.nan"),
    "a shape": ("a = np.zeros(4)", "a = a.reshape(2, 2)"),
    "a shape of one number": ("a = np.array([1.0])", "a = a.reshape(1, 1)"),
    "a length": ("a = np.zeros(3)", "a = np.zeros(4)"),
    "an array for a tensor": ("a = torch.zeros(3)", "a = a.numpy()"),
    "a type of its elements": ("a = np.zeros(3)", "a = np.zeros(3, dtype=bool)"),
    "that it learns": ("a = torch.zeros(3)", "a.requires_grad_()"),
    "an entry of a list": ("a = [1, 2, 3]", "a[1] = 7"),
    "the order of a list": ("a = [1, 2, 3]", "a.reverse()"),
    "a longer list": ("a = [1, 2, 3]", "a.append(4)"),
    "an entry deep in lists": ("a = [1, [2, [3, np.ones(2)]]]", "a[1][1][1][0] = 5.0"),
    "an entry of a dict": ("a = {'b': 1}", "a['b'] = 2"),
    "a tuple for a list": ("a = [1, 2]", "a = (1, 2)"),
    "a step in place": ("a = torch.ones(2)", "a.mul_(3)"),
    "a gradient that appears": (
        "a = torch.ones(2, requires_grad=True)",
        "(3 * a).sum().backward()",
    ),
    "a gradient that grows": (
        "a = torch.ones(2, requires_grad=True); (3 * a).sum().backward()",
        "(3 * a).sum().backward()",
    ),
    "a gradient that goes": (
        "a = torch.ones(2, requires_grad=True); (3 * a).sum().backward()",
        "a.grad = None",
    ),
    "a gradient that is set to 0": (
        "a = torch.ones(2, requires_grad=True); (3 * a).sum().backward()",
        "a.grad.zero_()",
    ),
}
SAME = {
    "the same number": ("a = 1.0", "a = 1.0"),
    "NaN": ("a = float('nan')", "a = float('nan')"),
    "NaN computed anew": ("a = np.nan", "a = a + 1"),
    "an array with NaN": ("a = np.array([1.0, np.nan])", "a = a * 1"),
    "NaN in a list": ("a = [1.0, float('nan')]", "a = [1.0, float('nan')]"),
    "infinity": ("a = np.inf", "a = a + 1"),
    "an equal copy": ("a = np.arange(5)", "a = a.copy()"),
    "an equal tensor": ("a = torch.arange(5)", "a = a.clone()"),
    "an equal list": ("a = [1, [2.0, 'x']]", "a = [1, [2.0, 'x']]"),
    "nothing": ("a = None", "a = None"),
    "a gradient of NaN": (
        "a = torch.ones(1, requires_grad=True); (a * float('nan')).sum().backward()",
        "a.grad.mul_(2)",
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_variable_changes(kind):
    changes = after(*CHANGES[kind])
    assert "a" in names(changes.changed)
    assert "a" not in names(changes.same)
    assert names(changes.changed)[-1] == "epoch"
    assert set(names(changes.changed)) == {"a", "epoch"}
    assert changes.gone == ()


@pytest.mark.parametrize("kind", SAME)
def test_a_variable_stays_the_same(kind):
    changes = after(*SAME[kind])
    assert "a" in names(changes.same)
    assert set(names(changes.changed)) == {"epoch"}


def test_a_name_that_is_new_and_one_that_goes():
    changes = after("a = 1; c = 3", "b = 2; del a")
    assert changes.gone == ()
    assert names(changes.changed) == ["epoch", "b"]
    assert changes.since == "line 6"
    changes = after("a = 1; c = 3", "b = 2; del a", moves=2)
    assert changes.gone == ("a",)
    assert changes.changed == ()
    assert changes.since == "line 6"
    assert names(changes.same) == ["c", "w", "epoch", "b"]


def test_a_name_that_goes_and_comes_back():
    with Timeline(own(_LOOP.format(above="a = 1", statement="del a; a = 1"))) as timeline:
        timeline.start()
        assert find_changes(timeline.step()).gone == ("a",)
        assert names(find_changes(timeline.step()).changed) == ["a"]
        # By the epoch it is what it was.
        changes = find_changes(timeline.seek(1))
        assert "a" in names(changes.same)
        assert changes.gone == ()


def test_the_order_is_the_script_s_and_nothing_is_lost():
    with Timeline(
        own(_LOOP.format(above="a, b, c = 1, 2, 3", statement="c, a = 4, 5"))
    ) as timeline:
        moment = timeline.step()
        changes = find_changes(moment)
        assert names(changes.changed) == ["a", "c", "epoch"]
        assert names(changes.same) == ["b", "w"]
        assert {*names(changes.changed), *names(changes.same)} == set(names(moment.variables))


# Where it is counted from ------------------------------------------------------------


@pytest.mark.parametrize("stage", KEYS)
def test_a_stage_by_statement_and_by_epoch(stage):
    script = Script.stage(stage).with_settings({"epochs": 3})
    with Timeline(script) as timeline:
        changes = find_changes(timeline.start())
        assert (changes.since, changes.changed, changes.gone) == ("", (), ())
        moment = timeline.step()
        changes = find_changes(moment)
        assert changes.since == f"line {moment.line}"
        assert names(changes.changed) == ["epoch", "y_pred"]
        moment = timeline.step()
        assert names(find_changes(moment).changed) == ["loss"]
        by_epoch = find_changes(timeline.next_epoch())
        assert by_epoch.since == "epoch 1"
        assert {"epoch", "y_pred", "loss"} <= set(names(by_epoch.changed))
        by_epoch = find_changes(timeline.next_epoch())
        assert by_epoch.since == "epoch 2"
        assert {"epoch", "y_pred", "loss"} <= set(names(by_epoch.changed))
        assert {"x", "y", "inputs", "targets", "learning_rate"} <= set(names(by_epoch.same))
        # A jump to an epoch comes by its start as well.
        assert find_changes(timeline.seek(1)).since == "epoch 1"
        assert find_changes(timeline.back()).since.startswith("line ")


def test_after_running_flat_out_there_is_nothing_to_compare_with():
    with Timeline(Script.stage("manual")) as timeline:
        moment = timeline.run()
        changes = find_changes(moment)
        assert (changes.since, changes.changed, changes.gone) == ("", (), ())
        assert changes.same == moment.variables


def test_what_follows_the_loop_is_the_end_of_the_script():
    text = "w = 8.0\nfor epoch in range(2):\n    w -= 0.5 * w\nresult = w\nw = 0.0\n"
    with Timeline(own(text)) as timeline:
        for _ in range(3):
            moment = timeline.step()
        assert moment.status == "finished"
        changes = find_changes(moment)
        assert changes.since == "the end of the script"
        assert names(changes.changed) == ["w", "result"]


def test_the_statement_that_ends_a_run_by_divergence_is_named():
    text = (
        "w = 1.0\nloss = 1.0\nfor epoch in range(9):\n    loss = float('inf')\n    w -= 0.5 * w\n"
    )
    with Timeline(own(text)) as timeline:
        timeline.step()
        moment = timeline.step()
        assert moment.status == "diverged"
        changes = find_changes(moment)
        assert changes.since == "line 5"
        assert names(changes.changed) == ["w"]


def test_the_statement_that_fails_is_named():
    text = (
        "w = 1.0\nlog = []\nfor epoch in range(9):\n    w -= 0.5 * w\n    log.append(1) or 1 / 0\n"
    )
    with Timeline(own(text)) as timeline:
        timeline.step()
        moment = timeline.step()
        assert moment.status == "failed"
        changes = find_changes(moment)
        assert changes.since == "line 5"
        assert names(changes.changed) == ["log"]


def test_one_changed_element_of_an_array_is_seen_among_equal_texts():
    """The text of a long array leaves out its middle."""
    above = "a = np.zeros(5000)"
    changes = after(above, "a[2500] = 1e-9")
    (variable,) = [each for each in changes.changed if each.name == "a"]
    assert "..." in variable.text
    assert np.count_nonzero(variable.value) == 1
