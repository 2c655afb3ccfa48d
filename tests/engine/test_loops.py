"""Loops in functions and classes, and several of them: which turns are epochs, and whose names are
recorded."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline

HEAD = """\
import torch
torch.manual_seed(0)
x, y = torch.arange(4.0).reshape(-1, 1), torch.ones(4, 1)
kept = []
"""


def run(text):
    """The end of a run, its history, and what the script kept for comparison."""
    with Timeline(Script(HEAD + text)) as timeline:
        moment = timeline.run()
        assert moment.status == "finished", moment.message
        return moment, timeline.history, timeline._execution.namespace["kept"]


FIT = """\
def fit(w, epochs, rate=0.1):
    for epoch in range(epochs):
        loss = ((w * x - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        kept.append((loss.item(), w.item(), w.grad.item()))
        w.grad = None
        BODY
    return w
"""


@pytest.mark.parametrize(
    ("body", "calls", "epochs"),
    [
        ("pass", "fit(torch.tensor(0.0, requires_grad=True), 5)", 5),
        ("if epoch == 2: return w", "fit(torch.tensor(0.0, requires_grad=True), 5)", 3),
        ("if epoch == 2: break", "fit(torch.tensor(0.0, requires_grad=True), 5)", 3),
        # Epochs are counted through.
        ("pass", "w = fit(torch.tensor(0.0, requires_grad=True), 3)\nfit(w, 4)", 7),
        # One that an exception has ended is over.
        (
            "if epoch == 1 and epochs == 5: raise ValueError",
            "w = torch.tensor(0.0, requires_grad=True)\ntry:\n    fit(w, 5)\nexcept ValueError:\n"
            "    kept.pop()\nfit(w, 2)",
            3,
        ),
        # The function's loop goes through the batches of this one.
        (
            "pass",
            "w = torch.tensor(0.0, requires_grad=True)\nfor turn in range(3):\n    fit(w, 2)",
            3,
        ),
    ],
)
def test_a_loop_in_a_function_is_recorded_with_its_names(body, calls, epochs):
    moment, history, kept = run(FIT.replace("BODY", body) + calls + "\n")
    assert moment.epoch == len(history) == epochs
    batches = len(kept) // epochs
    losses, weights, gradients = np.array(kept).reshape(epochs, batches, 3).transpose(2, 0, 1)
    np.testing.assert_allclose(history.loss, losses.mean(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(history.parameters["w"][:], weights[:, -1])
    np.testing.assert_array_equal(history.gradients["w"][:], gradients[:, -1])


def test_stepping_in_a_function_shows_its_names_and_goes_back():
    text = HEAD + FIT.replace("BODY", "pass") + "fit(torch.tensor(0.0, requires_grad=True), 5)\n"
    with Timeline(Script(text)) as timeline:
        timeline.next_epoch()
        timeline.step()
        moment = timeline.step()
        assert moment.position == (2, 2)
        assert moment.variable("rate").value == 0.1
        assert moment.variable("x").shape == (4, 1)
        assert moment.variable("epoch").value == 1
        back = timeline.back()
        assert back.position == (2, 1)
        assert timeline.step().variable("loss").value == moment.variable("loss").value
        assert timeline.run().epoch == 5
        assert timeline.seek(2).parameters["w"] == timeline.history.parameters["w"][1]


def test_a_while_loop_in_a_method():
    _, history, kept = run(
        "class Fit:\n"
        "    def __init__(self):\n"
        "        self.w = torch.tensor(4.0, requires_grad=True)\n"
        "    def go(self):\n"
        "        loss = torch.tensor(9.0)\n"
        "        while loss > 1:\n"
        "            loss = self.w ** 2\n"
        "            loss.backward()\n"
        "            with torch.no_grad():\n"
        "                self.w -= 0.1 * self.w.grad\n"
        "            self.w.grad = None\n"
        "            kept.append((loss.item(), self.w.item()))\n"
        "Fit().go()\n"
    )
    losses, weights = np.transpose(kept)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    assert len(history) > 3
    np.testing.assert_array_equal(history.parameters["self.w"][:], weights)


def test_a_parameter_keeps_its_name_in_the_next_loop():
    """The first loop knows one module, whose parameters go by their own names; the second two."""
    loop = (
        "for epoch in range(2):\n    loss = ((NET(x) - y) ** 2).mean()\n    loss.backward()\n"
        "    optimizer.step()\n    optimizer.zero_grad()\n"
    )
    moment, history, _ = run(
        "net = torch.nn.Linear(1, 1)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.01)\n"
        + loop.replace("NET", "net")
        + "other = torch.nn.Linear(1, 1)\n"
        "optimizer.add_param_group({'params': other.parameters()})\n"
        + loop.replace("NET(x)", "other(net(x))")
    )
    assert moment.epoch == 4
    assert list(history.parameters) == ["weight", "bias", "other.weight", "other.bias"]
    assert np.isfinite(history.parameters["weight"][:]).all()


def test_a_loss_that_a_function_returns_is_not_counted_beside_the_one_it_sends_back():
    _, history, kept = run(
        "w = torch.tensor(0.0, requires_grad=True)\n"
        "optimizer = torch.optim.SGD([w], lr=0.01)\n"
        "def step(a, b):\n"
        "    error = ((w * a - b) ** 2).mean()\n"
        "    kept.append(error.item())\n"
        "    optimizer.zero_grad()\n    error.backward()\n    optimizer.step()\n"
        "    return 100 * error.item()\n"
        "for epoch in range(3):\n"
        "    for part in range(2):\n"
        "        loss = step(x[part::2], y[part::2])\n"
    )
    means = np.reshape(kept, (3, 2)).mean(axis=1)
    np.testing.assert_allclose(history.loss, means, rtol=1e-12)


def test_what_a_function_sends_back_for_another_is_one_loss():
    _, history, kept = run(
        "class Accelerator:\n    def backward(self, value):\n        value.backward()\n"
        "accelerator = Accelerator()\n"
        "w = torch.tensor(0.0, requires_grad=True)\n"
        "optimizer = torch.optim.SGD([w], lr=0.01)\n"
        "for epoch in range(3):\n"
        "    loss = ((w * x - y) ** 2).mean()\n"
        "    optimizer.zero_grad()\n    accelerator.backward(loss)\n    optimizer.step()\n"
        "    kept.append(loss.item())\n"
    )
    assert list(history.loss_names.values()) == ["loss"]
    np.testing.assert_allclose(history.loss, kept, rtol=1e-12)
