"""Lesson 8, eight curves to be read: every number beside loops of our own and closed forms, a full
score for right answers, and none for wrong letters."""

from __future__ import annotations

import re

import numpy as np
import pytest
from comparing import assert_full_score, disagreements, statements
from torch_oracle import RECORDED, Run, plain, script
from walking import walk_plainly

from gdtui.lessons.format.library import find_lesson
from gdtui.lessons.score import Outcome

LESSON = find_lesson("8")
TEXT = LESSON.path.read_text()
CURVES = [f"Curve {number}" for number in range(1, 9)]
X = np.array([1.0, 2, 3, 4])
MIXED = (4.0, 2.0, 8.0, 6.0)
CURVATURE = 2 * np.mean(X * X)

STAGE, LAYER = script("autograd"), script("model")
SOUND = Run(20, 0.02, text=STAGE)
RUNS = {
    "Curve 1": Run(60, 0.0002, text=STAGE),
    "Curve 2": Run(20, 0.14, text=STAGE),
    "Curve 3": Run(30, 0.02, y=MIXED, text=STAGE, targets=np.array(MIXED)),
    "Curve 4": Run(20, 0.005, step=lambda: plain(-0.005), text=STAGE),
    "Curve 5": Run(30, 0.12, text=STAGE),
    "Curve 6": Run(40, 0.01, piling_up=True, text=STAGE),
    "Curve 7": Run(40, 0.01, RECORDED, step=lambda: plain(0.0), text=LAYER),
    "Curve 8": Run(60, 0.05, (0.0, 10.0), text=LAYER),
}

KEPT = {"sound_second": SOUND.loss_in(2)}
PLACES = {
    "What the parameters tell": [SOUND.at(20)],
    **{title: [run.at(len(run.losses), **KEPT)] * 2 for title, run in RUNS.items()},
}

RIGHT = {
    # An epoch keeps 1 - 0.0002 * 15 = 0.997 of the error: the rate is far too low.
    "Curve 1": "c",
    # 0.14 is above 2 / 15, and w jumps farther each time.
    "Curve 2": "b",
    # No line through 0 meets 4, 2, 8 and 6; the loss is as low as it can be: nothing is wrong.
    "Curve 3": "a",
    # It grows, and w goes one way: each step leads uphill.
    "Curve 4": "f",
    # 0.12 is above 1 / 15 and below 2 / 15: it swings, but converges.
    "Curve 5": "d",
    # Waves of several epochs that last: old gradients drive w on.
    "Curve 6": "e",
    # It is level from the first epoch: nothing is updated.
    "Curve 7": "f",
    # Fast at first, then a long tail, and not level at the end: a steep and a flat direction.
    "Curve 8": "e",
}


@pytest.fixture(scope="module")
def found():
    return statements(LESSON)


def choices(title):
    """The choices of a curve as they stand in the file, each with whether it is the right one."""
    part = TEXT.split(f"## {title}\n")[1].split("\n## ")[0]
    return [(mark == "x", text) for mark, text in re.findall(r"(?m)^- \[(.)\] (.*)$", part)]


def test_right_answers_make_a_full_score():
    assert_full_score(LESSON, RIGHT.values())


def test_every_step_that_states_something_has_an_expectation(found):
    assert list(found) == list(PLACES)


@pytest.mark.parametrize("title", PLACES)
def test_every_number_agrees_with_our_own_loops(found, title):
    assert disagreements(found[title], PLACES[title], {}) == []


def test_there_are_eight_curves():
    assert re.findall(r"(?m)^## (Curve .*)$", TEXT) == CURVES == list(RIGHT)


@pytest.mark.parametrize("title", CURVES)
def test_each_curve_has_six_choices_and_just_one_of_them_is_right(title):
    marks = [right for right, _ in choices(title)]
    assert len(marks) == len({text for _, text in choices(title)}) == 6
    assert [letter for letter, right in zip("abcdef", marks, strict=True) if right] == [
        RIGHT[title]
    ]


