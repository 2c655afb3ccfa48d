"""Loss, parameters and gradients are found in any script, and are the right ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.record.history import was_there
from gdtui.engine.record.quantities import norm, tensor_norm
from gdtui.export.jsonl import epoch_objects
from gdtui.stages import KEYS, STAGES

X = [1.0, 2.0, 3.0, 4.0]
Y = [2.0, 4.0, 6.0, 8.0]


def record(text, epochs=None):
    """The history of a script that ends, or of its first epochs."""
    with Timeline(Script(text)) as timeline:
        if epochs is None:
            assert timeline.run().status == "finished", timeline.moment.message
        else:
            timeline.seek(epochs)
        return timeline.history


def column(columns, name):
    return columns[name][:].tolist()


# The gradients of the stages ----------------------------------------------------------

numbers = st.floats(-3, 3, width=32)


def mean_squared_error(x, y, weight, bias=0.0):
    return np.mean((weight * x + bias - y) ** 2)


@pytest.mark.slow
@pytest.mark.parametrize("stage", [stage.key for stage in STAGES if stage.linear])
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5), numbers, numbers)
@settings(max_examples=12)
def test_gradients_agree_with_finite_differences(stage, samples, weight, bias):
    x, y = (np.array(each) for each in zip(*samples, strict=True))
    new = {"inputs": x.tolist(), "targets": y.tolist(), "epochs": 1}
    start = {"w": weight} if stage in KEYS[:3] else {"weight": weight, "bias": bias}
    history = record(Script.stage(stage).with_settings(new | start).text)
    gradients = {name.rpartition(".")[2]: each[0] for name, each in history.gradients.items()}
    bias = bias if "bias" in gradients else 0.0
    step = 1e-4
    slope = (
        mean_squared_error(x, y, weight + step, bias)
        - mean_squared_error(x, y, weight - step, bias)
    ) / (2 * step)
    factor = len(x) if stage == "manual" else 1  # the notebook's sum
    found = gradients.get("w", gradients.get("weight"))
    assert found == pytest.approx(factor * slope, rel=1e-3, abs=1e-3)
    if "bias" in gradients:
        slope = (
            mean_squared_error(x, y, weight, bias + step)
            - mean_squared_error(x, y, weight, bias - step)
        ) / (2 * step)
        assert gradients["bias"] == pytest.approx(slope, rel=1e-3, abs=1e-3)
    assert history.loss[0] == pytest.approx(mean_squared_error(x, y, weight, bias), 1e-4, 1e-5)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5), numbers)
@settings(max_examples=25)
def test_the_gradient_by_hand_agrees_with_autograd(samples, weight):
    x, y = ([float(each) for each in column] for column in zip(*samples, strict=True))
    script = Script.stage("manual").with_settings(
        {"inputs": x, "targets": y, "epochs": 1, "w": weight, "reduction": "mean"}
    )
    w = torch.tensor(weight, requires_grad=True)
    ((w * torch.tensor(x) - torch.tensor(y)) ** 2).mean().backward()
    found = record(script.text).gradients["w"][0]
    assert found == pytest.approx(w.grad.item(), rel=1e-5, abs=1e-5)


def test_stages_with_the_mean_follow_one_path():
    short = {"epochs": 30}
    paths = []
    for stage in KEYS[:3]:
        mean = {"reduction": "mean"} if stage == "manual" else {}
        paths.append(
            record(Script.stage(stage).with_settings(short | mean).text).parameters["w"][:]
        )
    assert paths[1].tobytes() == paths[2].tobytes()
    np.testing.assert_allclose(paths[0], paths[1], rtol=1e-6)


def test_the_update_used_the_recorded_gradient():
    for stage in KEYS:
        script = Script.stage(stage).with_settings({"epochs": 20})
        rate, history = script.value("learning_rate"), record(script.text)
        for name, values in history.parameters.items():
            moved = np.diff(values[:])
            np.testing.assert_allclose(
                moved, -rate * history.gradients[name][1:], rtol=1e-4, atol=1e-7
            )


# Scripts of other people --------------------------------------------------------------

NUMPY = "import numpy as np\nx = np.array([1.0, 2.0, 3.0, 4.0])\ny = 2 * x + 1\n"
TORCH = (
    "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
    "x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])\ny = 2 * x + 1\n"
)


def test_two_numbers_by_hand():
    history = record(
        NUMPY + "w = b = 0.0\n"
        "for epoch in range(3):\n"
        "    error = w * x + b - y\n"
        "    cost = (error ** 2).mean()\n"
        "    grad_w = 2 * (error * x).mean()\n"
        "    grad_b = 2 * error.mean()\n"
        "    w, b = w - 0.1 * grad_w, b - 0.1 * grad_b\n"
        "    remaining = 3\n"
        "    remaining -= epoch\n"
    )
    assert list(history.parameters) == ["w", "b"]
    assert history.loss[0] == 41.0
    assert column(history.gradients, "w")[0] == -35.0
    assert column(history.gradients, "b")[0] == -12.0
    assert column(history.parameters, "w")[0] == 3.5
    assert column(history.parameters, "b")[0] == pytest.approx(1.2)


def test_arrays_and_a_gradient_that_is_cleared():
    history = record(
        NUMPY + "X = np.stack([x, np.ones(4)], axis=1)\ntheta = np.zeros(2)\n"
        "dtheta = np.zeros(2)\n"
        "for epoch in range(2):\n"
        "    for row, target in zip(X, y):\n"
        "        error = row @ theta - target\n"
        "        dtheta += 2 * error * row / 4\n"
        "    loss = ((X @ theta - y) ** 2).mean()\n"
        "    theta -= 0.1 * dtheta\n"
        "    dtheta = np.zeros(2)\n"
    )
    assert history.parameters["theta"][:].shape == (2, 2)
    assert history.gradients["theta"][0].tolist() == [-35.0, -12.0]
    np.testing.assert_allclose(history.parameters["theta"][0], [3.5, 1.2])


def test_a_dict_of_arrays():
    history = record(
        NUMPY + "params = {'w': np.zeros(1), 'b': 0.0}\n"
        "for epoch in range(2):\n"
        "    error = params['w'] * x + params['b'] - y\n"
        "    loss = (error ** 2).mean()\n"
        "    grads = {'w': 2 * (error * x).mean(), 'b': 2 * error.mean()}\n"
        "    for key in params:\n"
        "        params[key] -= 0.1 * grads[key]\n"
    )
    assert list(history.parameters) == ["params['w']", "params['b']"]
    assert column(history.gradients, "params['w']")[0] == -35.0
    assert column(history.parameters, "params['b']")[0] == pytest.approx(1.2)


def test_attributes_of_an_object():
    history = record(
        NUMPY + "class Model:\n    w = 0.0\nmodel = Model()\n"
        "for epoch in range(2):\n"
        "    error = model.w * x - y\n"
        "    loss = (error ** 2).mean()\n"
        "    dw = 2 * (error * x).mean()\n"
        "    model.w -= 0.01 * dw\n"
    )
    assert column(history.parameters, "model.w")[0] == pytest.approx(0.35)
    assert column(history.gradients, "model.w")[0] == -35.0


@pytest.mark.parametrize(
    ("definition", "call", "name"),
    [
        (
            "class Model:\n    w = 0.0\n    def step(self, x, y):\n"
            "        error = self.w * x - y\n"
            "        self.dw = 2 * (error * x).mean()\n"
            "        self.w -= 0.01 * self.dw\n"
            "        return (error ** 2).mean()\n"
            "model = Model()\n",
            "model.step(x, y)",
            "model.w",
        ),
        (
            "w = dw = 0.0\ndef step(x, y):\n    global w, dw\n"
            "    error = w * x - y\n"
            "    dw = 2 * (error * x).mean()\n"
            "    w -= 0.01 * dw\n"
            "    return (error ** 2).mean()\n",
            "step(x, y)",
            "w",
        ),
    ],
)
def test_an_update_inside_a_call(definition, call, name):
    history = record(NUMPY + definition + f"for epoch in range(2):\n    loss = {call}\n")
    assert history.loss[0] == 41.0
    assert column(history.parameters, name)[0] == pytest.approx(0.35)
    assert column(history.gradients, name)[0] == -35.0


def _torch_reference(step):
    """What an update with the mean squared error does, computed here by torch itself."""
    torch.manual_seed(0)
    x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    model = torch.nn.Linear(1, 1)
    loss = torch.nn.functional.mse_loss(model(x), 2 * x + 1)
    loss.backward()
    step(model)
    return loss.item(), model.weight.grad.item(), model.bias.grad.item()


LINEAR = TORCH + (
    "model = nn.Linear(1, 1)\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.01)\n"
    "criterion = nn.MSELoss()\n"
)


@pytest.mark.parametrize(
    "body",
    {
        "zero after": (
            "    loss = criterion(model(x), y)\n    loss.backward()\n"
            "    optimizer.step()\n    optimizer.zero_grad()\n"
        ),
        "zero before": (
            "    optimizer.zero_grad()\n    loss = criterion(model(x), y)\n"
            "    loss.backward()\n    optimizer.step()\n"
        ),
        "zero in place": (
            "    loss = criterion(model(x), y)\n    loss.backward()\n"
            "    optimizer.step()\n    optimizer.zero_grad(set_to_none=False)\n"
        ),
        "zero at once": (
            "    loss = criterion(model(x), y)\n"
            "    loss.backward(); optimizer.step(); optimizer.zero_grad()\n"
        ),
        "by hand": (
            "    loss = criterion(model(x), y)\n    loss.backward()\n"
            "    with torch.no_grad():\n"
            "        for p in model.parameters():\n"
            "            p -= 0.01 * p.grad\n            p.grad = None\n"
        ),
        "if inside": (
            "    loss = criterion(model(x), y)\n"
            "    if loss > 0:\n        loss.backward()\n        optimizer.step()\n"
            "    model.zero_grad()\n"
        ),
    }.values(),
)
def test_wherever_a_script_zeroes(body):
    loss, weight, bias = _torch_reference(lambda model: None)
    history = record(LINEAR + "for epoch in range(3):\n" + body)
    assert history.loss[0] == loss
    assert column(history.gradients, "weight")[0] == weight
    assert column(history.gradients, "bias")[0] == bias


def test_a_step_kept_in_a_function():
    loss, weight, _ = _torch_reference(lambda model: None)
    history = record(
        LINEAR + "def train_step(x, y):\n"
        "    loss = criterion(model(x), y)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    optimizer.zero_grad()\n"
        "    return loss.item()\n"
        "for epoch in range(3):\n"
        "    loss = train_step(x, y)\n"
    )
    assert history.loss[0] == loss
    assert column(history.gradients, "weight")[0] == weight


def test_a_clipped_gradient_is_the_one_that_was_used():
    history = record(
        LINEAR + "for epoch in range(3):\n"
        "    loss = criterion(model(x), y)\n"
        "    optimizer.zero_grad()\n"
        "    loss.backward()\n"
        "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
        "    optimizer.step()\n"
    )
    weight, bias = (column(history.gradients, name)[0] for name in ("weight", "bias"))
    assert math.hypot(weight, bias) == pytest.approx(1.0, abs=1e-5)


def test_batches():
    history = record(
        LINEAR + "for epoch in range(3):\n"
        "    for start in (0, 2):\n"
        "        optimizer.zero_grad()\n"
        "        loss = criterion(model(x[start:start + 2]), y[start:start + 2])\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
        "        seen = [*seen, loss.item()] if start else [loss.item()]\n"
        "        last = model.weight.grad.item()\n"
        "    means = [*means, sum(seen) / 2] if epoch else [sum(seen) / 2]\n"
        "    lasts = [*lasts, last] if epoch else [last]\n"
        "assert True\n"
        "check = torch.tensor(means), torch.tensor(lasts)\n"
    )
    assert len(history) == 3
    script = Script(
        LINEAR + "means = []\nlasts = []\nfor epoch in range(3):\n    losses = []\n"
        "    for start in (0, 2):\n"
        "        optimizer.zero_grad()\n"
        "        loss = criterion(model(x[start:start + 2]), y[start:start + 2])\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
        "        losses.append(loss.item())\n"
        "    means.append(sum(losses) / 2)\n    lasts.append(model.weight.grad.item())\n"
    )
    with Timeline(script) as timeline:
        timeline.run()
        names = timeline._execution.namespace
        assert timeline.history.loss.tolist() == names["means"]
        assert column(timeline.history.gradients, "weight") == names["lasts"]
        assert history.loss.tolist() == names["means"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("loss = f(b)\n        loss = loss / 2\n        loss.backward()", 0.5),
        (
            "loss = 0.0\n        loss += f(b) / 2\n        loss += f(b) / 2\n        loss.backward()",
            1,
        ),
        ("(loss := f(b)).backward()", 1),
    ],
)
def test_the_loss_of_a_batch_is_the_complete_one(body, expected):
    text = (
        LINEAR + "first = [criterion(model(x[b:b + 2]), y[b:b + 2]).item() for b in (0, 2)]\n"
        "def f(b):\n    return criterion(model(x[b:b + 2]), y[b:b + 2])\n"
        "for epoch in range(1):\n"
        f"    for b in (0, 2):\n        {body}\n"
        "    optimizer.step()\n"
        "    with torch.no_grad():\n"
        "        for b in (0, 2):\n            loss = 1000 * f(b)\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        first = timeline._execution.namespace["first"]
        assert timeline.history.loss[0] == pytest.approx(expected * sum(first) / 2)


def test_a_number_that_becomes_a_tensor_is_recorded_when_it_was():
    text = (
        "import torch\nx = torch.tensor([1.0, 2.0])\nw = dw = loss = 0.0\n"
        "ws = []\n"
        "for epoch in range(40):\n"
        "    loss = ((w * x - x) ** 2).mean()\n"
        "    dw = (2 * x * (w * x - x)).mean()\n"
        "    w -= 0.01 * dw\n"
        "    ws.append(float(w))\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        expected = timeline._execution.namespace["ws"]
        assert column(timeline.history.parameters, "w") == expected


def test_a_gradient_changed_in_place_is_the_one_that_was_used():
    for change in ("model.weight.grad.clamp_(-1, 1)", "model.weight.grad *= 0.5"):
        used = "used = [*used, model.weight.grad.item()]"
        text = (
            LINEAR + "used = []\ndef train_step():\n"
            "    optimizer.zero_grad()\n    loss = criterion(model(x), y)\n    loss.backward()\n"
            f"    {change}\n    used.append(model.weight.grad.item())\n    optimizer.step()\n"
            "    return loss\n"
        )
        inline = (
            "    optimizer.zero_grad()\n    loss = criterion(model(x), y)\n    loss.backward()\n"
            f"    {change}\n    {used}\n    optimizer.step()\n"
        )
        for body in (inline, "    loss = train_step()\n"):
            with Timeline(Script(text + "for epoch in range(3):\n" + body)) as timeline:
                timeline.run()
                expected = timeline._execution.namespace["used"]
                assert column(timeline.history.gradients, "weight") == expected


def test_lbfgs_with_its_closure():
    history = record(
        TORCH + "model = nn.Linear(1, 1)\n"
        "optimizer = torch.optim.LBFGS(model.parameters(), max_iter=3)\n"
        "def closure():\n"
        "    optimizer.zero_grad()\n"
        "    loss = nn.functional.mse_loss(model(x), y)\n"
        "    loss.backward()\n"
        "    return loss\n"
        "for epoch in range(4):\n"
        "    loss = optimizer.step(closure)\n"
    )
    assert np.isfinite(history.loss).all()
    assert np.isfinite(history.gradients["weight"][:]).all()
    assert history.loss[3] < history.loss[0]


def test_names_of_parameters():
    history = record(
        TORCH + "encoder, decoder = nn.Linear(1, 2), nn.Linear(2, 1)\n"
        "scale = torch.ones(1, requires_grad=True)\n"
        "extra = [torch.zeros(1, requires_grad=True)]\n"
        "frozen = nn.Linear(1, 1).requires_grad_(False)\n"
        "optimizer = torch.optim.SGD([*encoder.parameters(), *decoder.parameters(), scale], lr=0.1)\n"
        "for epoch in range(2):\n"
        "    optimizer.zero_grad()\n"
        "    loss = ((scale * decoder(encoder(x)) + extra[0] - y) ** 2).mean()\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
    )
    assert list(history.parameters) == [
        "encoder.weight",
        "encoder.bias",
        "decoder.weight",
        "decoder.bias",
        "scale",
        "extra[0]",
    ]
    assert history.parameters["encoder.weight"][:].shape == (2, 2, 1)
    assert list(history.gradients) == list(history.parameters)


def test_a_large_parameter_is_recorded_by_its_norm():
    text = (
        TORCH + "model = nn.Linear(1, 100)\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.0)\n"
        "for epoch in range(2):\n"
        "    loss = model(x).square().mean()\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        weight = timeline._execution.namespace["model"].weight
        recorded = timeline.history.parameters["weight"]
        assert recorded.field.norm_of == (100, 1)
        assert recorded[0] == pytest.approx(weight.norm().item())


def _tensors():
    torch.manual_seed(0)
    matrix = torch.randn(60, 65)
    yield "plain", matrix
    yield "not in one piece", matrix.t()[::2, 1:]
    yield "with a gradient", torch.nn.Parameter(matrix)
    yield "in a graph", torch.nn.Parameter(matrix) * 2
    yield "float64", matrix.double()
    yield "whole numbers", (matrix * 100).long()
    yield "half", matrix.half()
    yield "bfloat16", matrix.bfloat16()
    yield "sparse", matrix.relu().to_sparse()
    yield "the negative of another", torch.complex(matrix, matrix).conj().imag
    yield "large", torch.randn(90, 91)
    yield "too large to square", matrix * 1e30
    yield "none", matrix[:0]


@pytest.mark.parametrize("kind", dict(_tensors()))
def test_the_norm_is_that_of_torch_whatever_the_tensor(kind):
    tensor = dict(_tensors())[kind]
    expected = tensor.detach().to_dense().double().norm().item()
    near = 1e-7 if kind == "large" else 1e-12
    assert tensor_norm(tensor) == pytest.approx(expected, rel=near)
    assert norm(tensor) == pytest.approx(expected, rel=near)


@pytest.mark.parametrize(("tried", "name"), [("", "params[1]"), ("score = 2 * a.item()", "a")])
def test_a_parameter_that_comes_into_a_list_later_keeps_its_column(tried, name):
    history = record(
        TORCH + "w = torch.tensor(0.5, requires_grad=True)\n"
        "params = [w]\n"
        "for epoch in range(4):\n"
        "    if epoch == 1:\n"
        "        a = torch.tensor(0.1, requires_grad=True)\n"
        f"        {tried or 'pass'}\n"
        "        params.append(a)\n"
        "    loss = ((w * x + (a if epoch else 0.0)) ** 2).mean()\n"
        "    loss.backward()\n"
        "    with torch.no_grad():\n"
        "        for p in params:\n"
        "            p -= 0.01 * p.grad\n"
        "            p.grad = None\n"
    )
    assert list(history.parameters) == list(history.gradients) == ["w", name]
    assert list(history.metrics) == (["score"] if tried else [])
    for columns in (history.parameters, history.gradients):
        assert was_there(columns[name][:]).tolist() == [False, True, True, True]
    assert np.diff(history.parameters[name][:])[1:] == pytest.approx(
        -0.01 * history.gradients[name][2:], rel=1e-5
    )


def test_a_tensor_made_anew_in_each_epoch():
    history = record(
        TORCH + "w = torch.tensor(1.0, requires_grad=True)\n"
        "for epoch in range(4):\n"
        "    loss = (w - 3.0) ** 2\n"
        "    (gradient,) = torch.autograd.grad(loss, w)\n"
        "    w = (w - 0.25 * gradient).detach().requires_grad_()\n"
    )
    assert column(history.parameters, "w") == [2.0, 2.5, 2.75, 2.875]
    assert history.loss.tolist() == [4.0, 1.0, 0.25, 0.0625]


def test_a_parameter_without_a_gradient_is_nan_there():
    history = record(
        TORCH + "model = nn.Linear(1, 1)\nunused = torch.ones(3, requires_grad=True)\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "for epoch in range(12):\n"
        "    loss = model(x).mean()\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
    )
    assert np.isnan(history.gradients["unused"][:]).all()
    assert history.gradients["unused"][:].shape == (12, 3)
    assert np.isfinite(history.gradients["weight"][:]).all()


def test_a_quantity_that_goes_missing_or_changes_form():
    history = record(
        NUMPY + "w = 0.0\n"
        "for epoch in range(8):\n"
        "    loss = ((w * x - y) ** 2).mean()\n"
        "    dw = 2 * ((w * x - y) * x).mean()\n"
        "    w -= 0.01 * dw\n"
        "    if epoch == 3:\n        del loss\n"
        "    if epoch == 4:\n        w = np.array([w])\n"
        "    if epoch == 5:\n        w = str(w[0])\n"
        "    if epoch == 6:\n        w = 1.0\n"
        "    w = float(w) if epoch == 5 and loss < 0 else w\n"
        "    if epoch == 5:\n        kept, w = w, float(w)\n"
    )
    assert len(history) == 8
    assert np.isfinite(history.parameters["w"][:]).all()
    assert [index for index, each in enumerate(history.loss) if np.isnan(each)] == [3]


def test_a_parameter_that_is_no_number_for_a_while():
    history = record(
        "w = 8.0\n"
        "for epoch in range(12):\n"
        "    loss = 1.0\n"
        "    w = 8.0\n"
        "    w -= 0.5 * w\n"
        "    if epoch == 9:\n        w = None\n"
    )
    w = column(history.parameters, "w")
    assert [each for each in w if each == 4.0] == w[:9] + w[10:]
    assert np.isnan(w[9])


def test_a_script_without_a_loss_is_recorded_all_the_same():
    history = record("w = 8.0\nfor epoch in range(7):\n    w -= 0.5 * w\n")
    assert column(history.parameters, "w") == [4.0, 2.0, 1.0, 0.5, 0.25, 0.125, 0.0625]
    assert np.isnan(history.loss).all()


def test_a_number_too_large_for_a_float_does_not_end_the_script():
    history = record(
        "w = 8.0\nfor epoch in range(3):\n    loss = 2 ** 20000\n    w -= 0.5 * w\n", epochs=1
    )
    assert column(history.parameters, "w") == [4.0]
    assert np.isnan(history.loss).all()


def test_an_ordinary_countdown_is_no_parameter():
    history = record("w = 8.0\nn = 9\nfor e in range(3):\n    n -= 1\n    w -= 0.1 * w\n")
    assert list(history.parameters) == ["w"]


SENT = """\
import torch
x = torch.tensor([1.0, 2.0])
w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.01)
class Scaler:
    def scale(self, value):
        return 1024 * value
