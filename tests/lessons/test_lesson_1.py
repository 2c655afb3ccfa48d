"""Lesson 1 with pencil and paper, and beside the notebook's own figures."""

from __future__ import annotations

import re

import numpy as np
import pytest
from oracle import (
    BEST,
    X,
    Y,
    assert_full_score,
    assert_remarks,
    by_hand,
    disagreements,
    line,
    notebook,
    stage,
    unwrapped,
    written,
)
from touring import Tour
from walking import stated

from gdtui.lessons.format.library import find_lesson

RATE, EPOCHS, X_TEST = 0.01, 10, 5.0
RUN = by_hand(RATE, EPOCHS, reduction="sum")
NOTEBOOK = notebook("manual", EPOCHS)

# On paper: w is 0, so every prediction is 0, and each error is minus the target.
PREDICTIONS = [0.0, 0.0, 0.0, 0.0]
ERRORS = [-2.0, -4.0, -6.0, -8.0]
SQUARES = [4.0, 16.0, 36.0, 64.0]
LOSS = (4 + 16 + 36 + 64) / 4
SHARES = [2 * 1 * -2.0, 2 * 2 * -4.0, 2 * 3 * -6.0, 2 * 4 * -8.0]
SLOPE = -4.0 - 16 - 36 - 64
FIRST = 0 - RATE * SLOPE
# The errors at the new weight are w - 2 = -0.8 times x, which makes them 0.4 times the old ones.
SECOND_SLOPE = 0.4 * SLOPE
SECOND = FIRST - RATE * SECOND_SLOPE

TWICE = "You can see that y is twice x. The script cannot."
CLOSER = "So w has come closer in one step."

RIGHT = {
    "The first prediction": "0",  # 0 times 3
    "How wrong is that?": f"{LOSS:g}",
    "Up or down?": "It should become larger",  # all predictions are too low
    "The slope": f"{SHARES[3]:g}",
    "All shares together": f"{SLOPE:g}",
    "What the sign says": "It falls when w grows a little",  # a negative slope
    "The update": f"{FIRST:g}",
    "One epoch is over": "it falls",  # w has come closer to 2
    "The second step": f"{SECOND:g}",
    "The line that learns": str(line("manual", "w -= ")),
    "A number it has never seen": f"{X_TEST * BEST:g}",  # within 0.1 of what the run says
}

WRONG = {
    "How wrong is that?": (sum(SQUARES), (2 + 4 + 6 + 8) / 4),
    "The slope": (-SHARES[3], 4 * -8.0),
    "All shares together": (SLOPE / 4,),
    "The update": (0 + RATE * SLOPE, 0 - SLOPE),
    "The second step": (FIRST + RATE * SECOND_SLOPE,),
}

