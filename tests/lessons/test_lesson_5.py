"""Lesson 5, a criterion and three optimizers: every number beside loops that write the three rules
out, and a full score for right answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from comparing import assert_full_score, disagreements, statements
from torch_oracle import Run, adam, line, momentum, script

from gdtui.lessons.format.library import find_lesson

LESSON = find_lesson("5")
X, Y = np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 6, 8])

STAGE_2 = script("autograd")
PLAIN = script("optimizer")
WITH_MOMENTUM = script(
    "optimizer", ("[w], lr=learning_rate)", "[w], lr=learning_rate, momentum=0.9)")
)
WITH_ADAM = script(
    "optimizer",
    ("torch.optim.SGD([w]", "torch.optim.Adam([w]"),
    ("learning_rate = 0.01", "learning_rate = 0.1"),
)

SGD = Run(100, 0.01, text=PLAIN)
BY_HAND = Run(20, 0.01, text=STAGE_2)
ROLLING = Run(100, 0.01, step=lambda: momentum(0.01, 0.9), text=WITH_MOMENTUM)
ADAM = Run(100, 0.1, step=lambda: adam(0.1), text=WITH_ADAM)
FAR = Run(100, 0.1, start=(-18.0,), step=lambda: adam(0.1), text=WITH_ADAM)

KEPT = {
    "sgd_rate": 0.01,
    "sgd_start": 0.0,
    "sgd_ten": SGD.after(10, "w"),
    "sgd_loss": SGD.loss_in(50),
    "momentum_loss": ROLLING.loss_in(50),
    "momentum_rate": 0.01,
}

PLACES = {
    "Two jobs handed over": [SGD.at(0)],
    "What step() does": [
        SGD.at(1, "gradient"),
        SGD.at(1, "update", before=SGD.at(1, "gradient")),
    ],
    "Fifty epochs": [SGD.at(50)],
    "The script of lesson 3": [BY_HAND.at(0, **KEPT), BY_HAND.at(10, **KEPT)],
    "A step that is remembered": [ROLLING.at(1)],
    "The second step": [
        ROLLING.at(2, "gradient"),
        ROLLING.at(2, "update", before=ROLLING.at(2, "gradient")),
    ],
    "After three epochs": [ROLLING.at(3), ROLLING.at(4, before=ROLLING.at(3))],
    "On the other side": [
        ROLLING.at(5, "gradient"),
        ROLLING.at(5, "update", before=ROLLING.at(5, "gradient")),
    ],
    "To and fro": [ROLLING.at(50, **KEPT)],
    "A step of a fixed size": [
        ADAM.at(1, "gradient"),
        ADAM.at(1, "update", before=ADAM.at(1, "gradient")),
    ],
    "Far away": [
        FAR.at(1, "gradient"),
        FAR.at(1, "update", before=FAR.at(1, "gradient")),
    ],
    "Three optimizers": [ADAM.at(0, **KEPT), ADAM.at(50, **KEPT)],
    "What you have done": [ADAM.at(50)],
}


def slope(w):
    """The mean of the shares 2 x (w x - y)."""
    return np.mean(2 * X * (w * X - Y))


FIRST = -0.01 * slope(0)
SECOND = -0.01 * slope(FIRST) + 0.9 * FIRST

RIGHT = [
    # step() is what changes parameters; the other calls only fill in gradients or empty them.
    line(PLAIN, "optimizer.step()"),
    FIRST,
    # a: both scripts move w by the rate times the mean's gradient, from the same start.
    "a",
    SECOND,
    # c: 0.9 of the last step is 0.58, and only 0.53 is missing.
    "c",
    # a, it rises: 0.9 of the last step is +0.60, and the gradient takes away only 0.02.
    "a",
    # Adam's first step is the learning rate, against the sign of the gradient.
    0 - 0.1 * np.sign(slope(0)),
    # a: of a single gradient m / sqrt(v) is 1 or -1, whatever its size.
    "a",
    # b: 4e-6 with plain SGD, 0.11 with momentum, 0.06 with Adam.
    "b",
]


@pytest.fixture(scope="module")
def found():
    return statements(LESSON)


def test_right_answers_make_a_full_score():
    assert_full_score(LESSON, RIGHT)


def test_every_step_that_states_something_has_an_expectation(found):
    assert list(found) == list(PLACES)


@pytest.mark.parametrize("title", PLACES)
def test_every_number_agrees_with_our_own_loops(found, title):
    assert disagreements(found[title], PLACES[title], {}) == []


def test_plain_descent_leaves_the_same_share_of_the_distance_in_every_epoch():
    curvature = np.mean(2 * X**2)
    distances = 2 * (1 - 0.01 * curvature) ** np.arange(101)
    assert np.allclose(SGD.course("w"), 2 - distances, atol=1e-6)


def test_our_momentum_and_our_adam_are_those_of_pytorch():
    for run, make in (
        (ROLLING, lambda w: torch.optim.SGD([w], lr=0.01, momentum=0.9)),
        (ADAM, lambda w: torch.optim.Adam([w], lr=0.1)),
    ):
        w = torch.tensor(0.0, requires_grad=True)
        optimizer = make(w)
        for epoch in range(1, 51):
            w.grad = torch.tensor(slope(w.item()), dtype=torch.float32)
            optimizer.step()
            assert w.item() == pytest.approx(run.after(epoch, "w"), rel=1e-4)


def test_plain_sgd_comes_from_one_side_in_smaller_and_smaller_steps():
    course = SGD.course("w")[:51]
    assert (course < 2).all()
    assert (np.diff(course) > 0).all()
    assert (np.diff(course, 2) < 0).all()


def test_with_momentum_w_swings_about_the_best_value_and_the_swings_get_smaller():
    off = ROLLING.course("w")[:51] - 2
    turns = [at for at in range(1, 50) if (off[at] - off[at - 1]) * (off[at + 1] - off[at]) < 0]
    swings = off[turns]
    assert len(swings) >= 4
    assert (swings[1:] * swings[:-1] < 0).all()
    assert (np.abs(swings[1:]) < np.abs(swings[:-1])).all()


def test_empty_is_none_for_pytorch_and_the_next_gradient_takes_its_place():
    w = torch.tensor(0.0, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.01)
    for _ in range(2):
        (w * torch.tensor(X) - torch.tensor(Y)).square().mean().backward()
        assert w.grad.item() == slope(0)
        optimizer.zero_grad()
        assert w.grad is None


def test_adams_m_and_v_are_smaller_than_the_gradient_and_its_square():
    w = torch.tensor(0.0, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.1)
    w.grad = torch.tensor(-30.0)
    optimizer.step()
    held = optimizer.state[w]
    assert held["exp_avg"].item() == pytest.approx(0.1 * -30)
    assert held["exp_avg_sq"].item() == pytest.approx(0.001 * 900)


def test_adam_is_carried_past_the_best_value():
    assert ADAM.course("w")[:51].max() > 2.2
    assert np.argmax(ADAM.course("w")[:51]) < 50
