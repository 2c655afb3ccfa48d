"""The learning rate of a paused script, read and changed."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, ScriptError, Timeline
from gdtui.engine.run.rates import RateError

PLAIN = """
w = 1.0
lr = 0.1
for epoch in range(6):
    loss = w ** 2
    w -= lr * 2 * w
"""
IN_FUNCTION = """
lr = 0.1
def update(w):
    return w - lr * 2 * w
def fit():
    w = 1.0
    for epoch in range(6):
        loss = w ** 2
        w = update(w)
    return w
fit()
"""
TORCH = """
import torch
w = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([{"params": [w]}, {"params": [b], "lr": 0.2}], lr=0.1)
for epoch in range(6):
    loss = w ** 2 + b ** 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def losses_with(text, rates, setting=""):
    """The losses of a run in which each epoch has a rate of its own."""
    with Timeline(Script(text)) as timeline:
        for rate in rates:
            timeline.set_learning_rate(rate, setting)
            assert timeline.learning_rate(setting) == pytest.approx(rate)
            timeline.next_epoch()
        return timeline.history.loss.tolist()


@pytest.mark.parametrize("text", [PLAIN, IN_FUNCTION])
def test_the_setting_that_the_loop_reads_is_changed(text):
    expected, w = [], 1.0
    rates = [0.1, 0.3, 0.0, 0.25]
    for rate in rates:
        expected.append(w**2)
        w -= rate * 2 * w
    assert losses_with(text, rates) == pytest.approx(expected)


def test_another_name_can_be_given():
    text = PLAIN.replace("lr", "eta")
    with pytest.raises(RateError, match="neither an optimizer of torch nor a setting"):
        losses_with(text, [0.1])
    assert losses_with(text, [0.25, 0.25], "eta") == pytest.approx([1, 0.25])


@pytest.mark.slow
def test_the_groups_of_an_optimizer_keep_their_ratio():
    with Timeline(Script(TORCH)) as timeline:
        timeline.start()
        assert timeline.learning_rate() == 0.1
        timeline.set_learning_rate(0.25)
        moment = timeline.next_epoch()
    assert moment.parameters == {"w": 0.5, "b": 0.0}


@pytest.mark.slow
@pytest.mark.parametrize(
    "hold",
    [
        "class Trainer:\n    def __init__(self, optimizer):\n        self.optimizer = optimizer\nheld = Trainer(optimizer)",
        "held = [optimizer]",
        "held = {'a': (optimizer,)}",
    ],
)
def test_an_optimizer_may_be_held_by_something(hold):
    use = {"class": "held.optimizer", "held": "held[0]"}[
        hold[:5].strip().split(" ")[0][:5].rstrip()
    ]
    if "'a'" in hold:
        use = "held['a'][0]"
    text = TORCH.replace("for epoch", f"{hold}\ndel optimizer\nfor epoch").replace(
        "    optimizer.", f"    {use}."
    )
    with Timeline(Script(text)) as timeline:
        timeline.set_learning_rate(0.25)
        assert timeline.next_epoch().parameters["w"] == 0.5


@pytest.mark.slow
def test_a_rate_that_is_a_tensor_stays_the_tensor():
    text = TORCH.replace("lr=0.1)", "lr=torch.tensor(0.1))").replace(', "lr": 0.2', "")
    text = text.replace("for epoch", "rate = optimizer.param_groups[0]['lr']\nfor epoch")
    with Timeline(Script(text)) as timeline:
        timeline.set_learning_rate(0.25)
        moment = timeline.next_epoch()
    assert moment.variable("rate").value == 0.25


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAIN.replace("lr * 2", "0.1 * 2").replace("lr = 0.1\n", ""), "neither an optimizer"),
        (
            PLAIN.replace("for", "step = 2 * lr\nfor").replace("lr * 2 * w", "step * w"),
            "read before the training loop only",
        ),
        (
            IN_FUNCTION.replace("lr = 0.1\n", "")
            .replace("    w = 1.0", "    lr = 0.1\n    w = 1.0")
            .replace("update(w)\n    return w\nfit", "w - lr * 2 * w\n    return w\nfit"),
            "lr is a name of the function fit",
        ),
        (
            PLAIN.replace("lr = 0.1", "def f(lr=0.1):\n    return lr").replace("lr *", "f() *"),
            "lr stands where it is used",
        ),
    ],
)
def test_a_rate_that_cannot_be_changed_is_refused_with_the_reason(text, said):
    with pytest.raises(RateError, match=said) as error:
        losses_with(text, [0.1])
    assert "\n" not in str(error.value)


def test_a_setting_that_is_not_there_is_refused():
    with pytest.raises(ScriptError, match="unknown setting 'rate'; the settings are w, lr"):
        losses_with(PLAIN, [0.1], "rate")


def test_a_changed_run_goes_on_and_not_back():
    with Timeline(Script(PLAIN)) as timeline:
        timeline.seek(2)
        timeline.set_learning_rate(0.25)
        for move in (timeline.back, timeline.previous_epoch, lambda: timeline.seek(1)):
            with pytest.raises(ScriptError, match="was changed on the way cannot go back"):
                move()
        assert timeline.run().status == "finished"
        assert len(timeline.history) == 6


def test_the_rules_of_all_groups_are_read_where_a_loss_is_heard():
    heard = []
    with Timeline(Script(TORCH)) as timeline:
        timeline.hear_losses(lambda loss, parameters: heard.append(timeline.update_rules()))
        timeline.next_epoch()
        timeline.set_learning_rate(0.5)
        timeline.next_epoch()
    rates = [[each.options["lr"] for each in rules] for rules in heard]
    assert rates == [[0.1, 0.2], [0.5, 1.0]]
    first = heard[0][0]
    assert (first.type_name, first.options["momentum"], first.options["nesterov"]) == ("SGD", 0, 0)
    assert "params" not in first.options


def test_a_script_by_hand_has_no_rules():
    with Timeline(Script(PLAIN)) as timeline:
        assert timeline.update_rules() == []


def test_the_gradients_at_moved_parameters_leave_the_run_as_it_was():
    text = """
import numpy as np
theta, b = np.array([3.0, -1.0]), 2.0
for epoch in range(5):
    loss = np.sum(theta ** 2) + b ** 3
    d_theta, d_b = 2 * theta, 3 * b ** 2
    theta -= 0.1 * d_theta
    b -= 0.01 * d_b
"""
    with Timeline(Script(text)) as timeline, Timeline(Script(text)) as straight:
        straight.run()
        timeline.seek(2)
        here = timeline.parameter_values()
        move = {"theta": np.array([0.5, 0.0]), "b": np.array([1.0])}
        plain, moved = timeline.gradients_moved([{}, move])
        assert plain["theta"].tolist() == (2 * here["theta"]).tolist()
        assert moved["theta"].tolist() == (2 * (here["theta"] + [0.5, 0.0])).tolist()
        assert moved["b"] == pytest.approx(3 * (here["b"] + 1) ** 2)
        timeline.run()
        assert timeline.history.loss.tolist() == straight.history.loss.tolist()
