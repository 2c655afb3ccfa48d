"""Slices through the loss along two numbers of a model."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.landscape.parameter_slice import Element, slice_parameters
from gdtui.engine.errors import ScriptError

TWO = """
import numpy as np
x = np.linspace(0, 3, 12)
y = 2 * np.exp(-0.7 * x)
a, b = 0.5, 0.1
for epoch in range(20):
    e = np.exp(-b * x)
    y_pred = a * e
    loss = ((y_pred - y) ** 2).mean()
    da = (2 * (y_pred - y) * e).mean()
    db = (2 * (y_pred - y) * -a * x * e).mean()
    a -= 0.1 * da
    b -= 0.1 * db
"""
NET = """
import torch
from torch import nn
torch.manual_seed(1)
x = torch.linspace(-1, 1, 12).reshape(-1, 1)
y = x ** 2
net = nn.Sequential(nn.Linear(1, 3), nn.Tanh(), nn.Linear(3, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(15):
    loss = ((net(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
A, B = Element("a"), Element("b")


def grid(found):
    places = len(found.losses)
    return np.linspace(*found.x_limits, places), np.linspace(*found.y_limits, places)


def test_of_a_model_with_two_numbers_it_is_the_landscape():
    found = slice_parameters(Script(TWO), 12, (A, B), places=5)
    x = np.linspace(0, 3, 12)
    y = 2 * np.exp(-0.7 * x)
    across, up = grid(found)
    for row, b in enumerate(up):
        for column, a in enumerate(across):
            expected = np.mean((a * np.exp(-b * x) - y) ** 2)
            assert found.losses[row, column] == pytest.approx(expected, rel=1e-9)
    assert (found.epoch, found.others, found.others_moved) == (12, 0, False)
    assert "the whole landscape" in found.text()


def test_the_path_is_that_of_the_run_from_its_start():
    script = Script(TWO)
    found = slice_parameters(script, 12, (B, A), places=3)
    with Timeline(script) as timeline:
        timeline.run()
        history = timeline.history
        path = np.column_stack([history.parameters["b"][:12], history.parameters["a"][:12]])
        assert found.loss == history.loss[12]
    np.testing.assert_array_equal(found.path, [[0.1, 0.5], *path])
    np.testing.assert_array_equal(found.here, path[-1])
    assert found.path_epochs == tuple(range(13))
    assert found.epoch_near(*path[4]) == 5
    for values, (low, high) in zip(path.T, (found.x_limits, found.y_limits), strict=True):
        assert low < values.min() <= values.max() < high


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [0, 6, 15, 400])
def test_one_number_of_a_parameter_is_moved_and_all_others_stay(epoch):
    import torch

    elements = (Element("0.weight", (2, 0)), Element("2.weight", (0, 1)))
    script = Script(NET)
    found = slice_parameters(script, epoch, elements, places=3)
    assert found.epoch == min(epoch, 14)
    with Timeline(script) as timeline:
        timeline.run()
        assert found.loss == timeline.history.loss[found.epoch]
        timeline.seek(found.epoch)
        held = {name: torch.tensor(v) for name, v in timeline.parameter_values().items()}
    x = torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(-1, 1)
    across, up = grid(found)
    for row, second in enumerate(up):
        for column, first in enumerate(across):
            held["0.weight"][2, 0], held["2.weight"][0, 1] = first, second
            hidden = torch.tanh(x @ held["0.weight"].T + held["0.bias"])
            out = hidden @ held["2.weight"].T + held["2.bias"]
            expected = float(((out - x**2) ** 2).mean())
            assert found.losses[row, column] == pytest.approx(expected, rel=1e-4)
    assert found.others == 8
    assert found.others_moved == (epoch > 0)
    assert ("a projection" in found.text()) == (epoch > 0)
    assert "all 8 other numbers stay as they are" in found.text()
    assert [str(each) for each in elements] == ["0.weight[2, 0]", "2.weight[0, 1]"]


def test_two_numbers_of_one_parameter():
    text = """
import numpy as np
theta = np.array([3.0, -1.0, 2.0])
for epoch in range(9):
    loss = np.sum(np.array([1.0, 4.0, 2.0]) * theta ** 4)
    grad = np.array([4.0, 0.0, 8.0]) * theta ** 3
    theta -= 0.001 * grad
"""
    elements = (Element("theta", (2,)), Element("theta", (0,)))
    found = slice_parameters(Script(text), 4, elements, places=3)
    across, up = grid(found)
    expected = [[x**4 * 2 + y**4 + 4 for x in across] for y in up]
    np.testing.assert_allclose(found.losses, expected)
    assert found.others == 1
    assert not found.others_moved  # its gradient is 0
    assert found.text().endswith("a slice: the other number stays as it is.")


def test_a_long_run_keeps_a_part_of_its_path():
    found = slice_parameters(Script(TWO.replace("range(20)", "range(900)")), 801, (A, B), places=2)
    assert len(found.path) == len(found.path_epochs) <= 201
    assert (found.path_epochs[0], found.path_epochs[-1]) == (0, 801)


@pytest.mark.parametrize(
    ("text", "elements", "reason"),
    [
        (TWO, (A, A), "needs two numbers, and a is one"),
        (TWO, (A, Element("c")), "c is none of the numbers that the script learns"),
        (TWO, (A, Element("b", (3,))), r"b\[3\] is none of the numbers"),
        (TWO.replace("range(20)", "range(0)"), (A, B), "needs an epoch"),
        (TWO.replace("0.5, 0.1", "0.5, float('nan')"), (A, B), "finite numbers|needs an epoch"),
    ],
)
def test_what_has_no_slice_says_why(text, elements, reason):
    with pytest.raises(ScriptError, match=reason):
        slice_parameters(Script(text), 3, elements)


def test_a_script_with_batches_has_none():
    with pytest.raises(ScriptError, match="takes batches"):
        slice_parameters(Script.load("assets/batches.py"), 3, (A, B))
