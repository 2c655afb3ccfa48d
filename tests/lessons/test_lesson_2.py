"""Lesson 2 beside the closed form: an epoch leaves 1 - learning rate · curvature of the distance."""

from __future__ import annotations

import numpy as np
import pytest
from oracle import (
    BEST,
    X,
    Y,
    assert_full_score,
    assert_remarks,
    by_hand,
    curvature,
    disagreements,
    train,
    written,
)
from touring import Tour
from walking import stated

from gdtui.lessons.format.library import find_lesson

CURVATURE = curvature()
SQUARES = [1.0, 4.0, 9.0, 16.0]
START = -BEST
"""The distance from the best weight, with a start at 0."""


def share(rate):
    """What an epoch leaves of the distance."""
    return 1 - rate * CURVATURE


def distance(rate, epochs):
    return START * share(rate) ** epochs


def loss(away):
    """The loss at a distance from the best weight."""
    return CURVATURE / 2 * away**2


STEADY, FASTER, TOO_FAR, BEYOND = 0.01, 0.02, 0.1, 0.15
LIMIT = 2 / CURVATURE
BEYOND_LOSSES = [np.float32(loss(distance(BEYOND, epoch))) for epoch in range(5)]
TWO_STEPS_ALIKE = START + 2 * (0.15 * -START)

RIGHT = {
    "The slope on this side": "negative",  # the curve goes down towards its lowest point
    "The slope on the other side": "positive",
    "What is left after a step": f"{share(STEADY):g}",
    "And after another one": f"{distance(STEADY, 2):.6g}",
    "How strongly the bowl bends": f"{CURVATURE:g}",
    "The rule": f"{share(FASTER):g}",
    "In one step": f"1/{CURVATURE:g}",
    # The share is -0.5: the distance changes its sign, and half of it is left.
    "Past the lowest point": "and come closer",
    "The limit": f"2/{CURVATURE:g}",
    "Beyond the limit": "Grow from epoch to epoch",  # the share is -1.25
}

WRONG = {
    "What is left after a step": (1 - share(STEADY),),
    "And after another one": (TWO_STEPS_ALIKE,),
    "How strongly the bowl bends": (sum(SQUARES) / 4, 2 * sum(SQUARES)),
    "The limit": (1 / CURVATURE,),
}

EXPECTED = {
    "The loss over the weight": {"best.w": BEST, "w": 0.0, "loss": loss(START)},
    "The slope on this side": {"w": 0.0, "dw": CURVATURE * START},
    "The slope on the other side": {
        "dw": CURVATURE * (3 - BEST),
        "left_slope": CURVATURE * START,
    },
    "What is left after a step": {
        "start.w": 0.0,
        "best.w": BEST,
        "start.w - best.w": START,
        "w - best.w": distance(STEADY, 1),
        "(w - best.w) / (start.w - best.w)": share(STEADY),
        "(start.w - w) / (start.w - best.w)": 1 - share(STEADY),
    },
    "And after another one": {
        "w - best.w": (
            *(distance(STEADY, 1), distance(STEADY, 1)),
            *(distance(STEADY, 2), distance(STEADY, 2)),
        ),
        "(w - best.w) / (start.w - best.w)": share(STEADY),
        "before.w - best.w": distance(STEADY, 1),
        "(w - best.w) / (before.w - best.w)": share(STEADY),
        "before.w - best.w - (start.w - before.w)": TWO_STEPS_ALIKE,
    },
    "How strongly the bowl bends": {
        "x": [1.0, 2.0, 3.0, 4.0],
        "x ** 2": SQUARES,
        "mean(x ** 2)": 7.5,
        "theory.curvature": 15.0,
        "len(x)": 4,
        "sum(2 * x ** 2)": 60.0,
    },
    "The rule": {
        "learning_rate": (STEADY, STEADY, FASTER),
        "theory.curvature": 15.0,
        "1 - learning_rate * theory.curvature": share(STEADY),
        'after(1, "w") - best.w': distance(FASTER, 1),
        'after(2, "w") - best.w': distance(FASTER, 2),
        '(after(2, "w") - best.w) / (after(1, "w") - best.w)': share(FASTER),
    },
    "In one step": {
        "theory.curvature": 15.0,
        "theory.best_rate": 1 / 15,
        'after(1, "w")': 2.0,
    },
    "Past the lowest point": {
        "theory.curvature": 15.0,
        "1 - 0.1 * theory.curvature": -0.5,
        "best.w": BEST,
        "abs(1 - 0.1 * theory.curvature)": 0.5,
        "1 > 0": True,
        "0 > 1": False,
    },
    "See it swing": {
        "learning_rate": TOO_FAR,
        'after(1, "w")': 3.0,
        'after(2, "w")': 1.5,
        'after(3, "w")': 2.25,
        'after(4, "w")': 1.875,
        'after(1, "w") - best.w': 1.0,
        'after(2, "w") - best.w': -0.5,
        'after(3, "w") - best.w': 0.25,
        'after(4, "w") - best.w': -0.125,
        "1 - learning_rate * theory.curvature": -0.5,
    },
    "The limit": {
        "theory.curvature": 15.0,
        "theory.stable_below": LIMIT,
        "theory.best_rate": LIMIT / 2,
        "len(x)": 4,
    },
    "Beyond the limit": {
        "theory.stable_below": LIMIT,
        "theory.curvature": 15.0,
        "1 - 0.15 * theory.curvature": -1.25,
        **{f"loss_in({epoch})": BEYOND_LOSSES[epoch - 1] for epoch in (1, 2, 3, 4)},
        "loss_in(5) < loss_in(1)": False,
        "loss_in(5) > loss_in(1)": True,
        "loss_in(5) == loss_in(1)": False,
    },
}

