"""Logistic regression is recognised whoever computes it, and nothing else is taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.affine import MEAN, SUM
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.logistic.problem import LogisticProblem
from gdtui.analysis.samples import find_samples
from gdtui.analysis.study import Study

NUMPY = """import numpy as np
x = np.array([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])
y = np.array([0, 0, 0, 1, 0, 1, 1, 1.0])
lr = 0.1
w, b = 0.0, 0.0
theta = np.zeros(2)
X = np.column_stack([np.ones(8), x])
for epoch in range(12):
"""
TORCH = """import torch
from torch import nn
torch.manual_seed(0)
x = torch.tensor([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]).reshape(-1, 1)
y = torch.tensor([0, 0, 0, 1, 0, 1, 1, 1.0]).reshape(-1, 1)
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
    def forward(self, x):
        return torch.sigmoid(self.linear(x))
model = {model}
criterion = {criterion}
optimizer = torch.optim.{optimizer}
for epoch in range(12):
    {name} = model(x)
    loss = criterion({name}, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
STEP = """
    dw = np.{how}((p - y) * x)
    db = np.{how}(p - y)
    w -= lr * dw
    b -= lr * db
"""
SGD = "SGD(model.parameters(), lr=0.3)"


def numpy_script(loop, how="mean"):
    return NUMPY + "    " + loop + STEP.format(how=how)


def torch_script(model, criterion, optimizer=SGD, name="y_pred"):
    return TORCH.format(model=model, criterion=criterion, optimizer=optimizer, name=name)


SIGMOID = "nn.Sequential(nn.Linear(1, 1), nn.Sigmoid())"
ENTROPY = "y * np.log(p) + (1 - y) * np.log(1 - p)"
FOUND = {
    "by hand": numpy_script(f"p = 1 / (1 + np.exp(-(w * x + b)))\n    loss = -np.mean({ENTROPY})"),
    "by hand in two steps": numpy_script(
        f"z = w * x + b\n    p = 1 / (1 + np.exp(-z))\n    loss = -np.mean({ENTROPY})"
    ),
    "the sum by hand": numpy_script(
        f"p = 1 / (1 + np.exp(-(w * x + b)))\n    loss = -np.sum({ENTROPY})", "sum"
    ),
    "a vector with a column of ones": NUMPY
    + """    h = 1 / (1 + np.exp(-(X @ theta)))
    cost = (-y @ np.log(h + 1e-9) - (1 - y) @ np.log(1 - h + 1e-9)) / len(y)
    theta = theta - lr * X.T @ (h - y) / len(y)
""",
    "BCELoss": torch_script(SIGMOID, "nn.BCELoss()"),
    "BCELoss of a module": torch_script("Model()", "nn.BCELoss()"),
    "a sum of BCELoss": torch_script(
        "Model()", "nn.BCELoss(reduction='sum')", SGD.replace("0.3", "0.01")
    ),
    "BCEWithLogitsLoss": torch_script("nn.Linear(1, 1)", "nn.BCEWithLogitsLoss()", name="logits"),
    "the function": torch_script("Model()", "nn.functional.binary_cross_entropy"),
    "Adam": torch_script(SIGMOID, "nn.BCELoss()", "Adam(model.parameters(), lr=0.1)"),
    "without a name": torch_script(SIGMOID, "nn.BCELoss()")
    .replace("y_pred = model(x)", "pass")
    .replace("criterion(y_pred", "criterion(model(x)"),
}
OTHERS = {
    "squared errors of a sigmoid": torch_script(SIGMOID, "nn.MSELoss()"),
    "a tanh before the sigmoid": torch_script(
        "nn.Sequential(nn.Linear(1, 1), nn.Tanh(), nn.Sigmoid())", "nn.BCELoss()"
    ),
    "a hidden layer": torch_script(
        "nn.Sequential(nn.Linear(1, 3), nn.Tanh(), nn.Linear(3, 1))", "nn.BCEWithLogitsLoss()"
    ),
    "a weight for one class": torch_script(
        "nn.Linear(1, 1)", "nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.0))", name="logits"
    ),
    "targets between 0 and 1": torch_script(
        "nn.Linear(1, 1)", "nn.BCEWithLogitsLoss()", name="logits"
    ).replace("model =", "y = 0.8 * y + 0.1\nmodel ="),
    "a sigmoid twice as steep": numpy_script(
        f"p = (1 + np.tanh(w * x + b)) / 2\n    loss = -np.mean({ENTROPY})"
    ),
}


def watched(text):
    """A study at every statement of three epochs, and then at the end."""
    script = Script(text)
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        yield study
        while timeline.moment.epoch < 4:
            study.catch_up(timeline.step(), timeline.history)
            yield study
        study.catch_up(timeline.run(), timeline.history)
        yield study


def jumped(text):
    """A study that has seen the start and the end, as ``gdtui diagnose`` does."""
    script = Script(text)
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run(), timeline.history)
    return study


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_logistic_regression_is_found_whoever_computes_it(name):
    *_, study = watched(FOUND[name])
    for each in (study, jumped(FOUND[name])):
        assert isinstance(each.problem, LogisticProblem)
        assert each.is_proved
        assert each.problem.form == (SUM if "sum" in name else MEAN)
        assert sorted(each.problem.x[:, -1].tolist()) == [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
        assert each.problem.of_logits == (name in ("by hand in two steps", "BCEWithLogitsLoss"))
        assert (each.descent is None) == (name == "Adam")
        losses = each.history.loss[:]
        assert each.problem.loss(each.parameters_at(5)) == pytest.approx(losses[5], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", [each for each in FOUND if each != "without a name"])
def test_it_is_found_with_the_first_loss(name):
    seen = []
    for study in watched(FOUND[name]):
        samples = find_samples(study)
        if study.moment.loss_name in study.moment.assigned:
            assert isinstance(study.problem, LogisticProblem)
        if samples is not None and study.problem is not None and samples.form is not None:
            seen.append(study.moment.epoch)
            assert float(np.mean(samples.sample_losses)) == pytest.approx(
                study.moment.loss / (8 if samples.form.summed else 1), rel=1e-5
            )
    assert set(seen) >= {1, 2, 3}


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_nothing_else_is_taken_for_it(name):
    *_, study = watched(OTHERS[name])
    for each in (study, jumped(OTHERS[name])):
        assert each.problem is None
        assert not each.is_proved
        assert "curvature" not in each.diagnosis.text


def test_before_the_loss_a_line_is_not_claimed_where_logits_are_spoken_of():
    for study in watched(FOUND["BCEWithLogitsLoss"]):
        assert not isinstance(study.problem, LinearProblem)


def test_a_line_through_targets_of_0_and_1_stays_a_line():
    text = torch_script("nn.Linear(1, 1)", "nn.MSELoss()", SGD.replace("0.3", "0.05"))
    *_, study = watched(text)
    assert isinstance(study.problem, LinearProblem)
    assert study.is_proved


@pytest.mark.parametrize("use_torch", [False, True])
def test_the_stage_is_proved_even_where_its_probabilities_are_0_and_1(use_torch):
    for rate in (0.5, 400.0):
        values = {"use_torch": use_torch, "learning_rate": rate}
        study = jumped(Script.stage("logistic").with_settings(values).text)
        assert isinstance(study.problem, LogisticProblem)
        assert study.is_proved
