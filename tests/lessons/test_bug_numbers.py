"""The bug lab: every number beside loops of our own that have the same bugs, and a full score for
right answers, whether the line is named or mended."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from bug_scripts import TEXTS, mend
from comparing import assert_full_score, disagreements, statements
from torch_oracle import (
    RECORDED,
    Run,
    each_with_every_target,
    line,
    mean_of_squares,
    plain,
    sum_of_squares,
)
from walking import walk_plainly

from gdtui.lessons.format.library import find_lesson

# Bug 8 is about a warning.
pytestmark = pytest.mark.filterwarnings("ignore:Using a target size")

X, Y = np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 6, 8])


@dataclass(frozen=True)
class Bug:
    """A bug.

    Attributes:
        places: over which names the expressions of its steps are computed.
        right: the right answers before the question for the line.
        named: the line.
        mended: a mend of it.
        loose: expressions for which rounding counts more.
    """

    places: dict
    right: list
    named: int
    mended: str
    loose: dict = field(default_factory=dict)


def slope(w):
    """The mean of the shares 2 x (w x - y)."""
    return np.mean(2 * X * (w * X - Y))


def leaf(value=0.0):
    return torch.tensor(value, requires_grad=True)


def loss_at(w):
    return ((w * torch.tensor(X) - torch.tensor(Y)) ** 2).mean()


def complaint(act):
    """What PyTorch says when it refuses to do something."""
    with pytest.raises(RuntimeError) as raised:
        act()
    return f"RuntimeError: {raised.value}"


def change_a_leaf():
    w = leaf()
    w -= 0.1 * torch.tensor(1.0)


def go_back_twice():
    loss = loss_at(leaf())
    loss.backward()
    loss.backward()


def operations(loss):
    """How many operations lead to a loss from leaves."""
    nodes = [loss.grad_fn]
    for node in nodes:
        nodes += [each for each, _ in node.next_functions if each is not None]
    return sum(not hasattr(node, "variable") for node in nodes)


def up_and_down():
    buggy, sound = Run(40, 0.01, piling_up=True, text=TEXTS["b1"]), Run(40, 0.01)
    share, held, asked = slope(0.3), slope(0.0), buggy.at(2, "loss")
    kept = {"share": share, "held": held}
    return Bug(
        {
            "What it should do": [buggy.at(40)],
            "The gradient of the second epoch": [asked, buggy.at(2, "gradient", **kept)],
            "Which line?": [buggy.at(2), sound.at(40, piled=held + share, goal=2.0)],
            "What to remember": [sound.at(40)],
        },
        # backward adds to what epoch 1 has left.
        [held + share],
        line(TEXTS["b1"], "w -= learning_rate"),
        mend("b1", "w -= learning_rate", "w.grad.zero_()", below=True),
    )


def growing_loss():
    buggy, sound = Run(20, 0.01, step=lambda: plain(-0.01)), Run(20, 0.01)
    asked = buggy.at(1, "gradient")
    return Bug(
        {
            "What it should do": [buggy.at(20)],
            "Which way?": [asked, buggy.at(1, "update", before=asked)],
            "The next loss": [buggy.at(1), buggy.at(2, "loss", before=buggy.at(1))],
            "Which line?": [buggy.at(2, "loss"), sound.at(20, first=0.01 * slope(0.0))],
            "What to remember": [sound.at(20)],
        },
        # a: every prediction is 0, and too small. a: w has gone away from 2, so the loss rises.
        ["a", "a"],
        line(TEXTS["b2"], "w += learning_rate"),
        mend("b2", "w += learning_rate", "w -= learning_rate * w.grad"),
    )


def swinging_weight():
    buggy, sound = Run(20, 0.04, loss=sum_of_squares), Run(20, 0.04)
    squares = (0 - Y) ** 2
    kept = {"first_loss": squares.sum(), "mse": squares.mean(), "slope": 4 * slope(0.0)}
    asked = buggy.at(1, "gradient", **kept)
    return Bug(
        {
            "What it should do": [buggy.at(20)],
            "The first loss": [buggy.at(1, "predict"), buggy.at(1, "loss")],
            "The first step": [asked, buggy.at(1, "update", before=asked, **kept)],
            "Which line?": [buggy.at(3, **kept), sound.at(20, **kept)],
            "What to remember": [sound.at(20, **kept)],
        },
        [squares.sum(), 0 - 0.04 * 4 * slope(0.0)],
        line(TEXTS["b3"], "return ((y_pred - y)"),
        mend("b3", "return ((y_pred - y)", "return ((y_pred - y) ** 2).mean()"),
    )


def first_update():
    sound = Run(20, 0.01)
    at = line(TEXTS["b4"], "w -= learning_rate")
    failed = sound.at(1, "gradient", line=at, message=complaint(change_a_leaf))
    return Bug(
        {
            "What it should do": [sound.at(1, "gradient"), failed],
            "What PyTorch says": [failed, failed],
            "Which line?": [failed, sound.at(20)],
        },
        # b: a product makes a new tensor, reading makes none, and -= writes into w.
        [0 - 0.01 * slope(0.0), "b"],
        at,
        mend("b4", "w -= learning_rate", "with torch.no_grad(): w -= learning_rate * w.grad"),
    )


def past_the_goal():
    buggy, sound = Run(30, 0.14), Run(30, 0.01)
    asked = buggy.at(1, "gradient")
    kept = {"rate": 0.14, "third": buggy.loss_in(3), "limit": 1 / np.mean(X * X)}
    return Bug(
        {
            "What it should do": [buggy.at(30)],
            "The first step": [asked, buggy.at(1, "update", before=asked)],
            "The next step": [buggy.at(1), buggy.at(2, far=0.14 * -slope(0.0) - 2)],
            "Which line?": [buggy.at(3), sound.at(30, **kept)],
        },
        # a: the distance is multiplied by 1 - 0.14 * 15 = -1.1.
        [0 - 0.14 * slope(0.0), "a"],
        line(TEXTS["b5"], "learning_rate = 0.14"),
        mend("b5", "learning_rate = 0.14", "learning_rate = 0.01"),
    )


def backward_stops():
    sound = Run(20, 0.01, (0.5,), text=TEXTS["b6"])
    at = line(TEXTS["b6"], "loss.backward()")
    count = operations(loss_at(leaf(0.5)))
    failed = sound.at(1, "loss", line=at, message=complaint(loss_at(torch.tensor(0.5)).backward))
    return Bug(
        {
            "What it should do": [failed],
            "The numbers": [sound.at(1, "loss"), sound.at(1, "loss")],
            "Which line?": [sound.at(1, "loss"), sound.at(1, "gradient", operations=count)],
            "What to remember": [sound.at(20)],
        },
        # c: the predictions are 0.5 x, and the mean of the squares of -1.5 x is 16.875.
        ["c"],
        line(TEXTS["b6"], "y_pred = predict(x).detach()"),
        mend("b6", "y_pred = predict(x).detach()", "y_pred = predict(x)"),
    )


def second_epoch():
    buggy, sound = Run(2, 0.01, predicting_once=True), Run(50, 0.01)
    at = line(TEXTS["b7"], "loss.backward()")
    failed = buggy.at(2, "loss", epochs=50, line=at, message=complaint(go_back_twice))
    return Bug(
        {
            "What it should do": [failed],
            "The second loss": [buggy.at(1), buggy.at(2, "loss", before=buggy.at(1))],
            "Which line?": [failed, sound.at(50)],
        },
        # c, it stays the same: the predictions are those of epoch 1.
        ["c"],
        line(TEXTS["b7"], "y_pred = predict(x)"),
        mend("b7", "for epoch in", "y_pred = predict(x)", below=True),
    )


def levels_off():
    buggy = Run(200, 0.1, RECORDED, loss=each_with_every_target)
    sound = Run(200, 0.1, RECORDED)
    level = buggy.loss_in(200)
    printed = f"Prediction after training: f(5) = {np.dot(sound.values[200], [5, 1]):.3f}"
    return Bug(
        {
            "What it should do": [buggy.at(200)],
            "How many errors?": [buggy.at(1, "predict"), buggy.at(1, "loss")],
            "What the model learns": [buggy.at(1, "loss"), buggy.at(200)],
            "Which line?": [buggy.at(200), sound.at(200, level=level, printed=printed)],
        },
        # A column of 4 and a row of 4 make a table; the number nearest to all targets is their mean.
        [4 * 4, Y.mean()],
        line(TEXTS["b8"], "y = torch.tensor"),
        mend("b8", "y = torch.tensor", "y = torch.tensor(targets, dtype=torch.float32)[:, None]"),
        # What is left of the weight is 0.004, and of the errors 4e-4. Next to a bias of 5 and a
        # target of 8, float32 rounds by 5e-7 each time.
        {"weight": 1e-3, "loss_in(epochs)": 0.02},
    )


def nothing_moves():
    text = TEXTS["b9"]
    buggy, sound = Run(100, 0.01, step=lambda: plain(0.0), text=text), Run(100, 0.01)
    asked = buggy.at(1, "gradient")
    return Bug(
        {
            "What it should do": [buggy.at(100)],
            "The gradient": [asked, buggy.at(1, before=asked, slope=slope(0.0))],
            "What can stop a step": [buggy.at(2, "gradient")] * 2,
            "Which line?": [buggy.at(100), sound.at(100, still=buggy.loss_in(100))],
        },
        # c: zero_grad has emptied it.
        [0 - 0.01 * slope(0.0), "c"],
        line(text, "optimizer.step()"),
        mend("b9", "loss.backward()", "optimizer.step()", below=True),
    )


def without_x(predicted, y):
    """What a formula for the gradient says that has forgotten the factor x."""
    loss, share = mean_of_squares(predicted, y)
    return loss, share / torch.tensor(X)


def beside_the_lowest_point():
    y = (4.0, 4.0, 6.0, 7.0)
    buggy, sound = Run(60, 0.05, y=y, loss=without_x), Run(60, 0.05, y=y)
    left, right = (Run(1, 0.05, (w,), y=y) for w in (-0.1, 0.1))
    kept = {"left": left.loss_in(1), "steep": np.mean(2 * X * (0 - np.array(y)))}
    kept["lowest"] = np.dot(X, y) / np.dot(X, X)
    kept["dw"] = np.mean(2 * (0 - np.array(y)))
    settled = {"beside": np.sum(y) / np.sum(X), "high": buggy.loss_in(60)}
    return Bug(
        {
            "What it should do": [buggy.at(60, **kept)],
            "A little to the left": [left.at(1, "loss", **kept)],
            "A little to the right": [right.at(1, "loss", **kept)] * 2,
            "What the script says": [buggy.at(1, "gradient", **kept)] * 2,
            "Which line?": [buggy.at(60), sound.at(60, **settled)],
        },
        # b: the slope is -29, and the script has -10.5.
        [kept["steep"], "b"],
        line(TEXTS["b10"], "per_sample = "),
        mend("b10", "per_sample = ", "per_sample = 2 * x * (y_pred - y)"),
        # 0.75 to the power of 60 is 3e-8; float32 rounds by more.
        {"(loss - left) / 0.2": 1e-4},
    )


def pass_or_fail(epochs, *, twice):
    """The losses of the logistic stage, its sigmoid taken once or twice."""
    x = torch.arange(1, 9, dtype=torch.float64) / 2
    y = torch.tensor([0, 0, 0, 1, 0, 1, 1, 1], dtype=torch.float64)
    w, b = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
    losses = []
    for _ in range(epochs):
        p = 1 / (1 + torch.exp(-(w * x + b)))
        p = 1 / (1 + torch.exp(-p)) if twice else p
        loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
        slopes = torch.autograd.grad(loss, [w, b])
        w, b = (
            (each - 0.5 * slope).detach().requires_grad_()
            for each, slope in zip((w, b), slopes, strict=True)
        )
        losses.append(loss.item())
    return losses


def a_floor():
    buggy, sound = pass_or_fail(200, twice=True), pass_or_fail(200, twice=False)
    half = np.full(8, 0.5)
    knows_nothing = {"w": 0.0, "b": 0.0, "y_pred": half, "first": buggy[0], "fair": np.log(2)}
    asked = {**knows_nothing, "loss": buggy[0], "before": SimpleNamespace(y_pred=half)}
    return Bug(
        {
            "What it should do": [{"epochs": 200, "loss": buggy[-1]}],
            "The first loss": [knows_nothing, asked],
            "As low as it gets": [knows_nothing] * 2,
            "Which line?": [{}, {"high": buggy[-1], "loss": sound[-1]}],
            "What to remember": [{}],
        },
        # The sigmoid of 0 is a half.
        [np.log(2), np.log(2)],
        line(TEXTS["b11"], "cross_entropy = nn.BCEWithLogitsLoss()"),
        mend("b11", "cross_entropy = nn.BCEWith", "cross_entropy = nn.BCELoss()"),
    )


def warm_day(*, whole):
    """The losses of the small net, all of its parameters learned or those of the last layer."""
    x = (torch.arange(0, 24, 3).reshape(-1, 1) - 12) / 12
    y = (torch.tensor([14.0, 12, 13, 18, 23, 25, 22, 17]).reshape(-1, 1) - 18) / 10
    torch.manual_seed(1)
    layers = [torch.nn.Linear(1, 2), torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)]
    learned = [p for layer in (layers if whole else layers[2:]) for p in layer.parameters()]
    losses = []
    for _ in range(500):
        hidden = torch.tanh(layers[1](torch.tanh(layers[0](x))))
        loss = ((layers[2](hidden) - y) ** 2).mean()
        losses.append(loss.item())
        slopes = torch.autograd.grad(loss, learned)
        with torch.no_grad():
            for each, slope in zip(learned, slopes, strict=True):
                each -= 0.3 * slope
    return losses, sum(each.numel() for each in learned)


def half_a_net():
    text = TEXTS["b12"]
    (buggy, few), (sound, all_of_them) = warm_day(whole=False), warm_day(whole=True)
    names = {
        "hours": np.arange(0, 24, 3),
        "epochs": 500,
        "loss": buggy[-1],
        "loss_in": lambda epoch: buggy[epoch - 1],
        "n_learned": few,
        "line_of": lambda code: line(text, code),
    }
    mended = {**names, "n_learned": all_of_them, "loss": sound[-1], "high": buggy[-1]}
    return Bug(
        {
            "What it should do": [names],
            "How much is there to learn?": [names] * 2,
            "Who is missing?": [names | {"epoch": 50}] * 2,
            "Which line?": [names, mended],
        },
        # c: 3 are the numbers of the output layer.
        [all_of_them, "c"],
        line(text, "self.hidden = "),
        mend(
            "b12",
            "self.hidden = ",
            "self.hidden = nn.ModuleList([nn.Linear(1, width), nn.Linear(width, width)])",
        ),
        # Five hundred steps of float32, in another order of its sums.
        {"loss": 1e-3},
    )


_IN_ORDER = (
    *(up_and_down, growing_loss, swinging_weight, first_update),
    *(past_the_goal, backward_stops, second_epoch, levels_off),
    *(nothing_moves, beside_the_lowest_point, a_floor, half_a_net),
)
MADE = {f"b{number}": make for number, make in enumerate(_IN_ORDER, 1)}
every_bug = pytest.mark.parametrize("key", MADE)


@pytest.mark.slow
@every_bug
def test_every_number_agrees_with_our_own_loops(key):
    bug, found = MADE[key](), statements(find_lesson(key))
    assert list(found) == list(bug.places)
    for title, places in bug.places.items():
        assert (title, disagreements(found[title], places, bug.loose)) == (title, [])


@pytest.mark.slow
@every_bug
def test_naming_the_line_makes_a_full_score(key):
    bug = MADE[key]()
    assert_full_score(find_lesson(key), [*bug.right, bug.named])


@pytest.mark.slow
@every_bug
def test_a_mend_makes_a_full_score(key):
    bug = MADE[key]()
    assert_full_score(find_lesson(key), [*bug.right, bug.mended])


def test_gradients_that_pile_up_swing_for_ever_and_do_not_settle():
    run = Run(400, 0.01, piling_up=True)
    parts = np.array(run.losses).reshape(-1, 20)
    assert parts.max(axis=1).min() > 25
    assert parts.min(axis=1).max() < 6


def test_an_assignment_makes_a_w_that_never_gets_a_gradient():
    w = leaf()
    loss_at(w).backward()
    w = w - 0.01 * w.grad
    loss_at(w).backward()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not w.is_leaf
        assert w.grad is None


def test_any_rate_below_the_limit_brings_w_to_its_goal_and_none_above_it():
    limit = 1 / np.mean(X * X)
    assert abs(Run(3000, 0.99 * limit).values[-1][0] - 2) < 1e-4
    assert abs(Run(300, 1.01 * limit).values[-1][0] - 2) > 2


def test_a_tenth_of_a_rate_that_is_too_high_makes_the_loss_fall():
    assert (np.diff(Run(30, 0.014).losses) < 0).all()


def test_retain_graph_silences_the_error_and_keeps_the_gradient_for_ever():
    w = leaf()
    loss = loss_at(w)
    for _ in range(5):
        loss.backward(retain_graph=True)
        assert w.grad.item() == slope(0.0)
        with torch.no_grad():
            w -= 0.01 * w.grad
        w.grad = None


def test_item_and_no_grad_cut_the_graph_too():
    w = leaf()
    with torch.no_grad():
        assert not loss_at(w).requires_grad
    assert not loss_at(torch.tensor(w.item())).requires_grad


def test_pytorch_warns_of_the_two_shapes_in_the_words_of_the_lesson():
    with pytest.warns(UserWarning, match="Using a target size") as caught:
        torch.nn.MSELoss()(torch.zeros(4, 1), torch.zeros(4))
    said = " ".join(find_lesson("b8").path.read_text().replace("\n>", "").split())
    quoted = said.split("UserWarning: ")[1].split("broadcasting.")[0] + "broadcasting."
    for size in ("{len(y)}", "{len(y_pred)}"):
        quoted = quoted.replace(size, "4")
    assert str(caught[0].message).startswith(quoted)


def test_a_quotation_of_several_lines_is_read_out_as_one():
    _, written = walk_plainly(find_lesson("b8"), "sss")
    said = " ".join(each.removeprefix("> ") for each in written.splitlines())
    assert "that is different to the input size (torch.Size([4, 1]))." in said
