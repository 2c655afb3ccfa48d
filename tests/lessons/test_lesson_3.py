"""Lesson 3 beside PyTorch itself and a loop that has a formula for the slope."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import yaml
from oracle import (
    BEST,
    MARKED,
    X,
    Y,
    assert_full_score,
    assert_remarks,
    by_hand,
    disagreements,
    line,
    notebook,
    train,
    written,
)
from walking import stated

from gdtui.lessons.format.library import find_lesson, library

RATE, EPOCHS, X_TEST = 0.01, 20, 5.0
RUN = train(RATE, EPOCHS)
BY_HAND = by_hand(RATE, 10, reduction="sum")
ANSWER = X_TEST * BEST
OFF = abs(RUN.after(EPOCHS) * X_TEST - ANSWER)

SHARES = [-4.0, -16.0, -36.0, -64.0]
SLOPE = (-4.0 - 16 - 36 - 64) / 4
# w is 0.3 then, 1.7 short of 2, and the slope 2 · mean(x²) = 15 times as far below 0.
SECOND_SLOPE = -15 * 1.7


def forward(w):
    """The loss, with PyTorch's notes of it."""
    return ((w * torch.tensor(X) - torch.tensor(Y)) ** 2).mean()


def weight(value=0.0):
    return torch.tensor(value, requires_grad=True)


def noted(loss):
    """The operations in PyTorch's notes, from w to the loss."""
    names, node = [], loss.grad_fn
    while node.next_functions:
        names.insert(0, node.name())
        (node,) = [each for each, _ in node.next_functions if each is not None]
    return names


OPERATIONS = len(noted(forward(weight())))

RIGHT = {
    "The notes": str(OPERATIONS),
    "Before backward": "None",
    "What backward finds": f"{SLOPE:g}",
    "Did w move?": "w has its old value",  # backward only fills in the gradient
    "The update": f"{0 - RATE * SLOPE:g}",
    "The line that empties": str(line("autograd", "w.grad.zero_()")),
    "If it were missing": f"{SLOPE + SECOND_SLOPE:g}",  # backward adds
    "Used up": "Fail",
    "Autograd at its end": "farther off" if OFF >= 0.05 else "less than 0.05 off",
}

WRONG = {
    "The notes": (5,),  # with w
    "What backward finds": (sum(SHARES),),
    "The update": (0 + RATE * SLOPE,),
    "If it were missing": (SECOND_SLOPE,),
}

EXPECTED = {
    "A slope without a formula": {
        'line_of("w = torch.tensor")': line("autograd", "w = torch.tensor")
    },
    "The notes": {"operations": OPERATIONS, "operations + 1": OPERATIONS + 1},
    "Before backward": MARKED,
    "What backward finds": {
        "y_pred - y": [-2.0, -4.0, -6.0, -8.0],
        "2 * x * (y_pred - y)": SHARES,
        "len(x)": 4,
        "grad.w": SLOPE,
        "sum(2 * x * (y_pred - y))": -120.0,
    },
    "Did w move?": {"w == before.w": True, "0 > 1": False},
    "The update": {
        "grad.w": SLOPE,
        "learning_rate": RATE,
        "w": (0.0, RUN.after(1), RUN.after(1)),
        "before.w": 0.0,
        "len(x)": 4,
        "before.w + learning_rate * grad.w": -0.3,
    },
    "The line that empties": {"grad.w": SLOPE},
    "If it were missing": {
        'gradient_in(1, "w")': SLOPE,
        "mean(2 * x * (y_pred - y))": np.float32(SECOND_SLOPE),
        "grad.w": np.float32(SECOND_SLOPE),
        'gradient_in(1, "w") + grad.w': np.float32(-55.5),
        '(gradient_in(1, "w") + grad.w) / grad.w': np.float32(55.5 / 25.5),
    },
    "Used up": MARKED,
    "Lesson 1 once more": {
        "epochs": 10,
        "w * x_test": BY_HAND.after(10) * X_TEST,
        "x_test": X_TEST,
        "best.w * x_test": 10.0,
    },
    "Autograd at its end": {
        "learning_rate": RATE,
        "epochs": EPOCHS,
        "x_test": X_TEST,
        "right": 10.0,
        "printed": f"Prediction after training: f(5) = {RUN.after(EPOCHS) * X_TEST:.3f}",
        "abs(w * x_test - right)": OFF,
        "abs(by_hand - right)": 10.0 - BY_HAND.after(10) * X_TEST,
        "by_hand_epochs": 10,
        "by_hand_slope": sum(SHARES),
        "abs(w * x_test - right) < 0.05": False,
        "abs(w * x_test - right) >= 0.05": True,
    },
}

