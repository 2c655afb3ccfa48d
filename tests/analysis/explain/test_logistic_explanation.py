"""The numbers pane of logistic regression: every formula comes to the number that the script has."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.numerals import FULL
from gdtui.analysis.study import Study

STAGE = Script.stage("logistic")
LOGITS = """import torch
x = torch.tensor([[0.5], [1.0], [2.0], [3.0]])
y = torch.tensor([[0.0], [1.0], [0.0], [1.0]])
model = torch.nn.Linear(1, 1)
with torch.no_grad():
    model.weight.fill_(0.5)
    model.bias.fill_(-1.0)
criterion = torch.nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(5):
    logits = model(x)
    loss = criterion(logits, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def explained(script, phases, epochs=1):
    """What is said of the statements of some phases in the epoch after so many."""
    found = {}
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        for _ in range(epochs):
            study.catch_up(timeline.next_epoch(), timeline.history)
        while len(found) < len(phases):
            moment = timeline.step()
            study.catch_up(moment, timeline.history)
            if moment.phase in phases and moment.phase not in found:
                found[str(moment.phase)] = (explain(study), explain(study, FULL), moment)
    return found


def evaluated(text, **names):
    """A formula as Python."""
    text = re.sub(r"(\d|\))·", r"\1*", text.replace("·", "*"))
    functions = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "mean": np.mean,
        "log": np.log,
        "exp": np.exp,
    }
    return eval(text, {"__builtins__": {}}, functions | names)


@pytest.mark.parametrize("use_torch", [False, True])
@pytest.mark.parametrize("epochs", [1, 9])
def test_prediction_loss_and_gradient_of_the_stage(use_torch, epochs):
    # As few samples as a formula writes out.
    values = {"inputs": [0.5, 2.0, 3.0], "targets": [0, 1, 0], "use_torch": use_torch}
    found = explained(STAGE.with_settings(values), ["predict", "loss", "gradient"], epochs)
    _, full, moment = found["predict"]
    held = {each: float(moment.parameters[each]) for each in ("w", "b")}
    arrays = {each: moment.variable(each).value for each in ("x", "y", "y_pred")}
    arrays = {name: np.asarray(each, dtype=float) for name, each in arrays.items()}

    (formula,) = full.formulas
    assert formula.left == "y_pred"
    np.testing.assert_allclose(evaluated(formula.rights[0], **held, **arrays), arrays["y_pred"])
    for right in formula.rights[1:]:
        np.testing.assert_allclose(evaluated(right), arrays["y_pred"], rtol=1e-12)

    _, full, moment = found["loss"]
    assert "A sample adds -log p; p is the probability of its target." in full.sentences
    (formula,) = full.formulas
    for right in formula.rights:
        assert evaluated(right, **arrays) == pytest.approx(moment.loss, rel=1e-12)

    _, full, moment = found["gradient"]
    assert [each.left for each in full.formulas] == ["dJ/dw", "dJ/db"]
    for formula, name in zip(full.formulas, ("w", "b"), strict=True):
        for right in formula.rights:
            expected = float(moment.gradients[name])
            assert evaluated(right, **arrays) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert full.table.used == "mean"


def test_the_table_of_the_stage():
    found = explained(STAGE, ["predict", "loss", "gradient", "update"])
    _, full, _ = found["predict"]
    assert full.table.headings == ("x", "y_pred")
    short, full, moment = found["gradient"]
    table = full.table
    assert table.headings == ("x", "y", "y_pred", "error", "-log p", "x·error")
    x, y, p = (table.column(each) for each in ("x", "y", "y_pred"))
    np.testing.assert_allclose(table.column("error"), p - y)
    np.testing.assert_allclose(table.column("-log p"), -np.log(np.where(y == 1, p, 1 - p)))
    np.testing.assert_allclose(table.column("x·error"), x * (p - y))
    means = dict(zip(table.headings, table.means, strict=True))
    assert means["-log p"] == pytest.approx(moment.loss)
    assert means["x·error"] == pytest.approx(float(moment.gradients["w"]))
    assert means["error"] == pytest.approx(float(moment.gradients["b"]))
    short, full, moment = found["update"]
    (formula,) = short.formulas
    assert str(formula).startswith("w = w - learning_rate·dw = 0.21875 - 0.5·(-0.10296)")


def test_a_script_that_keeps_what_the_sigmoid_is_taken_of():
    found = explained(Script(LOGITS), ["predict", "loss", "gradient"], epochs=2)
    _, full, moment = found["predict"]
    (formula,) = full.formulas
    assert formula.rights[0] == "weight·x + bias"
    z = np.ravel(moment.variable("logits").value).astype(float)
    y = np.array([0.0, 1, 0, 1])
    assert full.table.headings == ("x", "logits", "sigmoid(logits)")
    np.testing.assert_allclose(full.table.column("sigmoid(logits)"), 1 / (1 + np.exp(-z)))
    _, full, moment = found["loss"]
    (formula,) = full.formulas
    assert formula.rights[0] == "mean(log(1 + exp(logits)) - y·logits)"
    for right in formula.rights:
        assert evaluated(right, logits=z, y=y) == pytest.approx(moment.loss, rel=1e-6)
    _, full, moment = found["gradient"]
    assert full.formulas[0].rights[0] == "mean(x·(sigmoid(logits) - y))"
    assert full.formulas[1].rights[0] == "mean(sigmoid(logits) - y)"
    x = np.array([0.5, 1, 2, 3])
    for formula, name in zip(full.formulas, ("weight", "bias"), strict=True):
        for right in formula.rights:
            expected = float(np.ravel(moment.gradients[name])[0])
            found_value = evaluated(right, x=x, y=y, logits=z)
            assert found_value == pytest.approx(expected, rel=1e-5, abs=1e-7)