class Accelerator:
    def backward(self, value):
        value.backward()
scaler, accelerator, kept = Scaler(), Accelerator(), []
for epoch in range(4):
    optimizer.zero_grad()
    for part in (x, 2 * x):
        output = ((w * part - 2 * part) ** 2).mean()
        kept.append(output.item())
        LINE
    optimizer.step()
    loss = output = torch.tensor(0.0)
"""


@pytest.mark.parametrize(
    "line",
    [
        "output.backward()",
        "(output + 0).backward(retain_graph=True)",
        "scaler.scale(output).backward()",
        "torch.autograd.backward(output)",
        "accelerator.backward(output)",
        "(w.grad,) = torch.autograd.grad(output, [w])",
        "(last := output).backward(torch.tensor(1.0))",
    ],
)
def test_the_loss_is_the_mean_of_what_is_sent_back(line):
    with Timeline(Script(SENT.replace("LINE", line))) as timeline:
        moment = timeline.run()
        assert moment.status == "finished", moment.message
        kept = timeline._execution.namespace["kept"]
        means = np.array(kept).reshape(-1, 2).mean(axis=1)
        np.testing.assert_allclose(timeline.history.loss, means, rtol=1e-12)


def test_losses_of_several_names_are_several_losses():
    text = SENT.replace("LINE", "(w * 1.5).backward()") + "    (w * 2).backward()\n"
    text = text.replace("(w * 1.5).backward()", "first = w * 1.5; first.backward()")
    text = text.replace("(w * 2).backward()", "second = w * 2; second.backward()")
    with Timeline(Script(text)) as timeline:
        timeline.run()
        named = timeline.history.loss_names
        assert list(named.values()) == ["first", "second"]
        rows = list(epoch_objects(timeline.history))
    assert [list(row["loss"]) for row in rows] == [["first", "second"]] * 4
    assert rows[0]["loss"]["first"] == 0.0
