"""Slices through the loss of any model."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.landscape.loss_slice import slice_loss
from gdtui.engine.errors import ScriptError

BOWL = """
import numpy as np

theta = np.array([3.0, -1.0])
curvatures = np.array([1.0, 4.0])
for epoch in range(30):
    loss = 0.5 * np.sum(curvatures * theta ** 2)
    grad = curvatures * theta
    theta -= 0.1 * grad
"""

NET = """
import torch
from torch import nn

torch.manual_seed(1)
x = torch.linspace(-1, 1, 12).reshape(-1, 1)
y = x ** 2
net = nn.Sequential(nn.Linear(1, 3), nn.Tanh(), nn.Linear(3, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
for epoch in range(20):
    loss = ((net(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_a_slice_of_a_bowl_is_that_bowl():
    found = slice_loss(Script(BOWL), 3, places=5)
    theta = np.array([3.0, -1.0])
    for _ in range(2):
        theta = theta - 0.1 * np.array([1.0, 4.0]) * theta
    before, theta = theta, theta - 0.1 * np.array([1.0, 4.0]) * theta
    first = (theta - before) / np.linalg.norm(theta - before)
    downhill = -np.array([1.0, 4.0]) * theta
    second = downhill - (downhill @ first) * first
    second /= np.linalg.norm(second)
    for row, up in enumerate(np.linspace(-found.reach, found.reach, 5)):
        for column, along in enumerate(np.linspace(-found.reach, found.reach, 5)):
            at = theta + along * first + up * second
            expected = 0.5 * np.sum(np.array([1.0, 4.0]) * at**2)
            assert found.losses[row, column] == pytest.approx(expected, rel=1e-9)
    assert found.before == pytest.approx((-np.linalg.norm(theta - before), 0.0), abs=1e-12)
    assert found.names == ("the last step", "downhill")
    assert (found.epoch, found.parameters) == (3, 2)


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [1, 7, 19, 20, 400])
def test_the_middle_is_the_loss_of_a_straight_run(epoch):
    script = Script(NET)
    found = slice_loss(script, epoch, places=3)
    with Timeline(script) as timeline:
        timeline.run()
        assert found.losses[1, 1] == timeline.history.loss[found.epoch]
    assert found.epoch == min(epoch, 19)


@pytest.mark.slow
def test_moves_leave_the_run_as_it_was():
    script = Script(NET)
    with Timeline(script) as straight, Timeline(script) as timeline:
        straight.run()
        timeline.seek(5)
        values = timeline.parameter_values()
        moves = [{name: np.ones(value.size) for name, value in values.items()}] * 3
        losses = list(timeline.losses_moved(moves))
        assert len(set(losses)) == 1
        assert losses[0] != straight.history.loss[5]
        timeline.run()
        np.testing.assert_array_equal(timeline.history.loss[6:], straight.history.loss[6:])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("w = 1.0\nfor e in range(1):\n    loss = w * w\n    w -= 0.1 * w\n", "two epochs"),
        ("w = 1.0\nfor e in range(9):\n    loss = w * w\n    w -= 0.0 * w\n", "has moved"),
    ],
)
def test_what_has_no_slice_says_why(text, reason):
    with pytest.raises(ScriptError, match=reason):
        slice_loss(Script(text), 3)
