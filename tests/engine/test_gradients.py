"""The recorded gradient is the one that the update used, wherever a script clears or changes it."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.engine.record import hooks

HEAD = (
    "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
    "x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])\ny = 2 * x + 1\n"
    "model = nn.Linear(1, 1)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.01)\n"
    "log = []\ndef keep():\n"
    "    log.append([None if p.grad is None else p.grad.flatten().tolist() for p in model.parameters()])\n"
)


def record(text, status="finished"):
    """The history of a script and its names at the end."""
    with Timeline(Script(text)) as timeline:
        moment = timeline.run()
        assert moment.status == status, moment.message
        return timeline.history, dict(timeline._execution.namespace)


def check(history, log, names=("weight", "bias")):
    assert len(history) == len(log)
    for place, name in enumerate(names):
        for epoch, values in enumerate(log):
            found = history.gradients[name][epoch].reshape(-1).tolist()
            if values[place] is None:
                assert np.isnan(found).all(), (name, epoch)
            else:
                assert found == values[place], (name, epoch)


LOOPS = {
    "cleared too early": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n"
        "    optimizer.zero_grad()\n    keep()\n    optimizer.step()\n"
    ),
    "zeroed too early": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n"
        "    optimizer.zero_grad(set_to_none=False)\n    keep()\n    optimizer.step()\n"
    ),
    "zeroed too early by hand": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n"
        "    for p in model.parameters():\n        p.grad.zero_()\n    keep()\n"
        "    with torch.no_grad():\n        for p in model.parameters():\n            p -= 0.01 * p.grad\n"
    ),
    "clipped": (
        "    loss = ((model(x) - y) ** 2).mean()\n    optimizer.zero_grad()\n    loss.backward()\n"
        "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n    keep()\n    optimizer.step()\n"
    ),
    "an element changed": (
        "    loss = ((model(x) - y) ** 2).mean()\n    optimizer.zero_grad()\n    loss.backward()\n"
        "    model.weight.grad[0, 0] = 7.0\n    keep()\n    optimizer.step()\n"
    ),
    "changed by a function of another name": (
        "    loss = ((model(x) - y) ** 2).mean()\n    optimizer.zero_grad()\n    loss.backward()\n"
        "    [p.grad.data.mul_(0.5) for p in model.parameters()]\n    keep()\n    optimizer.step()\n"
        "    model.bias.grad.data.fill_(99.0)\n"
    ),
    "accumulated over epochs": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n"
        "    if epoch % 2:\n        keep()\n        optimizer.step()\n        optimizer.zero_grad()\n"
        "    else:\n        log.append([None, None])\n"
    ),
    "accumulated over batches": (
        "    for start in range(4):\n"
        "        loss = ((model(x[start:start + 1]) - y[start:start + 1]) ** 2).mean()\n"
        "        loss.backward()\n"
        "        if start % 2:\n            last = [p.grad.flatten().tolist() for p in model.parameters()]\n"
        "            optimizer.step()\n            optimizer.zero_grad()\n"
        "    log.append(last)\n"
    ),
    "by a closure": (
        "    def closure():\n        optimizer.zero_grad()\n        loss = ((model(x) - y) ** 2).mean()\n"
        "        loss.backward()\n        return loss\n"
        "    loss = optimizer.step(closure)\n    keep()\n    optimizer.zero_grad()\n"
    ),
    "a hook of the optimizer": (
        "    if not epoch:\n"
        "        optimizer.register_step_pre_hook(lambda o, a, k: (model.weight.grad.mul_(3), keep())[:0] or None)\n"
        "    loss = ((model(x) - y) ** 2).mean()\n    optimizer.zero_grad()\n    loss.backward()\n"
        "    optimizer.step()\n"
    ),
    "an optimizer of its own in each epoch": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n    keep()\n"
        "    torch.optim.Adam(model.parameters(), lr=0.01).step()\n    model.zero_grad()\n"
    ),
    "by hand in a function": (
        "    def update(parameters):\n        with torch.no_grad():\n"
        "            for each in parameters:\n                each -= 0.01 * each.grad\n"
        "                each.grad = None\n"
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n    keep()\n"
        "    update(model.parameters())\n"
    ),
    "by hand with a method": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n    keep()\n"
        "    with torch.no_grad():\n        for p in model.parameters():\n"
        "            p.data.add_(p.grad, alpha=-0.01)\n            p.grad.zero_()\n"
    ),
    "by hand, an attribute": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n    keep()\n"
        "    with torch.no_grad():\n        model.weight -= 0.01 * model.weight.grad\n"
        "        model.weight.grad.zero_()\n"
        "        model.bias -= 0.01 * model.bias.grad\n        model.bias.grad.zero_()\n"
    ),
    "by hand, each scaled on its turn": (
        "    loss = ((model(x) - y) ** 2).mean()\n    loss.backward()\n    used = []\n"
        "    with torch.no_grad():\n        for p in model.parameters():\n"
        "            p.grad.clamp_(-1, 1)\n            used.append(p.grad.flatten().tolist())\n"
        "            p -= 0.01 * p.grad\n            p.grad.zero_()\n"
        "    log.append(used)\n"
    ),
}


@pytest.mark.parametrize("kind", LOOPS)
def test_the_recorded_gradient_is_the_one_that_the_update_used(kind):
    history, names = record(HEAD + "for epoch in range(6):\n" + LOOPS[kind])
    check(history, names["log"])


def test_each_parameter_s_own_optimizer_counts():
    """With several optimizers the backward of one adds to the gradients of the other."""
    history, names = record(
        HEAD + "other = nn.Linear(1, 1)\nsecond = torch.optim.SGD(other.parameters(), lr=0.01)\n"
        "kept = []\nfor epoch in range(5):\n"
        "    optimizer.zero_grad()\n    loss = ((other(model(x)) - y) ** 2).mean()\n    loss.backward()\n"
        "    keep()\n    optimizer.step()\n"
        "    second.zero_grad()\n    loss2 = (other(model(x)) ** 2).mean()\n    loss2.backward()\n"
        "    kept.append([p.grad.flatten().tolist() for p in other.parameters()])\n    second.step()\n"
    )
    check(history, names["log"], ("model.weight", "model.bias"))
    check(history, names["kept"], ("other.weight", "other.bias"))


NUMPY = "import numpy as np\nx = np.array([1.0, 2.0, 3.0])\ny = 2 * x\nlog = []\nw = 0.0\n"


@pytest.mark.parametrize(
    "body",
    {
        "cleared behind the update": (
            "    dw = 2 * ((w * x - y) * x).mean()\n    log.append([[dw]])\n    w -= 0.05 * dw\n    dw = 0.0\n"
        ),
        "skipped in the last batch": (
            "    for i in range(3):\n        dw = 2 * (w * x[i] - y[i]) * x[i]\n"
            "        if i == 2:\n            continue\n        last = [[dw]]\n        w -= 0.05 * dw\n"
            "    log.append(last)\n"
        ),
        "computed again for the report": (
            "    dw = 2 * ((w * x - y) * x).mean()\n    log.append([[dw]])\n    w -= 0.05 * dw\n"
            "    dw = 2 * ((w * x - y) * x).mean()\n"
        ),
        "as it stays": "    dw = 2 * ((w * x - y) * x).mean()\n    w -= 0.05 * dw\n    log.append([[dw]])\n",
        "only sometimes": (
            "    dw = 2 * ((w * x - y) * x).mean()\n    if epoch % 2:\n        w -= 0.05 * dw\n"
            "    log.append([[dw] if epoch % 2 else None])\n"
        ),
    }.values(),
)
def test_a_gradient_by_hand_is_the_one_that_the_update_used(body):
    history, names = record(
        NUMPY + "for epoch in range(6):\n    loss = ((w * x - y) ** 2).mean()\n" + body
    )
    check(history, names["log"], ("w",))


def test_entries_that_are_cleared_on_their_turn():
    history, names = record(
        NUMPY
        + "params = {'a': 1.0, 'b': 2.0}\ngrads = {}\nfor epoch in range(4):\n    loss = 1.0\n"
        "    used = []\n    for key in params:\n        grads[key] = params[key] * 0.5\n"
        "    for key in params:\n        used.append([grads[key]])\n"
        "        params[key] -= 0.1 * grads[key]\n        grads[key] = 0.0\n    log.append(used)\n"
    )
    check(history, names["log"], ("params['a']", "params['b']"))


# The hooks ------------------------------------------------------------------------------


def test_optimizers_of_others_are_not_heard():
    parameter = torch.nn.Parameter(torch.zeros(1))
    parameter.grad = torch.ones(1)
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    text = HEAD + "for epoch in range(6):\n" + LOOPS["clipped"]
    with Timeline(Script(text)) as timeline:
        timeline.seek(2)
        optimizer.step()  # between two moves
        seen = []
        recorder = timeline._recorder
        recorder._gradients.before_step = seen.append
        timeline.seek(3)
        assert {id(each) for each in seen} == {id(timeline._execution.namespace["optimizer"])}
        seen.clear()
        optimizer.step()
        assert not seen
    assert parameter.item() == pytest.approx(-0.2)


def test_the_hooks_are_installed_once():
    for _ in range(3):
        record(HEAD + "for epoch in range(2):\n" + LOOPS["clipped"])
    found = vars(sys.modules["torch.optim.optimizer"])["_global_optimizer_pre_hooks"].values()
    assert list(found).count(hooks._before_step) == 1


def test_going_back_hears_the_copies_of_the_optimizers():
    text = HEAD + "for epoch in range(30):\n" + LOOPS["clipped"]
    with Timeline(Script(text)) as timeline:
        timeline.seek(10)
        timeline.seek(3)
        moment = timeline.run()
        assert moment.status == "finished"
        straight, _ = record(text)
        for name, column in straight.gradients.items():
            assert timeline.history.gradients[name][:].tobytes() == column[:].tobytes()


ASKED_HEAD = (
    "import torch\nx = torch.tensor([[1.0], [2.0]])\ny = 3 * x - 1\n"
    "theta = [torch.zeros(1, 1, requires_grad=True), torch.zeros(1, requires_grad=True)]\nlog = []\n"
    "def cost_of(theta):\n    return ((x @ theta[0] + theta[1] - y) ** 2).mean()\n"
    "def fresh(t):\n    return t.detach().requires_grad_()\n"
)
ASKED = {
    "in a list made anew": (
        "    theta = [(t - 0.1 * d).detach().requires_grad_(True) for t, d in zip(theta, slopes)]\n"
    ),
    "by their places": (
        "    theta = [fresh(theta[k] - 0.1 * slopes[k]) for k in range(len(theta))]\n"
    ),
    "in a function": "    theta = moved(theta, slopes)\n",
}


@pytest.mark.parametrize("update", ASKED.values(), ids=ASKED)
def test_gradients_that_are_asked_for_and_go_into_new_tensors(update):
    history, names = record(
        f"{ASKED_HEAD}def moved(theta, by):\n"
        "    return list(map(lambda t, d: fresh(t - 0.1 * d), theta, by))\n"
        "for turn in range(3):\n    cost = cost_of(theta)\n"
        "    slopes = torch.autograd.grad(cost, theta)\n"
        f"    log.append([d.flatten().tolist() for d in slopes])\n{update}"
    )
    check(history, names["log"], ("theta[0]", "theta[1]"))


def test_an_update_of_a_list_is_one_of_what_it_holds_and_of_nothing_else():
    history, names = record(
        f"{ASKED_HEAD}other = torch.ones(1, requires_grad=True)\n"
        "for turn in range(3):\n    cost = cost_of(theta) + other.sum()\n    cost.backward()\n"
        "    log.append([t.grad.flatten().tolist() for t in theta] + [None])\n"
        "    theta = [(t - 0.1 * t.grad).detach().requires_grad_() for t in theta]\n"
    )
    check(history, names["log"], ("theta[0]", "theta[1]", "other"))


@pytest.mark.slow
@pytest.mark.parametrize("slots", [False, True])
def test_the_gradient_of_a_parameter_in_an_object_with_slots(slots):
    text = f"""import torch
from dataclasses import dataclass

@dataclass(slots={slots})
class Base:
    w: torch.Tensor

@dataclass(slots={slots})
class State(Base):
    rate: float = 0.1

state = State(torch.tensor(0.0, requires_grad=True))
for epoch in range(3):
    loss = (state.w - 2) ** 2
    loss.backward()
    with torch.no_grad():
        state.w -= state.rate * state.w.grad
    state.w.grad = None
"""
    with Timeline(Script(text)) as timeline:
        assert timeline.run().status == "finished"
        assert list(timeline.history.gradients) == ["state.w"]
        np.testing.assert_allclose(
            timeline.history.gradients["state.w"], [-4.0, -3.2, -2.56], rtol=1e-6
        )