EXPECTED = {
    "The samples": {
        "len(x)": 4,
        "x": [1.0, 2.0, 3.0, 4.0],
        "y": [2.0, 4.0, 6.0, 8.0],
        '"You can see that y is twice x. The script cannot." if max(abs(y - 2 * x)) < 0.00001 '
        'else "You may see a rule in them. The script cannot."': TWICE,
        "w": 0.0,
    },
    "The first prediction": {
        'line_of("y_pred = predict(x)")': line("manual", "y_pred = predict(x)"),
        "w": 0.0,
        "x[2]": 3.0,
        "y_pred[2]": 0.0,
        "y_pred": PREDICTIONS,
    },
    "How wrong is that?": {
        "y_pred - y": ERRORS,
        "(y_pred - y) ** 2": SQUARES,
        "len(y)": 4,
        "sum((y_pred - y) ** 2)": 120.0,
        "loss": LOSS,
        "mean(abs(y_pred - y))": 5.0,
    },
    "Up or down?": {
        "y_pred": PREDICTIONS,
        "y": [2.0, 4.0, 6.0, 8.0],
        "best.w > w": True,
        "best.w < w": False,
        "best.w == w": False,
    },
    "The slope": {
        'line_of("per_sample = ")': line("manual", "per_sample = "),
        "x[3]": 4.0,
        "y_pred[3] - y[3]": -8.0,
        "2 * x[3] * (y_pred[3] - y[3])": -64.0,
        "2 * x * (y_pred - y)": SHARES,
        "-2 * x[3] * (y_pred[3] - y[3])": 64.0,
        "x[3] * (y_pred[3] - y[3])": -32.0,
    },
    "All shares together": {
        "len(x)": 4,
        "2 * x * (y_pred - y)": SHARES,
        "dw": SLOPE,
        "mean(2 * x * (y_pred - y))": -30.0,
    },
    "What the sign says": {"dw": SLOPE, "dw < 0": True, "dw > 0": False, "dw == 0": False},
    "The update": {
        'line_of("w -= ")': line("manual", "w -= "),
        "learning_rate": RATE,
        "w": (0.0, 0.0, FIRST, FIRST),
        "dw": SLOPE,
        "before.w": 0.0,
        "best.w": 2.0,
        '"So w has come closer in one step." if abs(w - best.w) < abs(before.w - best.w) '
        'else "So this step has led too far."': CLOSER,
        "before.w + learning_rate * dw": -1.2,
        "before.w - dw": 120.0,
    },
    "One epoch is over": {
        "printed": "epoch 1: w = 1.200, loss = 30.00000000",
        "w": FIRST,
        "loss": (LOSS, RUN.loss_in(2), RUN.loss_in(2)),
        "before.loss": LOSS,
        "start.w": 0.0,
        "best.w": 2.0,
    },
    "The second step": {
        "dw": np.float32(SECOND_SLOPE),
        'gradient_in(1, "w")': SLOPE,
        "w": (FIRST, FIRST, np.float32(SECOND), np.float32(SECOND)),
        "learning_rate": RATE,
        "before.w": FIRST,
        "before.w + learning_rate * dw": np.float32(1.2 - 0.48),
    },
    "A number it has never seen": {
        "epochs": EPOCHS,
        "x_test": X_TEST,
        "printed": f"Prediction after training: f(5) = {RUN.after(EPOCHS) * X_TEST:.3f}",
        "w": RUN.after(EPOCHS),
        "best.w": 2.0,
        "x_test * best.w": 10.0,
        "w * x_test": RUN.after(EPOCHS) * X_TEST,
    },
    "What you have done": {"loss_in(1)": LOSS, "loss_in(epochs)": RUN.loss_in(EPOCHS)},
}

WRITTEN = {
    "How wrong is that?": {0},  # the loss of a weight that predicts every target
    "Up or down?": {0},
    "The slope": {2, 0},  # 2 · x · error
    "All shares together": {1},  # stage 1
}


@pytest.fixture(scope="module")
def lesson():
    return find_lesson("1")


@pytest.fixture(scope="module")
def facts(lesson):
    return stated(lesson)


@pytest.fixture
def values(facts):
    """What a step says of an expression, each time that it does."""
    return lambda step, text: [
        each.value for each in facts if (each.step, each.expression) == (step, text)
    ]


def test_right_answers_have_full_score(lesson):
    assert_full_score(lesson, RIGHT)


def test_every_number_is_that_of_pencil_and_paper(facts):
    assert disagreements(facts, EXPECTED) == []


def test_the_numbers_that_are_not_filled_in_are_right_too(lesson):
    assert written(lesson) == WRITTEN


def test_each_remark_is_made_to_its_own_number(lesson):
    assert_remarks(lesson, RIGHT, WRONG)


def test_the_losses_are_the_notebooks(values):
    losses = [
        values("How wrong is that?", "loss")[-1],
        values("One epoch is over", "before.loss")[0],
        values("One epoch is over", "loss")[-1],
        values("What you have done", "loss_in(1)")[0],
        values("What you have done", "loss_in(epochs)")[0],
    ]
    rows = NOTEBOOK.rows
    assert [f"{loss:.8f}" for loss in losses] == [rows[at]["loss"] for at in (0, 0, 1, 0, -1)]


def test_the_weights_are_the_notebooks(values):
    weights = [
        values("The update", "w")[-1],
        values("The second step", "w")[-1],
        values("A number it has never seen", "w")[-1],
    ]
    assert [f"{w:.3f}" for w in weights] == [NOTEBOOK.rows[at]["w"] for at in (0, 1, -1)]


