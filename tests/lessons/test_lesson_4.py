"""Lesson 4 beside both runs in a loop of the tests' own, and beside the notebook's two results."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from oracle import (
    BEST,
    X,
    Y,
    assert_full_score,
    assert_remarks,
    by_hand,
    curvature,
    disagreements,
    line,
    notebook,
    train,
    unwrapped,
    written,
)
from walking import stated

from gdtui.lessons.format.library import find_lesson

RATE, EPOCHS, X_TEST = 0.01, 20, 5.0
LONG = 4 * RATE
"""The slope by hand is that of autograd times the number of samples."""

SUM = by_hand(RATE, EPOCHS, reduction="sum")
MEAN = by_hand(RATE, EPOCHS, reduction="mean")
AUTOGRAD = train(RATE, EPOCHS)
IN_LONG_STEPS = train(LONG, EPOCHS)
BY_HAND, BY_AUTOGRAD = SUM.after(EPOCHS) * X_TEST, AUTOGRAD.after(EPOCHS) * X_TEST

SHARES = [-4.0, -16.0, -36.0, -64.0]
TOTAL = -4.0 - 16 - 36 - 64
SLOPE = TOTAL / 4
# The errors at a w of 0.01 are (0.01 - 2) · x, and the mean of x² is 7.5.
LOSS, LOSS_BESIDE = 7.5 * 2**2, 7.5 * 1.99**2
CHANGE = LOSS_BESIDE - LOSS

RIGHT = {
    "The other one": "Its steps have another length",
    "The first epoch with autograd": f"{SLOPE:g}",
    "Which of them is right?": f"{CHANGE / 0.01:.6g}",
    "The line": str(line("manual", "return per_sample.sum()")),
    "The other way around": f"{MEAN.after(EPOCHS) * X_TEST:.6g}",
    "Autograd in longer steps": f"{LONG:g}",
    "What it costs": "It compared steps of two lengths",
}

WRONG = {
    "The first epoch with autograd": (TOTAL,),
    "Which of them is right?": (TOTAL,),
    "The other way around": (BY_HAND,),
}

EXPECTED = {
    "Two scripts, two results": {
        "epochs": EPOCHS,
        "w * x_test": BY_HAND,
        "x_test": X_TEST,
        "best.w * x_test": X_TEST * BEST,
    },
    "The other one": {
        "learning_rate": RATE,
        "epochs": EPOCHS,
        "w * x_test": BY_AUTOGRAD,
        "1 > 0": True,
        "0 > 1": False,
    },
    "The first epoch by hand": {"w": 0.0, "dw": TOTAL},
    "The first epoch with autograd": {
        "w": 0.0,
        "y_pred - y": [-2.0, -4.0, -6.0, -8.0],
        "2 * x * (y_pred - y)": SHARES,
        "sum(2 * x * (y_pred - y))": TOTAL,
        "grad.w": SLOPE,
        "slope_by_hand": TOTAL,
        "slope_by_hand / grad.w": 4.0,
    },
    "Which of them is right?": {
        "w": 0.0,
        "loss": LOSS,
        "w + 0.01": 0.01,
        "mean(((w + 0.01) * x - y) ** 2)": LOSS_BESIDE,
        "mean(((w + 0.01) * x - y) ** 2) - loss": CHANGE,
        "(mean(((w + 0.01) * x - y) ** 2) - loss) / 0.01": CHANGE / 0.01,
        "slope_by_hand / grad.w": 4.0,
        "slope_by_hand": TOTAL,
        "grad.w": SLOPE,
    },
    "The line": {"len(x)": 4},
    "The other way around": {
        "x_test": X_TEST,
        "epochs": EPOCHS,
        "len(x)": 4,
        "by_hand": BY_HAND,
        "by_autograd": BY_AUTOGRAD,
        "w * x_test": MEAN.after(EPOCHS) * X_TEST,
    },
    "Autograd in longer steps": {
        "rate_by_hand": RATE,
        "slope_by_hand / slope_by_autograd": 4.0,
        "learning_rate": LONG,
        'gradient_in(1, "w")': SLOPE,
        "slope_by_hand": TOTAL,
        "w": IN_LONG_STEPS.after(3),
        "by_hand_w3": SUM.after(3),
        "loss_in(3)": IN_LONG_STEPS.loss_in(3),
        "by_hand_loss3": SUM.loss_in(3),
        'rate_by_hand * slope_by_hand / gradient_in(1, "w")': LONG,
    },
    "What it costs": {
        "rate_by_hand": RATE,
        "learning_rate": LONG,
        "by_autograd": BY_AUTOGRAD,
        "by_hand": BY_HAND,
        "epochs": EPOCHS,
        "slope_by_hand": TOTAL,
        "1 > 0": True,
        "0 > 1": False,
    },
}

WRITTEN = {
    "Two scripts, two results": {2},
    "Which of them is right?": {0.01, 1},
    "Autograd in longer steps": {3},
    "What it costs": {2},
}


@pytest.fixture(scope="module")
def lesson():
    return find_lesson("4")


@pytest.fixture(scope="module")
def facts(lesson):
    return stated(lesson)


def test_right_answers_have_full_score(lesson):
    assert_full_score(lesson, RIGHT)


def test_every_number_is_that_of_two_loops(facts):
    assert disagreements(facts, EXPECTED) == []


def test_the_numbers_that_are_not_filled_in_are_right_too(lesson):
    assert written(lesson) == WRITTEN


def test_each_remark_is_made_to_its_own_number(lesson):
    assert_remarks(lesson, RIGHT, WRONG)


def test_the_two_results_are_the_notebooks(facts):
    hand, autograd = notebook("manual", EPOCHS).after, notebook("autograd", EPOCHS).after
    assert (hand, autograd) == ("10.000", "9.612")
    said = {(each.step, each.expression): f"{each.value:.3f}" for each in facts if _is_result(each)}
    assert said == {
        ("Two scripts, two results", "w * x_test"): hand,
        ("The other one", "w * x_test"): autograd,
        ("The other way around", "by_hand"): hand,
        ("The other way around", "by_autograd"): autograd,
        # With the mean, the script by hand says what autograd says.
        ("The other way around", "w * x_test"): autograd,
        ("What it costs", "by_hand"): hand,
        ("What it costs", "by_autograd"): autograd,
    }


def _is_result(each):
    return each.expression in ("w * x_test", "by_hand", "by_autograd")


def test_the_notebook_makes_autograd_run_longer():
    assert notebook("autograd", 100).learning_rate == RATE


def test_the_slope_by_hand_is_too_steep_and_autograds_is_not():
    w = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    ((w * torch.tensor(X) - torch.tensor(Y)) ** 2).mean().backward()
    small = 1e-6
    change = (7.5 * (2 - small) ** 2 - LOSS) / small
    assert w.grad.item() == SLOPE == pytest.approx(change, rel=1e-5)
    assert TOTAL == 4 * SLOPE


def test_the_notebooks_expression_divides_by_nothing():
    """``np.dot(2*x, y_pred - y).mean()``"""
    assert np.dot(2 * X, 0 * X - Y).mean() == TOTAL


@pytest.mark.parametrize(
    ("one", "other"), [(MEAN, AUTOGRAD), (SUM, IN_LONG_STEPS)], ids=["short", "long"]
)
def test_with_the_same_steps_both_scripts_go_the_same_way(one, other):
    """As far as float32 tells: by hand, w is kept in double precision."""
    for epoch in range(1, EPOCHS + 1):
        assert one.after(epoch) == pytest.approx(other.after(epoch), rel=2e-6)
        assert one.loss_in(epoch) == pytest.approx(other.loss_in(epoch), abs=2e-6)
        assert f"{one.after(epoch):.3f}" == f"{other.after(epoch):.3f}"


def test_no_more_digits_are_promised_than_both_scripts_share(lesson):
    """What both print differs in the last digit of a loss, so they are the same but for rounding."""
    assert any(SUM.printed(epoch) != IN_LONG_STEPS.printed(epoch) for epoch in range(1, 21))
    text = unwrapped(lesson.path.read_text())
    assert not re.search("digit for digit|every digit", text)
    assert text.count("but for rounding") == 2


def test_with_enough_samples_the_sum_diverges_and_the_mean_does_not_care():
    slopes = {}
    for copies in (1, 2, 4):
        x, y = np.tile(X, copies), np.tile(Y, copies)
        assert curvature(x) == curvature(X)
        run = train(RATE, EPOCHS, x=x, y=y, reduction="sum")
        slopes[copies] = run.gradient_in(1)
        assert (run.loss_in(EPOCHS) > run.loss_in(1)) == (copies == 4)
    assert slopes[2] == 2 * slopes[1]
