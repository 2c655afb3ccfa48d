"""A value that is not finite is traced to where it first appeared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.engine.record.history import ABSENT, was_there
from gdtui.engine.record.nonfinite import Origin

LAST = -1  # the epoch that ended the run

NUMPY = (
    "import numpy as np\nx = np.array([1.0, 2.0, 3.0, 4.0])\ny = 2 * x\nw = 0.0\n"
    "best = float('inf')\nlog = np.full(2000, np.nan)\n{above}"
    "for epoch in range({epochs}):\n"
    "    error = w * x - y\n"
    "    loss = (error ** 2).mean()\n"
    "    dw = 2 * (error * x).mean()\n"
    "    {change}\n"
    "    w -= {rate} * dw\n"
    "    log[epoch] = loss\n"
    "    best = min(best, loss)\n"
)
TORCH = (
    "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
    "x = torch.arange(8.0).reshape(4, 2)\ny = x.sum(1, keepdim=True)\n{above}"
    "model = nn.Linear(2, 1)\noptimizer = torch.optim.SGD(model.parameters(), lr={rate})\n"
    "for epoch in range(40):\n"
    "    loss = {loss}\n"
    "    optimizer.zero_grad()\n    loss.backward()\n    {change}\n    optimizer.step()\n"
)


def origin(text):
    with Timeline(Script(text)) as timeline:
        moment = timeline.run()
        return moment.status, moment.origin, len(timeline.history)


def numpy_script(above="", change="pass", rate=0.01, epochs=40):
    return NUMPY.format(above=above, change=change, rate=rate, epochs=epochs)


def torch_script(above="", change="pass", rate=0.001, loss="((model(x) - y) ** 2).mean()"):
    return TORCH.format(above=above, change=change, rate=rate, loss=loss)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "NaN in an input": (
            numpy_script(above="x[2] = np.nan\n"),
            Origin("data", "x", (2,), None),
        ),
        "infinity in a target": (
            numpy_script(above="y[1] = np.inf\n"),
            Origin("data", "y", (1,), None),
        ),
        "NaN in a tensor": (
            torch_script(above="x[3, 1] = float('nan')\n"),
            Origin("data", "x", (3, 1), None),
        ),
        "NaN in a list": (
            "w = 0.0\nxs = [1.0, 2, float('nan')]\nfor epoch in range(9):\n"
            "    loss = sum((w * x - 2 * x) ** 2 for x in xs)\n    dw = 0.0\n    w -= 0.1 * dw\n",
            Origin("data", "xs", (2,), None),
        ),
        "NaN behind a loader": (
            "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
            "x = torch.ones(4, 1)\nx[2] = float('nan')\n"
            "loader = DataLoader(TensorDataset(x.clone(), torch.ones(4, 1)), batch_size=2)\ndel x\n"
            "w = torch.zeros(1, requires_grad=True)\noptimizer = torch.optim.SGD([w], lr=0.1)\n"
            "for epoch in range(5):\n    for a, b in loader:\n        loss = ((w * a - b) ** 2).mean()\n"
            "        loss.backward()\n        optimizer.step()\n",
            Origin("data", "loader.dataset.tensors[0]", (2, 0), None),
        ),
        "a gradient of a finite loss": (
            torch_script(
                change="if epoch == 6: model.weight.grad *= torch.tensor([1.0, float('nan')])",
            ),
            Origin("gradient", "weight", (0, 1), 7),
        ),
        "a gradient by hand": (
            numpy_script(change="dw = float('inf') if epoch == 4 else dw"),
            Origin("gradient", "w", None, 5),
        ),
        "a parameter": (
            numpy_script(change="w = float('nan') if epoch == 4 else w"),
            Origin("parameter", "w", None, 5),
        ),
        "a loss that grew": (
            numpy_script(rate=5.0, epochs=1000).replace("(error ** 2)", "(error * error)"),
            Origin("loss", "loss", None, LAST),
        ),
        "growth, whatever stands in data that nobody trains with": (
            numpy_script(above="unused = np.array([np.nan])\n", rate=5.0, epochs=1000).replace(
                "    best", "    unused.sum()\n    best"
            ),
            Origin("loss", "loss", None, LAST),
        ),
        "a logarithm of 0": (
            numpy_script().replace("loss = (", "loss = float('inf' if epoch == 0 else 0) + ("),
            Origin("loss", "loss", None, 1),
        ),
    }.values(),
)
def test_where_it_came_from(text, expected):
    status, found, epochs = origin(text)
    assert status == "diverged"
    last = {"epoch": epochs} if expected.epoch == LAST else {}
    assert found == replace(expected, **last)


def test_a_mask_of_infinity_is_not_blamed():
    text = numpy_script(
        above="mask = np.array([0.0, -np.inf])\n",
        change="np.exp(mask); dw = float('nan') if epoch == 3 else dw",
    )
    assert origin(text) == ("diverged", Origin("gradient", "w", None, 4), 5)


def test_a_run_that_stays_finite_has_no_origin():
    assert origin(numpy_script()) == ("finished", None, 40)


def test_what_was_not_there_is_no_nan_of_the_script():
    values = np.array([1.0, np.nan, ABSENT, -np.nan, np.inf])
    assert was_there(values).tolist() == [True, True, False, True, True]
    assert np.isnan(ABSENT)