def test_what_is_printed_is_the_notebooks(values):
    first = NOTEBOOK.rows[0]
    assert values("One epoch is over", "printed") == [
        f"epoch 1: w = {first['w']}, loss = {first['loss']}"
    ]
    assert values("A number it has never seen", "printed") == [
        f"Prediction after training: f(5) = {NOTEBOOK.after}"
    ]
    assert f"{values('A number it has never seen', 'w * x_test')[0]:.3f}" == NOTEBOOK.after


def test_the_run_beside_it_is_the_notebooks():
    for row in NOTEBOOK.rows:
        assert RUN.printed(row["epoch"]) == (
            f"epoch {row['epoch']}: w = {row['w']}, loss = {row['loss']}"
        )


def test_what_the_texts_say_of_the_run_holds():
    loop = stage("manual")[line("manual", "for epoch in range(epochs)") :]
    assert sum(text.lstrip().startswith("w ") and "= " in text for text in loop) == 1
    assert list(2 * X) == list(Y)
    assert abs(SECOND - FIRST) < abs(FIRST - 0)
    assert abs(FIRST - BEST) < abs(0 - BEST)
    # The gradient takes no loss: it is another function of the predictions.
    (made,) = [text for text in loop if text.lstrip().startswith("dw = ")]
    assert made.strip() == "dw = gradient(x, y, y_pred)"


def test_the_share_of_a_sample_follows_from_the_two_rates():
    """What the chain rule says, by differences: of the error over w, and of its square."""
    small = 1e-6
    for x, y in zip(X.astype(float), Y.astype(float), strict=True):
        error = 0 * x - y
        by_w = ((small * x - y) - error) / small
        by_error = ((error + small) ** 2 - error**2) / small
        assert by_w == pytest.approx(x, rel=1e-5)
        assert by_error == pytest.approx(2 * error, rel=1e-5)
        assert by_w * by_error == pytest.approx(2 * x * error, rel=1e-5)


def test_the_slope_is_the_mean_and_dw_the_sum_wherever_they_are_spoken_of(lesson):
    """dw is never called the slope, and the slope is never given dw's number."""
    loss = lambda w: float(np.mean((w * X.astype(float) - Y) ** 2))  # noqa: E731
    small = 1e-6
    assert (loss(small) - loss(-small)) / (2 * small) == pytest.approx(SLOPE / len(X), rel=1e-6)
    text = unwrapped(lesson.path.read_text())
    assert not re.search(r"(the |whole )slope is (now )?\{dw\}|[Nn]ow the slope", text)


def test_the_loss_that_is_printed_is_that_of_the_w_before(values):
    w, printed_loss = 0.0, 30.0
    assert printed_loss == float(np.mean((w * X - Y) ** 2))
    assert f"loss = {printed_loss:.8f}" in values("One epoch is over", "printed")[0]


def settled(**settings):
    """The lesson with other settings than its own: what it says of each step."""
    tour = Tour(find_lesson("1"))
    tour.adopt(**settings)
    tour.finish()
    tour.close()
    return {page.title: page for page in tour.pages}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "title", "says"),
    [
        ({"targets": [1, 2, 3, 5]}, "The samples", "You may see a rule in them."),
        ({"reduction": "mean"}, "All shares together", "about the sum of the shares"),
        ({"learning_rate": 0.04}, "The second step", "steps do not get shorter"),
        ({"learning_rate": 0.04}, "A number it has never seen", "does not come close"),
        ({"inputs": [-1, 2, 3, 4]}, "Up or down?", "about inputs above 0"),
        ({"x_test": 3.0}, "A number it has never seen", "one of the samples"),
        ({"learning_rate": 0.04}, "The update", "So this step has led too far."),
    ],
)
def test_what_would_not_be_true_with_other_settings_is_not_said(settings, title, says):
    page = settled(**settings)[title]
    assert says in page.text + page.trouble + page.why
    usual = settled()[title]
    assert says not in usual.text + usual.trouble + usual.why
    assert NOTEBOOK.learning_rate == RATE
