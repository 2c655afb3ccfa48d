"""Why a loss stays where it is: nobody is told that losses alone do not show it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch

from gdtui import Script, Timeline
from gdtui.analysis.diagnose.diagnosis import Verdict
from gdtui.analysis.study import Study

SCRIPT = """\
import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-1, 1, 32).reshape(-1, 1)
y = 2 * x + 1
model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.MSELoss()
for epoch in range(120):
    pred = model(x)
    loss = loss_fn(pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
STEP = "    optimizer.step()\n"


def script(*changes):
    text = SCRIPT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return replace(Script.stage("manual"), text=text, name="own")


def diagnosed(made):
    with Timeline(made) as timeline:
        study = Study(made)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run(), timeline.history)
        assert "losses alone" not in study.diagnosis.text
        assert study.diagnosis.verdict is Verdict.STALLED
        return study.diagnosis.text, timeline.history


def first_gradient():
    """The norm of the gradient at the start."""
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 32).reshape(-1, 1)
    model = torch.nn.Sequential(torch.nn.Linear(1, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    loss = ((model(x) - 2 * x - 1) ** 2).mean()
    slopes = torch.autograd.grad(loss, model.parameters())
    return float(sum(each.square().sum() for each in slopes).sqrt())


def test_a_backward_that_is_not_called_is_named():
    text, _ = diagnosed(script(("loss.backward()", "loss.backward")))
    assert "line 14 names loss.backward without calling it" in text


def test_a_script_without_backward_says_so():
    text, _ = diagnosed(script(("    loss.backward()\n", "")))
    assert "there is no call of backward" in text


def test_a_rate_that_is_too_low_shows_in_its_steps():
    text, history = diagnosed(script(("lr=0.1", "lr=1e-7")))
    norm = first_gradient()
    assert float(re.search(r"gradient is still ([\d.]+),", text)[1]) == pytest.approx(
        norm, rel=1e-3
    )
    moved = float(re.search(r"parameters by ([\d.e-]+):", text)[1])
    assert moved == pytest.approx(1e-7 * norm, rel=0.05)  # in float32, whose rounding shows
    assert "with the learning rate 1e-7 are too short to be seen in the loss" in text
    assert len(history) == 120


def test_weight_decay_that_holds_the_parameters_is_named():
    text, _ = diagnosed(script(("lr=0.1", "lr=0.1, weight_decay=5.0")))
    assert "weight_decay=5 pulls them the other way" in text


def test_a_schedule_that_ends_the_updates_shows():
    text, _ = diagnosed(
        script(
            (
                "loss_fn = ",
                "slower = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.1)\nloss_fn = ",
            ),
            (STEP, STEP + "    slower.step()\n"),
        )
    )
    assert "but no update changes a parameter any more" in text


def test_a_gradient_cut_by_the_script_is_shorter_than_the_rate_says():
    cut = "    for each in model.parameters():\n        each.data -= 1e-7 * each.grad\n"
    text, _ = diagnosed(
        script((STEP, cut), ("loss_fn = ", "learning_rate = 0.1\nloss_fn = ")),
    )
    assert "too short to be seen in the loss" in text or "it is cut" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        # Dead units: no gradient from the start.
        ([("nn.Linear(8, 1))", "nn.Linear(8, 1), nn.ReLU())"), ("2 * x + 1", "-x - 5")], "is 0"),
        # The input is the same for all samples, so the mean of the targets is the best there is.
        ([("pred = model(x)", "pred = model(torch.ones(32, 1))")], "is down to"),
    ],
)
def test_a_flat_place_is_told_by_its_gradient(changes, said):
    text, _ = diagnosed(script(*changes))
    gradient = "the norm of the gradient" if said == "is down to" else "the gradient"
    assert f"{gradient} {said}" in text
    assert "a minimum or another flat place" in text or "nothing moves" in text


def test_of_batches_the_gradient_is_that_of_the_last():
    batches = "for epoch in range(120):\n  for part in range(2):\n    pred = model(x)\n"
    text, _ = diagnosed(
        script(
            ("lr=0.1", "lr=1e-7"),
            ("for epoch in range(120):\n    pred = model(x)\n", batches),
        )
    )
    assert "the norm of the gradient of the last batch is still" in text
