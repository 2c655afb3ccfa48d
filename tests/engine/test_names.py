"""What a training loop calls its samples, its prediction and its learning rate."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.script.names import LoopNames, loop_names, short_name
from gdtui.engine.script.script import Script
from gdtui.stages import STAGES

BATCHES = Path(__file__).parents[2] / "assets" / "batches.py"
_LOSS = {"manual": "mean_squared_error", "autograd": "mean_squared_error"}


def named(text):
    return loop_names(Script(text, "own"))


@pytest.mark.parametrize("stage", [stage.key for stage in STAGES if stage.linear])
def test_a_stage(stage):
    model = "model" if stage in ("model", "module") else "predict"
    assert loop_names(Script.stage(stage)) == LoopNames(
        prediction="y_pred",
        inputs=(model, "x"),
        targets=(_LOSS.get(stage, "criterion"), "y"),
        learning_rate="learning_rate",
        test_input="x_test",
    )


def test_what_says_where_to_look_is_no_sample():
    """``y_pred = model(x[batch])`` and ``criterion(y_pred, y[batch])``."""
    names = loop_names(Script.from_file(BATCHES))
    assert names == LoopNames("y_pred", ("model", "x"), ("criterion", "y"), "learning_rate", "")


HEAD = "import numpy as np\nx = X = xs = np.ones(3)\ny = Y = np.ones(3)\nw = b = 1.0\nlr = 0.1\n"


@pytest.mark.parametrize(
    ("body", "prediction", "inputs", "targets"),
    [
        # By other names.
        ("y_hat = w * x + b; mse = ((y_hat - y) ** 2).mean()", "y_hat", ("w", "x", "b"), ("y",)),
        ("out = w * X; loss = np.mean((out - Y) ** 2)", "out", ("w", "X"), ("np", "Y")),
        ("p = w * x; cost = sum((a - t) ** 2 for a, t in zip(p, y))", "p", ("w", "x"), ("sum", "a", "t", "zip", "y")),
        # The last of several, and no name that they make themselves.
        ("logits = w * x; probs = 1 / (1 + np.exp(-logits)); loss = (probs - y).mean()", "probs", ("w", "x", "np"), ("y",)),
        ("y_pred = w * x; y_pred = y_pred + b; loss = ((y_pred - y) ** 2).mean()", "y_pred", ("w", "x", "b"), ("y",)),
        # A loss in parts.
        ("y_pred = w * x; error = y_pred - y; loss = (error ** 2).mean()", "y_pred", ("w", "x"), ("y",)),
        ("y_pred = w * x; errors = y - y_pred; loss = errors @ errors", "y_pred", ("w", "x"), ("y",)),
        # A loss that is only another name, and a prediction that is.
        ("y_pred = x; y_pred *= w; error = abs(y_pred - y); loss = error", "y_pred", ("x", "w"), ("abs", "y")),
        # Without a name.
        ("loss = ((w * x - y) ** 2).mean()", "", (), ("w", "x", "y")),
        ("pass", "", (), ()),
        # Parts of arrays.
        ("y_pred = w * x[i]; loss = (y_pred - y[i]) ** 2", "y_pred", ("w", "x"), ("y",)),
        ("y_pred = w * x[i : i + k]; loss = ((y_pred - y[i : i + k]) ** 2).mean()", "y_pred", ("w", "x"), ("y",)),
        ("y_pred = w * xs[order[i]]; loss = (y_pred - y[order[i]]) ** 2", "y_pred", ("w", "xs"), ("y",)),
        ("y_pred = (w * x)[:, None]; loss = ((y_pred - y[:, None]) ** 2).mean()", "y_pred", ("w", "x"), ("y",)),
        # Annotated, and several at once.
        ("y_pred: object = w * x; loss: float = ((y_pred - y) ** 2).mean()", "y_pred", ("w", "x"), ("y",)),
    ],
)  # fmt: skip
def test_loops_of_all_kinds(body, prediction, inputs, targets):
    lines = "\n    ".join(body.split("; "))
    names = named(f"{HEAD}for i in range(3):\n    {lines}\n    dw = 2 * w\n    w -= lr * dw\n")
    assert names.prediction == prediction
    assert names.inputs == inputs
    assert names.targets == targets


def test_names_of_inner_loops_and_branches():
    names = named(
        f"""{HEAD}
for epoch in range(3):
    for xb, yb in zip(xs, Y):
        if epoch:
            y_pred = w * xb
        else:
            y_pred = w * xb + b
        with np.errstate(all="ignore"):
            loss = (y_pred - yb) ** 2
        dw = 2 * w
        w -= lr * dw
"""
    )
    assert (names.prediction, names.inputs, names.targets) == ("y_pred", ("w", "xb", "b"), ("yb",))


def test_what_stands_outside_the_loop_counts_for_nothing():
    names = named(
        f"{HEAD}y_pred = w * X\nloss = (y_pred - Y).mean()\n"
        "for i in range(3):\n    dw = 2 * w\n    w -= lr * dw\npred = w * X\n"
    )
    assert (names.prediction, names.inputs, names.targets) == ("", (), ())


@pytest.mark.parametrize(
    ("above", "rate", "test_input"),
    [
        ("lr = 0.1", "lr", ""),
        ("learning_rate = 0.1", "learning_rate", ""),
        ("lr = 0.1\nlearning_rate = 0.2", "learning_rate", ""),
        ("lr = 1", "lr", ""),
        ("alpha = 0.1", "", ""),
        ("lr = 1 / 10", "lr", ""),
        ("lr = max(0.1, 0.2)", "", ""),  # no literal, so no setting
        ("config = {'lr': 0.1}", "", ""),
        ("x_test = 5.0", "", "x_test"),
        ("X_test = [5.0]\ntest_x = 1", "", "X_test"),
        ("test_x = 5", "", "test_x"),
        ("x_test = max(1, 2)", "", ""),
    ],
)
def test_settings_that_go_by_their_names(above, rate, test_input):
    names = named(f"{above}\nw = 1.0\nfor i in range(3):\n    dw = 2 * w\n    w -= 0.1 * dw\n")
    assert (names.learning_rate, names.test_input) == (rate, test_input)


def test_a_rate_that_the_loop_sets_is_no_setting_and_a_test_may_come_after_it():
    names = named(
        "w = 1.0\nfor i in range(3):\n    lr = 0.1\n    dw = 2 * w\n    w -= lr * dw\nx_test = 5.0\n"
    )
    assert (names.learning_rate, names.test_input) == ("", "x_test")


# Short names --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "among", "short"),
    [
        ("linear.weight", ["linear.weight", "linear.bias"], "weight"),
        ("0.weight", ["0.weight", "0.bias", "2.weight", "2.bias"], "0.weight"),
        ("a.b.weight", ["a.b.weight", "a.bias"], "weight"),
        ("a.b.weight", ["a.b.weight", "weight"], "a.b.weight"),
        ("weight", ["a.b.weight", "weight"], "weight"),
        ("w", ["w"], "w"),
        ("w", [], "w"),
        ("model.w", ["model.w", "b"], "w"),
    ],
)
def test_a_name_is_as_short_as_it_can_be_told_from_the_others(name, among, short):
    assert short_name(name, among) == short


@pytest.mark.slow
@given(st.lists(st.from_regex(r"[ab](\.[ab]){0,3}", fullmatch=True), min_size=1, unique=True))
def test_short_names_stay_different(among):
    short = [short_name(name, among) for name in among]
    assert len(set(short)) == len(among)
    for name, each in zip(among, short, strict=True):
        assert name == each or name.endswith(f".{each}")
