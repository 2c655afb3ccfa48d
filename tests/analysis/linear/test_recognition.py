"""Linear models as people write them, and losses that are a constant times the squared errors:
exact theory knows them, and of what it does not know it says what was seen not to match."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.diagnose.diagnosis import Verdict
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.linear.problem import LinearProblem, LossForm
from gdtui.analysis.study import Study

X1 = np.array([1.0, 2.0, 3.0, 4.0])
Y1 = np.array([3.0, 5.0, 7.0, 9.5])
X2 = np.array([[1.0, 0.5], [2.0, -1.0], [3.0, 0.3], [4.0, 2.0]])
ONES = np.ones((4, 1))
LINE = np.hstack([ONES, X1[:, np.newaxis]])
PLANE = np.hstack([X2, ONES])

NUMPY = """\
import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([3.0, 5.0, 7.0, 9.5])
X = np.stack([np.ones(4), x], axis=1)
learning_rate = 0.002
"""
TORCH = """\
import torch
torch.manual_seed(0)
x = torch.tensor([[1.0, 0.5], [2.0, -1.0], [3.0, 0.3], [4.0, 2.0]])
y = torch.tensor([[3.0], [5.0], [7.0], [9.5]])
learning_rate = 0.002
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
"""


def script(head, above, loop):
    body = textwrap.indent(textwrap.dedent(loop).strip(), "    ")
    return Script(f"{head}{above}\nfor epoch in range(40):\n{body}\n", "own")


def numpy_script(above, *loop):
    return script(NUMPY, above, "\n".join(loop))


def torch_script(loss, above=""):
    return script(
        TORCH,
        above,
        f"y_pred = model(x)\nloss = {loss}\noptimizer.zero_grad()\nloss.backward()\noptimizer.step()",
    )


THETA_I = (
    "y_pred = theta[0] + theta[1] * x",
    "error = y_pred - y",
    "cost = (error ** 2).mean()",
    "theta = theta - learning_rate * 2 * np.array([error.mean(), (error * x).mean()])",
)
# The script, its design in the order of its parameters, and how many times the mean squared error
# its loss is.
KNOWN = {
    "a vector and a column of ones": (
        numpy_script(
            "theta = np.zeros(2)",
            "y_pred = X @ theta",
            "error = y_pred - y",
            "cost = (error ** 2).mean()",
            "theta -= learning_rate * 2 * X.T @ error / len(y)",
        ),
        LINE,
        1,
    ),
    "half the mean": (
        numpy_script(
            "theta = np.zeros(2)",
            "y_pred = X @ theta",
            "error = y_pred - y",
            "cost = (error ** 2).sum() / (2 * len(y))",
            "grad = X.T @ error / len(y)",
            "theta -= learning_rate * grad",
        ),
        LINE,
        1 / 2,
    ),
    "the sum": (
        numpy_script(
            "theta = np.zeros((2, 1)); Y = y.reshape(-1, 1)",
            "y_pred = X @ theta",
            "error = y_pred - Y",
            "loss = (error ** 2).sum()",
            "grad = 2 * X.T @ error",
            "theta -= learning_rate * grad",
        ),
        LINE,
        4,
    ),
    "half the sum": (
        numpy_script(
            "theta = np.zeros(2)",
            "y_pred = X @ theta",
            "error = y_pred - y",
            "loss = (error ** 2).sum() / 2",
            "grad = X.T @ error",
            "theta -= learning_rate * grad",
        ),
        LINE,
        2,
    ),
    "theta[0] and theta[1]": (numpy_script("theta = np.zeros(2)", *THETA_I), LINE, 1),
    "theta[i] one by one": (
        numpy_script(
            "theta = np.zeros(2)",
            "y_pred = theta[0] + theta[1] * x",
            "error = y_pred - y",
            "cost = (error ** 2).mean() / 2",
            "g0, g1 = error.mean(), (error * x).mean()",
            "theta[0] -= learning_rate * g0",
            "theta[1] -= learning_rate * g1",
        ),
        LINE,
        1 / 2,
    ),
    "the bias last": (
        numpy_script(
            "theta = np.zeros(2)",
            "y_pred = theta[0] * x + theta[1]",
            "error = y_pred - y",
            "cost = (error ** 2).mean()",
            "theta = theta - learning_rate * 2 * np.array([(error * x).mean(), error.mean()])",
        ),
        LINE[:, ::-1],
        1,
    ),
    "theta0 and theta1": (
        numpy_script(
            "theta0 = theta1 = 0.0",
            "y_pred = theta0 + theta1 * x",
            "error = y_pred - y",
            "loss = (error ** 2).mean()",
            "d0, d1 = 2 * error.mean(), 2 * (error * x).mean()",
            "theta0 -= learning_rate * d0",
            "theta1 -= learning_rate * d1",
        ),
        LINE[:, ::-1],
        1,
    ),
    "names that say nothing": (
        numpy_script(
            "p = 0.0; q = 0.1",
            "y_pred = p + q * x",
            "error = y_pred - y",
            "loss = (error ** 2).mean()",
            "dp, dq = 2 * error.mean(), 2 * (error * x).mean()",
            "p -= learning_rate * dp",
            "q -= learning_rate * dq",
        ),
        LINE[:, ::-1],
        1,
    ),
    "a dict": (
        numpy_script(
            "params = {'b': 0.0, 'w': 0.0}",
            "y_pred = params['w'] * x + params['b']",
            "error = y_pred - y",
            "loss = (error ** 2).sum()",
            "dw, db = 2 * (error * x).sum(), 2 * error.sum()",
            "params['w'] -= learning_rate * dw",
            "params['b'] -= learning_rate * db",
        ),
        LINE[:, ::-1],
        4,
    ),
    "X @ w + b": (
        numpy_script(
            "X = np.stack([x, x ** 2], axis=1); w = np.zeros(2); b = 0.0",
            "y_pred = X @ w + b",
            "error = y_pred - y",
            "loss = (error ** 2).mean()",
            "dw = 2 * X.T @ error / len(y)",
            "db = 2 * error.mean()",
            "w -= learning_rate * dw",
            "b -= learning_rate * db",
        ),
        np.stack([X1, X1**2, np.ones(4)], axis=1),
        1,
    ),
    "float32": (
        numpy_script(
            "X = X.astype(np.float32); y = y.astype(np.float32); theta = np.zeros(2, np.float32)",
            "y_pred = X @ theta",
            "error = y_pred - y",
            "loss = (error ** 2).mean() / 2",
            "grad = X.T @ error / np.float32(4)",
            "theta -= np.float32(learning_rate) * grad",
        ),
        LINE,
        1 / 2,
    ),
    "a layer of several features": (
        torch_script("torch.nn.functional.mse_loss(y_pred, y)"),
        PLANE,
        1,
    ),
    "a layer, the sum": (torch_script("((y_pred - y) ** 2).sum()"), PLANE, 4),
    "a layer, half the sum": (torch_script("0.5 * ((y_pred - y) ** 2).sum()"), PLANE, 2),
    "a layer, any constant": (torch_script("0.3 * ((y_pred - y) ** 2).mean()"), PLANE, 0.3),
    "a prediction without a name": (
        torch_script("((model(x) - y) ** 2).mean() / 2"),
        PLANE,
        1 / 2,
    ),
}


def studied(of, epoch=None):
    with Timeline(of) as timeline:
        study = Study(of)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run() if epoch is None else timeline.seek(epoch), timeline.history)
        return study, timeline.history


@pytest.mark.parametrize("name", KNOWN)
def test_linear_models_as_people_write_them_are_known(name):
    of, design, scale = KNOWN[name]
    study, history = studied(of)
    problem = study.problem
    assert study.is_proved
    np.testing.assert_allclose(problem.design, design, rtol=1e-6)
    assert problem.scale == pytest.approx(scale, rel=1e-5)
    # It has the losses that were recorded.
    for epoch in (1, 5, 40):
        vector = study.parameters_at(epoch - 1)
        assert problem.loss(vector) == pytest.approx(history.loss[epoch - 1], rel=1e-4)
    diagnosis = study.diagnosis
    assert diagnosis.verdict is Verdict.SMOOTH
    steepest = np.linalg.eigvalsh(scale * 2 / 4 * design.T @ design)[-1]
    assert diagnosis.largest_stable_learning_rate == pytest.approx(2 / steepest, rel=1e-4)
    assert "only for" not in diagnosis.text


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_every_moment_of_them_can_be_explained(name):
    of, _, _ = KNOWN[name]
    with Timeline(of) as timeline:
        study = Study(of)
        study.catch_up(timeline.start(), timeline.history)
        tables = 0
        for _ in range(12):
            study.catch_up(timeline.step(), timeline.history)
            tables += explain(study).table is not None
            # The form of a loss is only supposed until one has been computed.
            if study.moment.loss_name in study.moment.assigned and study.problem is not None:
                assert study.loss_is_seen
        assert tables or name == "a prediction without a name"


def test_the_limit_of_a_summed_loss_is_where_a_run_tips_over():
    of = KNOWN["the sum"][0]
    limit = studied(of)[0].diagnosis.largest_stable_learning_rate
    for share, grows in ((0.98, False), (1.02, True)):
        _, history = studied(of.with_settings({"learning_rate": limit * share}))
        assert (history.loss[-1] > history.loss[-9]) == grows


@pytest.mark.parametrize(
    ("name", "loss", "share"),
    [
        ("half the mean", "mean((y_pred - y)²)/2", "mean(X[1]·(y_pred - y))"),
        ("the sum", "sum((y_pred - Y)²)", "sum(2·X[1]·(y_pred - Y))"),
        ("half the sum", "sum((y_pred - y)²)/2", "sum(X[1]·(y_pred - y))"),
    ],
)
def test_formulas_have_the_form_of_the_loss(name, loss, share):
    of = KNOWN[name][0]
    seen = set()
    with Timeline(of) as timeline:
        study = Study(of)
        study.catch_up(timeline.start(), timeline.history)
        for _ in range(10):
            study.catch_up(timeline.step(), timeline.history)
            explanation = explain(study)
            seen |= {formula.rights[0] for formula in explanation.formulas}
            assert not [note for note in explanation.notes if "does not divide" in note]
    assert {loss, share} <= seen


def test_a_sum_of_gradients_is_told_from_a_sum_in_the_loss():
    by_loss = studied(KNOWN["the sum"][0])[0].diagnosis.text
    assert "The loss adds up the squared errors of its 4 samples" in by_loss
    by_gradient = studied(Script.stage("manual"))[0].diagnosis.text
    assert "The script adds up the gradients of its 4 samples" in by_gradient
    assert "The loss adds up" not in by_gradient


def test_a_mean_of_gradients_of_a_summed_loss_is_seen():
    of = numpy_script(
        "w = 0.0",
        "y_pred = w * x",
        "loss = ((y_pred - y) ** 2).sum()",
        "dw = (2 * x * (y_pred - y)).mean()",
        "w -= learning_rate * dw",
    )
    study, _ = studied(of)
    assert study.problem.form == LossForm(1.0, True)
    assert study.descent.scale == 1 / 4
    assert "The update takes 0.25 times the gradient of the loss" in study.diagnosis.text


# What is not known --------------------------------------------------------------------

NOT_LINEAR = "gdtui knows exact theory only for linear models, and "
NOT_SQUARED = "gdtui knows exact theory only for squared errors, and "
UNKNOWN = {
    "a sigmoid": (
        torch_script("((y_pred - y) ** 2).mean()").text.replace(
            "model(x)", "torch.sigmoid(model(x))"
        ),
        NOT_LINEAR + "y_pred is not a weight times the inputs, plus a bias",
    ),
    "absolute errors": (
        torch_script("(y_pred - y).abs().mean()").text,
        NOT_SQUARED + "its loss is not a multiple of those of y_pred",
    ),
    "a penalty": (
        torch_script("((y_pred - y) ** 2).mean() + (model.weight ** 2).sum()").text,
        NOT_SQUARED + "its loss is not a multiple of those of y_pred",
    ),
    "two layers": (
        torch_script("((y_pred - y) ** 2).mean()").text.replace(
            "torch.nn.Linear(2, 1)",
            "torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))",
        ),
        NOT_LINEAR + "it trains more than the weights and the bias of one",
    ),
    "a curve": (
        numpy_script(
            "a = 0.1; b = 0.1; c = 0.1",
            "y_pred = a + b * x + c * x ** 2",
            "error = y_pred - y",
            "loss = (error ** 2).mean()",
            "da, db, dc = error.mean(), (error * x).mean(), (error * x ** 2).mean()",
            "a -= learning_rate * da",
            "b -= learning_rate * db",
            "c -= learning_rate * dc",
        ).text,
        NOT_LINEAR + "y_pred is not a linear function of the inputs",
    ),
    "batches": (
        numpy_script(
            "w = 0.5",
            "for i in (0, 2):",
            "    y_pred = w * x[i : i + 2]",
            "    error = y_pred - y[i : i + 2]",
            "    loss = (error ** 2).mean()",
            "    dw = 2 * (error * x[i : i + 2]).mean()",
            "    w -= learning_rate * dw",
        ).text,
        "it trains on batches, so none of its losses covers all samples",
    ),
    "a prediction without a name": (
        torch_script("(model(x) - y).abs().mean()").text.replace("y_pred = model(x)\n", "pass\n"),
        "no linear or logistic model of its arrays has the recorded losses",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", UNKNOWN)
def test_what_was_not_matched_is_said_and_nothing_else(name):
    text, why = UNKNOWN[name]
    for epoch in (None, 6):
        study, _ = studied(Script(text, "own"), epoch)
        assert not study.is_proved
        assert study.diagnosis.text.endswith(f"because {why}."), study.diagnosis.text
        others = {each for _, each in UNKNOWN.values()} - {why}
        assert not [each for each in others if each in study.diagnosis.text]


TINY = """\
import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = 2 * x
w = torch.tensor(1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr={rate})
for epoch in range(40):
    loss = ((w * x - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    {change}
    optimizer.step()
"""


@pytest.mark.parametrize(
    ("rate", "change", "said"),
    [
        (1e-7, "pass", "because its steps are hardly larger than rounding errors."),
        (
            1e-9,
            "pass",
            "Stalled: a step of 1e-9 x 15 is too small for float32 to change w,",
        ),
        (0.0, "pass", "Stalled: the learning rate is 0, so nothing moves"),
        (
            0.01,
            "optimizer.zero_grad(set_to_none=False)",
            "Stalled: the gradient is zeroed before the update uses it,",
        ),
        (0.01, "w.grad *= 1 - epoch % 2", "because its steps do not show a rule that gdtui knows"),
        (1e-3, "pass", "1 - 0.001 x 15"),
    ],
)
def test_steps_that_rounding_hides_are_no_rule_of_another_kind(rate, change, said):
    study, _ = studied(Script(TINY.format(rate=rate, change=change), "own"))
    assert said in study.diagnosis.text, study.diagnosis.text
    hidden = "do not show a rule" in study.diagnosis.text
    assert hidden == ("do not show a rule" in said)


def test_a_gradient_of_0_is_said_of_a_run_that_stands_at_the_minimum():
    study, _ = studied(Script(TINY.format(rate=0.01, change="pass"), "own"))
    assert "the gradient is 0" not in study.diagnosis.text
    text = TINY.format(rate=0.01, change="pass").replace(
        "w = torch.tensor(1.0", "w = torch.tensor(2.0"
    )
    study, _ = studied(Script(text, "own"))
    assert (
        "Stalled: the gradient is 0, so nothing moves; the loss stays at 0." in study.diagnosis.text
    )


def test_a_column_of_ones_is_a_bias_only_beside_another():
    x = np.ones((3, 1))
    assert LinearProblem(x, np.ones(3), "w").ones is None
    assert LinearProblem(np.hstack([x, x * 2]), np.ones(3), "w").ones == 0
    assert LinearProblem(np.hstack([x * 2, x]), np.ones(3), "w").line == (0, 1)
    assert LinearProblem(x * 2, np.ones(3), "w", "b").line == (0, 1)
    assert LinearProblem(np.hstack([x * 2, x]), np.ones(3), "w", "b").line is None
