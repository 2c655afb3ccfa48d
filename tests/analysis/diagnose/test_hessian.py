"""The largest curvature of the loss, compared with the eigenvalues of the whole Hessian."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.diagnose.hessian import lanczos, largest_curvature

NET = """
import torch
from torch import nn
torch.manual_seed({seed})
x = torch.randn(40, 4)
y = torch.sin(x.sum(dim=1, keepdim=True))
model = nn.Sequential(nn.Linear(4, {hidden}), nn.{act}(), nn.Linear({hidden}, 1))
optimizer = torch.optim.{optimizer}
for epoch in range({epochs}):
    loss = ((model(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
SGD = "SGD(model.parameters(), lr=0.05)"


def net(tmp_path, hidden=8, act="Tanh", optimizer=SGD, epochs=12, seed=0, change=("", "")):
    path = tmp_path / "net.py"
    text = NET.format(hidden=hidden, act=act, optimizer=optimizer, epochs=epochs, seed=seed)
    path.write_text(text.replace(*change) if change[0] else text)
    return Script.load(str(path))


def curvature_of(script, rate=0.05):
    with Timeline(script) as timeline:
        moment = timeline.run()
        return largest_curvature(timeline, rate, moment.optimizers)


def exact(script):
    """The largest eigenvalue of the Hessian in the last epoch, from the whole Hessian in float64 of
    the script's own net at its parameters there."""
    with Timeline(script) as timeline:
        timeline.run()
        held = timeline.seek(len(timeline.history) - 1).parameters
        flat = torch.tensor(np.concatenate([np.ravel(each) for each in held.values()]))
        hidden = np.size(held["0.bias"])
        act = torch.tanh if "Tanh" in script.text else torch.relu
        torch.manual_seed(0)
        x = torch.randn(40, 4)
        y = torch.sin(x.sum(dim=1, keepdim=True)).double()
        x = x.double()

        def loss(flat):
            first, bias, second, last = flat.split([4 * hidden, hidden, hidden, 1])
            inner = act(x @ first.reshape(hidden, 4).T + bias)
            return ((inner @ second.reshape(1, hidden).T + last - y) ** 2).mean()

        hessian = torch.autograd.functional.hessian(loss, flat).numpy()
    return float(np.linalg.eigvalsh(hessian)[-1])


@pytest.mark.slow
@pytest.mark.parametrize("act", ["Tanh", "ReLU"])
@pytest.mark.parametrize("hidden", [1, 8, 40, 166])
def test_it_is_that_of_the_whole_hessian(tmp_path, hidden, act):
    script = net(tmp_path, hidden, act)
    found = curvature_of(script)
    assert 6 * hidden + 1 <= 1000
    assert found.largest == pytest.approx(exact(script), rel=0.01)
    assert (found.limit, found.of_last) == (40.0, False)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 60), st.integers(0, 10**6))
def test_lanczos_finds_the_largest_eigenvalue_of_any_symmetric_matrix(size, seed):
    random = np.random.default_rng(seed)
    half = random.normal(size=(size, size))
    matrix = half + half.T
    found = lanczos(lambda vector: matrix @ vector, size)
    assert found == pytest.approx(np.linalg.eigvalsh(matrix)[-1], rel=0.01, abs=1e-9)


@pytest.mark.parametrize("values", [[-9.0, 1.0, 0.5], [0.0, 0.0], [3.0, 3.0, 3.0], [-2.0, -5.0]])
def test_it_is_the_largest_and_not_the_one_farthest_from_0(values):
    matrix = np.diag(values)
    assert lanczos(lambda v: matrix @ v, len(values)) == pytest.approx(max(values), abs=1e-9)


def test_what_cannot_be_told_is_not():
    assert lanczos(lambda v: v * np.nan, 3) is None
    spread = np.linspace(0.9, 1.0, 500)
    assert lanczos(lambda v: spread * v, 500, ends=0.0) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("optimizer", "limit"),
    [
        (SGD, 40.0),
        ("SGD(model.parameters(), lr=0.05, momentum=0.5)", 60.0),
        ("SGD(model.parameters(), lr=0.05, weight_decay=0.1)", None),
        ("Adam(model.parameters(), lr=0.05)", None),
    ],
)
def test_the_limit_is_that_of_the_rule(tmp_path, optimizer, limit):
    found = curvature_of(net(tmp_path, optimizer=optimizer))
    assert found.largest > 0
    assert found.limit == limit
    assert ("none is known" in found.text()) == (limit is None)


@pytest.mark.slow
def test_above_the_limit_the_text_says_that_steps_grow(tmp_path):
    found = curvature_of(net(tmp_path), rate=0.05)
    assert "below 2 / learning rate = 40: no direction" in found.text()
    assert "hover there without diverging" in found.text()
    steep = net(tmp_path, change=("** 2).mean()", "** 2).mean() * 100"), epochs=1)
    found = curvature_of(steep)
    assert found.largest > found.limit
    assert "the steps grow, as long as the curvature stays" in found.text()
    assert "without diverging" in found.text()


@pytest.mark.slow
def test_of_several_losses_it_is_the_last(tmp_path):
    batches = (
        "    loss = ((model(x) - y) ** 2).mean()\n    optimizer.zero_grad()\n    loss.backward()",
        "    for half in (slice(0, 20), slice(20, 40)):\n"
        "        loss = ((model(x[half]) - y[half]) ** 2).mean()\n        loss.backward()",
    )
    found = curvature_of(net(tmp_path, change=batches, epochs=3))
    assert found.of_last
    assert "the last loss of the last epoch" in found.text()


@pytest.mark.slow
def test_the_run_is_not_changed(tmp_path):
    script = net(tmp_path)
    with Timeline(script) as timeline:
        moment = timeline.run()
        before = timeline.history.parameters["0.weight"].tolist()
        assert largest_curvature(timeline, 0.05, moment.optimizers) is not None
        timeline.seek(3)
        timeline.run()
        assert timeline.moment.parameters["0.weight"].tolist() == before[-1]


def test_there_is_none_without_a_graph_or_an_end():
    assert curvature_of(Script.stage("manual")) is None
    diverges = Script.stage("autograd").with_settings({"learning_rate": 100.0, "epochs": 300})
    assert curvature_of(diverges) is None
