"""Branches: a script that goes on in another way from an epoch on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.script.continuation import BranchError, branched
from gdtui.stages import KEYS

DESCENT = """
import numpy as np

x = np.array([1.0, 2.0])
w = 3.0
rate = {rate}
epochs = {epochs}


def slope(w):
    return {slope}


{head}
    grad = slope(w)
    loss = w * w
    w -= rate * grad
    {more}
"""


def script(
    rate="0.1", epochs="8", slope="2 * w", head="for epoch in range(epochs):", more="seen = w"
):
    text = DESCENT.format(rate=rate, epochs=epochs, slope=slope, head=head, more=more)
    return Script(text, "descent.py", "/descent.py")


def history(each):
    with Timeline(each) as timeline:
        moment = timeline.run()
        assert moment.failure is None, moment.message
        return timeline.history.loss[:], timeline.history.parameters["w"][:].ravel()


@given(st.integers(1, 7), st.floats(0.01, 0.9))
@settings(deadline=None, max_examples=25)
def test_a_branch_is_the_old_run_up_to_the_epoch_and_the_new_one_from_there(epoch, rate):
    old, new = script(), script(rate=repr(rate))
    if rate == 0.1:
        return
    _, made = history(branched(old, new, epoch))
    w, expected = 3.0, []
    for number in range(8):
        w -= (0.1 if number < epoch else rate) * (2 * w)
        expected.append(w)
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize(
    "head",
    [
        "for epoch in range(epochs):",
        "for epoch in range(1, epochs + 1):",
        "for each in [5] * epochs:",
        "for _ in range(0, 2 * epochs, 2):",
        "while w > 0.6:",
        "for epoch in range(\n    epochs\n):  # a comment",
    ],
)
def test_any_loop_at_the_top_level_can_be_branched(head):
    old, new = script(head=head), script(head=head, rate="0.02")
    losses, made = history(branched(old, new, 3))
    _, before = history(old)
    np.testing.assert_array_equal(made[:3], before[:3])
    assert made[3] == before[2] - 0.02 * (2 * before[2])
    assert len(losses) > 3


def test_a_changed_line_of_the_loop_and_a_changed_function_count_from_then_on():
    old = script()
    _, before = history(old)
    for new in (script(slope="4 * w"), script(more="w = w - 0.2 * w")):
        _, made = history(branched(old, new, 4))
        np.testing.assert_array_equal(made[:4], before[:4])
        assert made[4] != before[4]
    _, made = history(branched(old, script(slope="4 * w"), 4))
    assert made[4] == made[3] - 0.1 * (4 * made[3])


def test_more_epochs_are_those_of_the_whole_loop():
    made = branched(script(), script(epochs="12"), 5)
    assert len(history(made)[0]) == 12
    assert "# a branch" not in made.text


def test_a_branch_can_be_branched_and_the_later_one_counts():
    first = branched(script(), script(rate="0.2"), 3)
    assert first.values["rate"] == 0.1
    again = branched(first, first.with_settings({"rate": 0.3}), 3)
    _, made = history(again)
    assert made[3] == made[2] - 0.3 * (2 * made[2])
    later = branched(first, first.with_settings({"rate": 0.3}), 5)
    _, made = history(later)
    assert made[4] == made[3] - 0.2 * (2 * made[3])
    assert made[5] == made[4] - 0.3 * (2 * made[4])


@pytest.mark.slow
@pytest.mark.parametrize("stage", KEYS)
def test_every_stage_can_be_branched_and_stepped_back(stage):
    old = Script.stage(stage)
    new = old.with_settings({"learning_rate": old.values["learning_rate"] * 2})
    made = branched(old, new, 4)
    with Timeline(made) as timeline, Timeline(old) as before, Timeline(new) as after:
        for each in (timeline, before, after):
            each.run()
        losses = timeline.history.loss[:]
        np.testing.assert_array_equal(losses[:5], before.history.loss[:5])
        assert losses[5] not in (before.history.loss[5], after.history.loss[5])
        timeline.seek(2)
        assert timeline.moment.loss == pytest.approx(before.history.loss[1], abs=0)
        timeline.seek(6)
        assert timeline.moment.loss == losses[5]


@pytest.mark.slow
def test_an_optimizer_keeps_its_state_for_a_new_rate_and_is_made_anew_for_a_new_class():
    adam = Script.stage("optimizer").with_settings({"optimizer": "Adam"})
    made = branched(adam, adam.with_settings({"learning_rate": 0.5}), 4)
    assert 'group["lr"] = learning_rate' in made.text
    other = branched(adam, adam.with_settings({"optimizer": "RMSprop"}), 4)
    assert "optimizer = torch.optim.RMSprop" in other.text.partition("# a branch")[2]
    import torch

    x, y = torch.tensor([1.0, 2, 3, 4]), torch.tensor([2.0, 4, 6, 8])
    w = torch.tensor(0.0, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.01)
    losses = []
    for epoch in range(9):
        if epoch == 4:
            optimizer.param_groups[0]["lr"] = 0.5
        loss = torch.nn.MSELoss()(w * x, y)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    with Timeline(made) as timeline:
        timeline.seek(9)
        np.testing.assert_array_equal(timeline.history.loss[:9], losses)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (script(), script(), "nothing is changed"),
        (script(), script(head="for epoch in range(epochs * 2):"), "the line of the loop"),
        (
            Script("w = 1.0\nfor e in range(3): w -= 0.1 * w\n"),
            Script("w = 2.0\nfor e in range(3): w -= 0.1 * w\n"),
            "lines of its own",
        ),
        (
            Script("def f():\n    w = 1.0\n    for e in range(3):\n        w -= 0.1 * w\nf()\n"),
            Script("def f():\n    w = 2.0\n    for e in range(3):\n        w -= 0.1 * w\nf()\n"),
            "not in a function",
        ),
    ],
)
def test_what_cannot_be_branched_says_why(old, new, reason):
    with pytest.raises(BranchError, match=reason):
        branched(old, new, 2)


def test_a_changed_class_is_refused():
    text = (
        "class Net:\n    k = {k}\n\n\nnet = Net()\nw = 1.0\nfor e in range(3):\n    w -= 0.1 * w\n"
    )
    with pytest.raises(BranchError, match="class Net"):
        branched(Script(text.format(k=1)), Script(text.format(k=2)), 1)
