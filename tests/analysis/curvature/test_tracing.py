"""The largest curvature over the epochs, compared with the eigenvalues of the whole Hessian, and the
limit of the updates."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.analysis.curvature.tracing import trace_curvature
from gdtui.engine.errors import ScriptError

NET = """
import torch
from torch import nn
torch.manual_seed(0)
x = torch.linspace(-2, 2, 20).reshape(-1, 1)
y = torch.sin(2 * x)
learning_rate = 0.1
model = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
for epoch in range(60):
    loss = ((model(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
BY_NUMPY = """
import numpy as np
rng = np.random.default_rng(0)
x = np.linspace(-2, 2, 20).reshape(-1, 1)
y = np.sin(2 * x)
W1, b1 = rng.normal(size=(1, 6)), np.zeros(6)
W2, b2 = rng.normal(size=(6, 1)), np.zeros(1)
learning_rate = 0.05
for epoch in range(40):
    hidden = np.tanh(x @ W1 + b1)
    out = hidden @ W2 + b2
    loss = ((out - y) ** 2).mean()
    d = 2 * (out - y) / len(x)
    dW2, db2 = hidden.T @ d, d.sum(axis=0)
    d_hidden = d @ W2.T * (1 - hidden ** 2)
    dW1, db1 = x.T @ d_hidden, d_hidden.sum(axis=0)
    W1 -= learning_rate * dW1
    b1 -= learning_rate * db1
    W2 -= learning_rate * dW2
    b2 -= learning_rate * db2
"""
STEP = "    optimizer.step()\n"
SGD = "SGD(model.parameters(), lr=learning_rate)"


def changed(*changes, text=NET):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Script(text)


def traced(script, counts=(4, 3), **options):
    *_, curve = trace_curvature(script, counts=counts, **options)
    return curve


def exact(script, epoch, names, shapes, split):
    """The largest eigenvalue of the whole Hessian in float64 at the parameters that an epoch starts
    with."""
    with Timeline(script) as timeline:
        timeline.start()
        held = timeline.seek(epoch - 1).parameters
        flat = torch.tensor(np.concatenate([np.ravel(held[name]) for name in names]))
    x = torch.linspace(-2, 2, 20, dtype=torch.float64).reshape(-1, 1)
    y = torch.sin(2 * x)

    def loss(flat):
        first, bias, second, last = (
            part.reshape(shape) for part, shape in zip(flat.split(split), shapes, strict=True)
        )
        return ((torch.tanh(x @ first + bias) @ second + last - y) ** 2).mean()

    hessian = torch.autograd.functional.hessian(loss, flat).numpy()
    return float(np.linalg.eigvalsh(hessian)[-1])


SHAPES = ((1, 6), (6,), (6, 1), (1,))
SPLIT = (6, 6, 6, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "names"),
    [
        (NET, ("0.weight", "0.bias", "2.weight", "2.bias")),
        (BY_NUMPY, ("W1", "b1", "W2", "b2")),
    ],
    ids=["torch", "numpy"],
)
def test_each_point_is_that_of_the_whole_hessian(text, names):
    script = Script(text)
    curve = traced(script)
    assert curve.points[0].epoch == 1
    assert len(curve.points) == curve.planned == 7
    for point in curve.points:
        whole = exact(script, point.epoch, names, SHAPES, SPLIT)
        assert point.largest == pytest.approx(whole, rel=2e-3)
    assert curve.model == ""


def test_the_losses_are_those_of_the_run():
    script = Script(NET)
    with Timeline(script) as timeline:
        timeline.run()
        losses = timeline.history.loss[:]
    curve = traced(script, epochs=30)
    assert [each.epoch for each in curve.points][-1] == curve.epochs == 30
    assert [each.loss for each in curve.points] == [losses[each.epoch - 1] for each in curve.points]


@pytest.mark.parametrize(("stage", "curvature"), [("manual", 60.0), ("autograd", 15.0)])
def test_theory_has_that_of_a_linear_model_exactly(stage, curvature):
    curve = traced(Script.stage(stage))
    assert [each.largest for each in curve.points] == pytest.approx([curvature] * 7, rel=1e-12)
    assert {each.limit for each in curve.points} == {200.0}
    assert curve.model == "linear"
    assert curve.reached is None


def test_theory_has_that_of_logistic_regression_at_each_epoch():
    script = Script.stage("logistic")
    curve = traced(script)
    with Timeline(script) as timeline:
        timeline.run()
        names = timeline.start().parameters
        variables = {each.name: each.value for each in timeline.moment.variables}
        inputs = torch.tensor(np.array(variables["x"], dtype=float).ravel())
        targets = torch.tensor(np.array(variables["y"], dtype=float).ravel())
        for point in curve.points:
            held = timeline.seek(point.epoch - 1).parameters
            flat = torch.tensor([float(np.ravel(held[name])[0]) for name in names])

            def loss(flat):
                return torch.nn.functional.binary_cross_entropy_with_logits(
                    inputs * flat[0] + flat[1], targets
                )

            whole = torch.autograd.functional.hessian(loss, flat.double()).numpy()
            assert point.largest == pytest.approx(np.linalg.eigvalsh(whole)[-1], rel=1e-6)
    assert curve.model == "logistic"
    assert "hover" not in curve.text()


# The limit ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "limit"),
    [
        (SGD, 20.0),
        ("SGD(model.parameters(), lr=learning_rate, momentum=0.5)", 30.0),
        ("SGD(model.parameters(), lr=learning_rate, weight_decay=0.1)", None),
        ("SGD(model.parameters(), lr=learning_rate, momentum=0.5, nesterov=True)", None),
        ("Adam(model.parameters(), lr=learning_rate)", None),
    ],
)
def test_the_limit_is_that_of_the_optimizer(new, limit):
    curve = traced(changed((SGD, new)), counts=(3, 0))
    assert {each.limit for each in curve.points} == {limit}
    assert ("does not apply directly to Adam" in curve.text()) == new.startswith("Adam")
    assert curve.other_rule == ("Adam" if new.startswith("Adam") else "")


def test_the_limit_follows_a_schedule():
    schedule = changed(
        ("for epoch", "half = torch.optim.lr_scheduler.StepLR(optimizer, 30, 0.5)\nfor epoch"),
        (STEP, STEP + "    half.step()\n"),
    )
    curve = traced(schedule, counts=(7, 0))
    assert [each.limit for each in curve.points] == [
        20.0 if each.epoch <= 30 else 40.0 for each in curve.points
    ]
    assert len({each.limit for each in curve.points}) == 2


def test_a_rate_without_a_name_is_measured_from_the_step():
    by_hand = changed(
        (
            STEP,
            "    with torch.no_grad():\n        for each in model.parameters():\n"
            "            each -= 0.2 * 0.9 ** epoch * each.grad\n",
        ),
        ("optimizer.zero_grad()", "model.zero_grad()"),
        (f"optimizer = torch.optim.{SGD}", ""),
    )
    curve = traced(by_hand, counts=(3, 0), epochs=9)
    for point in curve.points:
        assert point.limit == pytest.approx(2 / (0.2 * 0.9 ** (point.epoch - 1)), rel=1e-3)


def test_steps_that_are_cut_have_the_limit_of_the_steps_made():
    clip = "    nn.utils.clip_grad_norm_(model.parameters(), 0.05)\n" + STEP
    curve = traced(changed((STEP, clip)), counts=(3, 0))
    with Timeline(changed((STEP, clip))) as timeline:
        timeline.run()
        for point in curve.points:
            timeline.seek(point.epoch - 1)
            before = timeline.parameter_values()
            timeline.next_epoch()
            step = [timeline.parameter_values()[name] - before[name] for name in before]
            length = np.linalg.norm(np.concatenate([each.ravel() for each in step]))
            assert length == pytest.approx(0.1 * 0.05, rel=1e-2)
            assert point.limit > 20


@pytest.mark.parametrize(
    "update",
    [
        "velocity = 0.9 * velocity + {grad}\n    {name} -= learning_rate * velocity\n",
        "{name} -= learning_rate * ({grad} / (abs({grad}) + 1e-8))\n",
    ],
    ids=["momentum", "sign"],
)
def test_an_update_by_hand_that_is_no_gradient_descent_has_no_limit(update):
    text = """
import numpy as np
theta = np.array([2.0, -1.0])
velocity = np.zeros(2)
learning_rate = 0.1
for epoch in range(20):
    loss = np.sum(theta ** 4) / 4 + theta[0] * theta[1]
    grad = theta ** 3 + theta[::-1]
    """ + update.format(grad="grad", name="theta")
    curve = traced(Script(text), counts=(4, 0))
    last = curve.points[-1]
    with Timeline(Script(text)) as timeline:
        timeline.run()
        theta = timeline.history.parameters["theta"][last.epoch - 2]
    whole = np.diag(3 * theta**2) + np.array([[0, 1], [1, 0]])
    assert last.largest == pytest.approx(np.linalg.eigvalsh(whole)[-1], rel=1e-3)
    assert last.limit is None
    assert "for these updates none is known" in curve.text()


# What is said, and what is not --------------------------------------------------------


def test_a_net_above_the_limit_is_said_to_hover_and_a_linear_model_to_diverge():
    curve = traced(changed(("rate = 0.1", "rate = 0.3"), ("range(60)", "range(120)")))
    assert curve.reached is not None
    assert curve.reached.largest > 2 / 0.3
    above = sum(each.largest > each.limit for each in curve.points)
    assert f"In {above} of the {len(curve.points)} epochs that were looked at, first in epoch " in (
        curve.text()
    )
    assert f"in epoch {curve.reached.epoch}, it is above 2 / learning rate = 6.6667" in curve.text()
    assert "may hover at that limit without diverging" in curve.text()
    steep = Script.stage("autograd").with_settings({"learning_rate": 0.2})
    linear = traced(steep).text()
    assert "above 2 / learning rate = 10" in linear
    assert "the run diverges" in linear
    assert "hover" not in linear


def test_of_batches_it_is_the_last():
    batches = changed(
        (
            "    loss = ((model(x) - y) ** 2).mean()\n    optimizer.zero_grad()\n"
            "    loss.backward()\n",
            "    for half in (slice(0, 10), slice(10, 20)):\n"
            "        loss = ((model(x[half]) - y[half]) ** 2).mean()\n"
            "        optimizer.zero_grad()\n        loss.backward()\n    ",
        ),
    )
    curve = traced(batches)
    assert len(curve.points) == 7
    assert curve.of_last
    assert "the last loss of each epoch" in curve.text()


NOTHING = """
w = 3.0
for epoch in range(9):
    loss = w * w
    w -= 0.1 * 2 * w
"""


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (lambda: Script.load("tests/cases/gan.py"), "several losses"),
        (lambda: Script(NOTHING), "its own gradients are not those of all parameters"),
        (lambda: Script("w = 1.0\nfor e in range(0):\n    w -= 0.1 * w\n"), "no epoch has ended"),
    ],
)
def test_where_there_is_none_it_says_why(script, reason):
    with pytest.raises(ScriptError, match=reason):
        traced(script())


def test_a_gradient_that_is_of_no_loss_has_no_curvature():
    text = """
import numpy as np
theta = np.array([2.0, -1.0])
for epoch in range(9):
    loss = np.sum(theta ** 2)
    grad = np.array([2 * theta[0] + 3 * theta[1], 2 * theta[1]])
    theta -= 0.1 * grad
"""
    with pytest.raises(ScriptError, match="derivatives are not finite"):
        traced(Script(text))


def test_a_run_that_overflows_has_points_up_to_there():
    steep = Script.stage("optimizer").with_settings({"learning_rate": 9.0, "epochs": 80})
    curve = traced(steep)
    assert 0 < len(curve.points) == curve.planned < 7
    assert all(np.isfinite(each.loss) for each in curve.points)


@pytest.mark.parametrize(
    ("reduction", "said"),
    [
        ("sum", "of 4 times the loss, whose gradient the updates take, is 60"),
        ("mean", "of the loss is 15"),
    ],
)
def test_a_script_that_adds_up_its_gradients_goes_down_a_multiple_of_its_loss(reduction, said):
    script = Script.stage("manual").with_settings({"reduction": reduction})
    assert said in traced(script).text()
