"""Each column holds one quantity in every epoch, whenever parameters come and go."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline

pytestmark = pytest.mark.slow

EPOCHS = 8


def run(text):
    """The history of a script, and what it kept in ``log``: for each epoch the parameters that
    were there at its end and the gradients that its updates used, by name."""
    timeline = Timeline(Script(text))
    with timeline:
        moment = timeline.run()
        assert moment.status == "finished", moment.message
        return timeline.history, timeline._execution.namespace["log"]


def check(history, log, losses=None):
    """``losses`` are those that each epoch sent back."""
    assert len(history) == len(log)
    for columns, place in ((history.parameters, 0), (history.gradients, 1)):
        assert set(columns) >= {name for epoch in log for name in epoch[place]}
        for name, column in columns.items():
            for epoch, values in enumerate(log):
                expected = values[place].get(name)
                found = column[epoch]
                if expected is None:
                    assert np.isnan(found).all(), (name, epoch + 1)
                else:
                    np.testing.assert_array_equal(
                        found, np.reshape(expected, column.field.shape), f"{name} {epoch + 1}"
                    )
    expected, sends = [], False
    for epoch in range(len(log)):
        sent = losses[epoch] if losses else []
        sends = sends or bool(sent)
        named = math.nan if sends else 1.0 / (epoch + 1)
        expected.append(sum(sent) / len(sent) if sent else named)
    np.testing.assert_allclose(history.loss, expected, rtol=1e-12)


lifetimes = st.tuples(st.integers(-1, EPOCHS - 1), st.integers(0, EPOCHS + 3)).filter(
    lambda life: life[0] <= life[1]
)


@st.composite
def lives(draw, kinds):
    """Parameters, each with the epoch in which it is made (-1 for above the loop) and the one at
    whose end it goes."""
    found = draw(st.lists(st.tuples(lifetimes, st.sampled_from(kinds)), min_size=1, max_size=4))
    return [(f"p{number}", *life, kind) for number, (life, kind) in enumerate(found)]


def script(head, parameters, make, update, drop, log):
    above = "".join(f"{make(name, kind)}\n" for name, born, _, kind in parameters if born == -1)
    body = ""
    for name, born, dies, kind in parameters:
        if born >= 0:
            body += f"    if epoch == {born}:\n        {make(name, kind)}\n"
        steps = "".join(f"        {line}\n" for line in update(name, kind).split("\n"))
        body += f"    if {max(born, 0)} <= epoch <= {dies}:\n{steps}"
    for name, _, dies, kind in parameters:
        body += f"    if epoch == {dies}:\n        {drop(name, kind)}\n"
    return (
        f"{head}log = []\n{above}for epoch in range({EPOCHS}):\n    used, sent = {{}}, []\n"
        f"    loss = 1.0 / (epoch + 1)\n{body}{log}"
    )


NUMPY = {"number": "2.5", "float32": "np.float32(1.5)", "array": "np.array([1.0, -2.0])"}


@given(lives(list(NUMPY)))
@settings(max_examples=60, deadline=None)
def test_numpy_parameters_that_come_and_go(parameters):
    history, log = run(
        script(
            "import numpy as np\ndef copy(v):\n    return np.array(v, dtype=float)\n",
            parameters,
            make=lambda name, kind: f"{name} = {NUMPY[kind]}",
            update=lambda name, kind: (
                f"d{name} = 0.5 * {name} + epoch\nused['{name}'] = copy(d{name})\n"
                f"{name} = {name} - 0.1 * d{name}\nd{name} = 0.0"
            ),
            drop=lambda name, kind: f"del {name}",
            log="    names = " + repr([name for name, *_ in parameters]) + "\n"
            "    log.append(({n: copy(globals()[n]) for n in names if n in globals()}, used))\n",
        )
    )
    check(history, log)


TORCH_HEAD = (
    "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
    "net = nn.ModuleDict()\nnets = []\nclass Holder:\n    pass\nholder = Holder()\n"
    "kept = {}\n"
    "class Trainer:\n    def __init__(self):\n        self.inner = Holder()\ntrainer = Trainer()\n"
    "start = nn.Parameter(torch.zeros(1))\n"
    "optimizer = torch.optim.SGD([start], lr=0.1)\n"
    "def copy(t):\n    return t.detach().clone().numpy()\n"
    "def put(t):\n    optimizer.add_param_group({'params': [t]})\n    return t\n"
    "def fresh(*shape):\n    return torch.ones(shape, requires_grad=True)\n"
)
# How it is made, what it is in the script, what its column is called, how it goes.
TORCH = {
    "a name": ("{n} = put(fresh(2))", "{n}", "{n}", "del {n}"),
    "a single number": ("{n} = put(fresh())", "{n}", "{n}", "del {n}"),
    "an entry of a dict": (
        "kept['{n}'] = put(fresh(2, 2))",
        "kept['{n}']",
        "kept['{n}']",
        "del kept['{n}']",
    ),
    "an attribute": ("holder.{n} = put(fresh(3))", "holder.{n}", "holder.{n}", "del holder.{n}"),
    "an attribute of an attribute": (
        "trainer.inner.{n} = put(fresh(1))",
        "trainer.inner.{n}",
        "trainer.inner.{n}",
        "del trainer.inner.{n}",
    ),
    "a parameter of a module": (
        "net['{n}'] = nn.Linear(1, 2, bias=False); put(net['{n}'].weight)",
        "net['{n}'].weight",
        "net.{n}.weight",
        "del net['{n}']",
    ),
}


@pytest.mark.parametrize("by_hand", [False, True])
@given(lives(list(TORCH)))
@settings(max_examples=40, deadline=None)
def test_torch_parameters_that_come_and_go(by_hand, parameters):
    def update(name, kind):
        here = TORCH[kind][1].format(n=name)
        column = TORCH[kind][2].format(n=name)
        step = (
            f"with torch.no_grad():\n    {here} -= 0.1 * {here}.grad\n{here}.grad = None"
            if by_hand
            else "optimizer.step()\noptimizer.zero_grad()"
        )
        return (
            f"part = (({here} - epoch) ** 2).sum()\npart.backward()\nsent.append(part.item())\n"
            f"{here}.grad.clamp_(-1, 1)\n"
            f"used[{column!r}] = copy({here}.grad)\n{step}"
        )

    places = {
        TORCH[kind][2].format(n=name): TORCH[kind][1].format(n=name)
        for name, _, _, kind in parameters
    }
    log = "    there = {'start': copy(start)}\n"
    for column, here in places.items():
        log += f"    try:\n        there[{column!r}] = copy({here})\n    except (NameError, KeyError, AttributeError):\n        pass\n"
    head = TORCH_HEAD
    if by_hand:
        head = head.replace("    optimizer.add_param_group({'params': [t]})\n", "")
    text = script(
        head,
        parameters,
        make=lambda name, kind: TORCH[kind][0].format(n=name),
        update=update,
        drop=lambda name, kind: TORCH[kind][3].format(n=name),
        # The names of a module's parameters are its own, as long as it is the only one.
        log=log + "    log.append((there, used, sent))\n",
    )
    history, kept = run(text)
    plain = {f"net.{name}.weight": f"{name}.weight" for name, *_ in parameters}
    if not by_hand:
        # Dropped from its owner, a parameter is still one of the optimizer's.
        everything = {name for epoch in kept for part in epoch[:2] for name in part}
        history = _Named(history, {plain.get(name, name) for name in everything})
    check(
        history,
        [
            tuple({plain.get(n, n): v for n, v in part.items()} for part in epoch[:2])
            for epoch in kept
        ],
        [sent for _, _, sent in kept],
    )


class _Named:
    """The columns of some names of a history."""

    def __init__(self, history, names):
        self.loss = history.loss
        self._length = len(history)
        self.parameters = {n: c for n, c in history.parameters.items() if n in names}
        self.gradients = {n: c for n, c in history.gradients.items() if n in names}

    def __len__(self):
        return self._length


def test_a_value_is_not_reported_as_the_gradient_of_another():
    """The smallest script in which columns were mixed up."""
    history, log = run(
        "log = []\nw = 1.0\nfor epoch in range(8):\n    loss = 1.0 / (epoch + 1)\n"
        "    dw = 0.25\n    w -= 0.5 * dw\n"
        "    if epoch == 1:\n        b = 100.0\n"
        "    if epoch >= 1:\n        db = 3.0\n        b -= 0.5 * db\n"
        "    log.append(({'w': w, **({'b': b} if epoch else {})},"
        " {'w': dw, **({'b': db} if epoch else {})}))\n"
    )
    check(history, log)