def test_no_letter_is_right_for_more_than_two_curves_and_no_cause_for_more_than_one():
    letters = list(RIGHT.values())
    assert len(set(letters)) >= 5
    assert max(letters.count(each) for each in letters) <= 2
    causes = [text for title in CURVES for right, text in choices(title) if right]
    assert len(set(causes)) == 8


@pytest.mark.slow
@pytest.mark.parametrize("shift", range(1, 6))
def test_each_wrong_letter_is_graded_wrong(shift):
    wrong = ["abcdef"[("abcdef".index(letter) + shift) % 6] for letter in RIGHT.values()]
    walk, _ = walk_plainly(LESSON, wrong)
    assert [each.first for each in walk.score.answers.values()] == [Outcome.WRONG] * 8


def test_a_curve_is_answered_by_its_cause_in_words_too():
    causes = [text for title in CURVES for right, text in choices(title) if right]
    assert_full_score(LESSON, causes)


@pytest.mark.parametrize(
    ("title", "share"),
    [
        ("Curve 1", 1 - 0.0002 * CURVATURE),
        ("Curve 2", 1 - 0.14 * CURVATURE),
        ("Curve 4", 1 + 0.005 * CURVATURE),
        ("Curve 5", 1 - 0.12 * CURVATURE),
    ],
)
def test_a_loss_over_one_weight_is_a_geometric_series(title, share):
    run = RUNS[title]
    epochs = np.arange(len(run.losses))
    assert np.allclose(run.losses, 30 * share ** (2 * epochs), rtol=1e-3)
    assert np.allclose(run.course("w")[:-1], 2 - 2 * share**epochs, rtol=1e-4, atol=1e-4)


def test_curves_1_and_8_fall_in_every_epoch_and_are_not_level_at_the_end():
    for title in ("Curve 1", "Curve 8"):
        losses = RUNS[title].losses
        assert (np.diff(losses) < 0).all()
        assert losses[-2] / losses[-1] > 1.005


def test_curve_3_levels_off_at_the_lowest_loss_that_there_is():
    run = RUNS["Curve 3"]
    best = np.dot(X, MIXED) / np.dot(X, X)
    lowest = np.mean((best * X - MIXED) ** 2)
    assert run.losses[-1] == pytest.approx(lowest, rel=1e-6)
    assert run.losses[14] == pytest.approx(lowest, rel=1e-3)


def test_curves_2_and_5_jump_over_the_best_value_and_curve_4_never_does():
    for title, jumps in (("Curve 2", 20), ("Curve 5", 30), ("Curve 4", 0)):
        off = RUNS[title].course("w") - 2
        assert (off[1:] * off[:-1] < 0).sum() == jumps


def test_curve_5_falls_in_every_epoch_though_w_swings():
    assert (np.diff(RUNS["Curve 5"].losses) < 0).all()


def test_the_waves_of_curve_6_take_several_epochs_each_and_do_not_shrink():
    losses = np.array(RUNS["Curve 6"].losses)
    peaks = [at + 1 for at in range(1, 39) if losses[at - 1] < losses[at] > losses[at + 1]]
    assert set(np.diff([1, *peaks])) <= {7, 8}
    assert losses[np.array(peaks) - 1].min() > 25
    assert losses.max() < 35


def test_curve_7_is_level_to_the_last_digit_and_has_a_slope():
    run = RUNS["Curve 7"]
    assert len(set(run.losses)) == 1
    assert run.gradient_in(1, "weight") == pytest.approx(-35.459427)


def test_curve_8_falls_fast_for_three_epochs_and_then_slowly():
    losses = RUNS["Curve 8"].losses
    assert losses[0] - losses[3] > 1.5 * (losses[3] - losses[33])


def test_the_sound_run_comes_closer_from_below_in_every_epoch_and_levels_off_at_0():
    course = SOUND.course("w")
    assert (course < 2).all()
    assert (np.diff(course) > 0).all()
    assert (np.diff(SOUND.losses) < 0).all()
    assert SOUND.losses[-1] < 1e-4