WRITTEN = {
    "The slope on the other side": {3},
    "What is left after a step": {0, 0.5},  # the offset of the best weight, and a half
    "How strongly the bowl bends": {2, 1, 0},  # the slope at the lowest point is 0
    "The rule": {1, FASTER},
    "In one step": {1, 0, 3, 4},  # 3/4 is an example
    "Past the lowest point": {0, 1, TOO_FAR},
    "See it swing": {6, 4},
    "The limit": {-1, 1, 2, 0, LIMIT * CURVATURE},
    "Beyond the limit": {1, BEYOND},
    "What decides": {1, 0, -1},
}


@pytest.fixture(scope="module")
def lesson():
    return find_lesson("2")


def test_right_answers_have_full_score(lesson):
    assert_full_score(lesson, RIGHT)


def test_every_number_is_that_of_the_closed_form(lesson):
    assert disagreements(stated(lesson), EXPECTED) == []


def test_the_numbers_that_are_not_filled_in_are_right_too(lesson):
    assert written(lesson) == WRITTEN


def test_each_remark_is_made_to_its_own_number(lesson):
    assert_remarks(lesson, RIGHT, WRONG)


def test_the_slope_is_the_curvature_times_the_offset():
    for start in (-1.0, 0.0, 2.0, 3.5):
        slope = by_hand(0.01, 1, reduction="mean", start=start).gradient_in(1)
        assert slope == pytest.approx(CURVATURE * (start - BEST), abs=1e-5)


def test_the_limit_depends_on_x_alone_with_a_mean_and_on_the_sum_as_well():
    """Just below it a run comes closer, just above it goes away."""

    def grows(rate, **how):
        run = train(rate, 6, kept=np.float64, **how)
        return abs(run.after(6)) > abs(run.after(1))

    for reduction, limit in (("mean", LIMIT), ("sum", LIMIT / len(X))):
        for y in (Y * 0, Y * 0 + 1e-30):
            how = {"reduction": reduction, "y": y, "start": 1.0}
            assert (grows(limit * 0.99, **how), grows(limit * 1.01, **how)) == (False, True)
    assert grows(LIMIT * 0.99, x=2 * X, y=Y * 0, start=1.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "title", "says"),
    [
        ({"reduction": "sum"}, "The loss over the weight", "about the mean of the shares"),
        ({"reduction": "sum"}, "How strongly the bowl bends", "about the mean of the shares"),
        ({"targets": [4, 8, 12, 16]}, "The slope on the other side", "to the left of 3"),
        ({"inputs": [2, 4, 6, 8]}, "In one step", "with a curvature of 15"),
        ({"inputs": [2, 4, 6, 8]}, "Past the lowest point", "for which 0.1 is too large"),
        ({"inputs": [0.5, 1, 1.5, 2]}, "Beyond the limit", "with a limit below 0.15"),
        ({"inputs": [2, 4, 6, 8]}, "See it swing", "does not swing and come closer"),
    ],
)
def test_what_would_not_be_true_with_other_settings_is_not_said(settings, title, says):
    said = {}
    for name, values in (("other", settings), ("own", {})):
        tour = Tour(find_lesson("2"))
        tour.adopt(**values)
        tour.finish()
        tour.close()
        said[name] = "".join(page.trouble for page in tour.pages if page.title == title)
    assert says in said["other"]
    assert said["own"] == ""


@pytest.mark.parametrize("rate", [STEADY, FASTER, 1 / 15, TOO_FAR, BEYOND])
def test_the_closed_form_is_what_a_loop_does(rate):
    run = by_hand(rate, 6, reduction="mean")
    for epoch in range(6):
        away = distance(rate, epoch)
        assert run.after(epoch) - BEST == pytest.approx(away, rel=1e-5, abs=1e-6)
        assert run.loss_in(epoch + 1) == pytest.approx(loss(away), rel=1e-5, abs=1e-11)
        assert run.gradient_in(epoch + 1) == pytest.approx(CURVATURE * away, rel=1e-5, abs=1e-5)


def test_the_curvature_is_that_of_the_loss():
    """The slope changes by it for each 1 that w moves."""

    def slope(w):
        return by_hand(0.01, 1, reduction="mean", start=w).gradient_in(1)

    for w in (-1.0, 0.0, 2.5):
        assert slope(w + 1) - slope(w) == pytest.approx(CURVATURE, rel=1e-6)
    assert pytest.approx(2 * np.mean(X**2)) == CURVATURE


@pytest.mark.parametrize(
    ("left", "went"),
    [(0.5, "one side"), (0.0, "one step"), (-0.9, "swings"), (-1.1, "diverges")],
)
def test_the_share_tells_how_a_run_goes(left, went):
    """What the last step says of it."""
    run = by_hand((1 - left) / CURVATURE, 8, reduction="mean")
    away = np.array([run.after(epoch) - BEST for epoch in range(9)])
    goes = {
        "one side": (away < 0).all() and (np.diff(np.abs(away)) < 0).all(),
        "one step": (np.abs(away[1:]) < 1e-6).all(),
        "swings": (away[1:] * away[:-1] < 0).all() and (np.diff(np.abs(away)) < 0).all(),
        "diverges": (np.diff(np.abs(away)) > 0).all(),
    }
    assert [name for name, holds in goes.items() if holds] == [went]
