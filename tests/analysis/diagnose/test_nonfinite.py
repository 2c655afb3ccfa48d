"""A value that is not finite is traced to where it first appeared, and diverging is said only of a
loss that grew."""

from __future__ import annotations

import pytest

from gdtui import Script, Timeline
from gdtui.analysis.diagnose.diagnosis import Verdict
from gdtui.analysis.study import Study
from gdtui.engine.play.report import Activity, Report
from gdtui.ui.texts.wording import state_text

NUMPY = """\
import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([2.0, 4.0, 6.0, 8.0])
w = {start}
for epoch in range({epochs}):
    y_pred = {model}
    loss = ((y_pred - y) ** 2).mean()
    dw = 2 * (x * (y_pred - y)).mean()
    {change}
    w -= {rate} * dw
"""
TORCH = """\
import torch
torch.manual_seed(0)
inputs = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
targets = inputs.sum(1, keepdim=True)
{above}
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr={rate})
for epoch in range(60):
    loss = ((model(inputs) - targets) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    {change}
    optimizer.step()
"""


def numpy_run(change="pass", rate=0.01, epochs=300, start=0.0, model="w * x", above=""):
    text = NUMPY.format(change=change, rate=rate, epochs=epochs, start=start, model=model)
    return text.replace("\nw = ", f"\n{above}\nw = ")


def torch_run(change="pass", rate=0.001, above=""):
    return TORCH.format(change=change, rate=rate, above=above)


def ended(text):
    script = Script(text, "own")
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        moment = timeline.run()
        study.catch_up(moment, timeline.history)
        return study.diagnosis, moment, timeline, study


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "an input": (
            torch_run(above="inputs[3, 1] = float('nan')"),
            "Not finite: inputs[3, 1] is nan; the loss is nan in epoch 1.",
        ),
        "an infinite target": (
            torch_run(above="targets[1, 0] = float('inf')"),
            "Not finite: targets[1, 0] is inf; the loss is inf in epoch 1.",
        ),
        "a number among a few": (
            numpy_run(above="x[3] = np.nan"),
            "Not finite: x[3] is nan; the loss is nan in epoch 1.",
        ),
        "a gradient": (
            torch_run("if epoch == 6: model[0].weight.grad *= float('nan')"),
            "Not finite: the gradient of 0.weight[0, 0] is nan in epoch 7 while the loss is finite.",
        ),
        "a gradient by hand, of a line that theory knows": (
            numpy_run("dw = np.inf if epoch == 4 else dw"),
            "Not finite: the gradient of w is inf in epoch 5 while the loss is finite.",
        ),
        "a parameter": (
            numpy_run("w = np.nan if epoch == 2 else w"),
            "Not finite: w is nan after epoch 3, though its recorded gradient is finite.",
        ),
        "a loss": (
            numpy_run("pass", model="w * x + np.sqrt(0.5 - w)"),
            "Not finite: the loss is nan in epoch 3, and no gradient or parameter was before.",
        ),
    }.values(),
)
def test_where_it_first_appeared(text, said):
    diagnosis, moment, timeline, study = ended(text)
    assert moment.status == "diverged"
    assert diagnosis.text == said
    assert diagnosis.line == said
    assert diagnosis.verdict is Verdict.NOT_FINITE
    assert moment.message == f"not finite at epoch {moment.epoch}: the loss is not finite"
    assert shown(moment) == f"not finite at epoch {moment.epoch}"
    # It is not said of the run as it was before.
    with timeline:
        study.catch_up(timeline.seek(1), timeline.history)
        assert study.diagnosis.verdict is not Verdict.NOT_FINITE or moment.epoch == 1


@pytest.mark.parametrize(
    "text",
    [
        numpy_run(rate=0.1, model="w * x + w ** 3"),
        torch_run(rate=1e18),
        numpy_run(rate=5.0, model="w * x + w ** 3"),
        numpy_run(rate=1e160, model="w * x + w ** 3"),
    ],
)
def test_diverging_is_said_of_a_loss_that_grew(text):
    diagnosis, moment, _, _ = ended(text)
    assert moment.status == "diverged"
    assert diagnosis.verdict is Verdict.DIVERGING
    assert "the loss grew" in diagnosis.text
    assert shown(moment) == f"diverged at epoch {moment.epoch}"
    assert moment.message.startswith("diverged at epoch")


def test_theory_goes_first_where_it_knows_why():
    diagnosis, moment, _, _ = ended(numpy_run(rate=0.5, epochs=2000))
    assert moment.status == "diverged"
    assert diagnosis.verdict is Verdict.DIVERGING
    assert diagnosis.shrink_per_epoch == pytest.approx(0.5 * 15 - 1)


def shown(moment):
    return state_text(Report(Activity.PAUSED, 10.0, moment=moment))