WRITTEN = {
    "Before backward": {0},
    "What backward finds": {2},  # 2 · x · error
    "The line that empties": {0},
    "Autograd at its end": {0.05},
}


@pytest.fixture(scope="module")
def lesson():
    return find_lesson("3")


@pytest.fixture(scope="module")
def facts(lesson):
    return stated(lesson)


def test_right_answers_have_full_score(lesson):
    assert_full_score(lesson, RIGHT)


def test_every_number_is_that_of_the_formula(facts):
    assert disagreements(facts, EXPECTED) == []


def test_the_numbers_that_are_not_filled_in_are_right_too(lesson):
    assert written(lesson) == WRITTEN


def test_each_remark_is_made_to_its_own_number(lesson):
    assert_remarks(lesson, RIGHT, WRONG)


def test_both_results_are_the_notebooks(facts):
    said = {(each.step, each.expression): each.value for each in facts}
    after = notebook("autograd", EPOCHS).after
    assert said["Autograd at its end", "printed"] == f"Prediction after training: f(5) = {after}"
    assert f"{said['Lesson 1 once more', 'w * x_test']:.3f}" == notebook("manual", 10).after


def test_pytorch_names_the_operations_as_the_lesson_does():
    assert noted(forward(weight())) == [
        f"{name}Backward0" for name in ("Mul", "Sub", "Pow", "Mean")
    ]


def test_backward_fills_in_a_gradient_that_was_none_and_leaves_w():
    w = weight()
    loss = forward(w)
    assert w.grad is None
    loss.backward()
    assert (w.item(), w.grad.item()) == (0.0, SLOPE)


def test_the_slopes_are_pytorchs():
    for epoch in range(1, EPOCHS + 1):
        w = torch.tensor(RUN.after(epoch - 1), requires_grad=True)
        loss = forward(w)
        loss.backward()
        assert w.grad.item() == pytest.approx(RUN.gradient_in(epoch), rel=1e-5)
        assert loss.item() == pytest.approx(RUN.loss_in(epoch), rel=1e-5)


def test_a_gradient_that_is_not_emptied_grows_and_so_do_the_steps():
    w = weight()
    held = []
    for _ in range(3):
        forward(w).backward()
        held.append(w.grad.item())
        with torch.no_grad():
            w -= RATE * w.grad
    assert held[:2] == pytest.approx([SLOPE, SLOPE + SECOND_SLOPE], rel=1e-6)
    assert abs(held[2]) > abs(held[1])
    alone = [2 * np.mean(X**2) * (2 - away) for away in (0.0, 0.3, 0.3 + RATE * 55.5)]
    assert abs(held[2] / alone[2]) > abs(held[1] / alone[1])


def test_bug_1_is_such_a_run():
    (bug,) = [entry for entry in library() if entry.key == "b1"]
    (edit,) = yaml.safe_load(bug.path.read_text().split("---\n")[1])["edit"]
    taken = {each.strip() for each in edit["find"].splitlines()} - {
        each.strip() for each in (edit["put"] or "").splitlines()
    }
    assert [each for each in taken if each and not each.startswith("#")] == ["w.grad.zero_()"]


def test_a_graph_can_be_walked_once():
    loss = forward(weight())
    loss.backward()
    with pytest.raises(RuntimeError, match="^Trying to backward through the graph a second time"):
        loss.backward()


def test_a_leaf_that_is_noted_must_not_be_changed():
    w = weight()
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        w -= 1.0


def test_each_step_is_shorter_than_the_one_before_and_than_that_of_lesson_1():
    steps = np.diff([RUN.after(epoch) for epoch in range(EPOCHS + 1)])
    assert (np.diff(steps) < 0).all()
    assert steps[0] < BY_HAND.after(1)
