"""Lesson 7, a module of one's own and a script of one's own: every number beside loops of our own
and the eigenvalues of the loss, and a full score for right answers."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from comparing import assert_full_score, disagreements, statements
from torch import nn
from torch_oracle import RECORDED, Run, line, script

from gdtui.lessons.format.library import find_lesson

LESSON = find_lesson("7")
SAID = " ".join(LESSON.path.read_text().split())
X, Y = np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 6, 8])
CELSIUS = (-10.0, 0.0, 10.0, 20.0, 30.0)
FAHRENHEIT = tuple(1.8 * each + 32 for each in CELSIUS)
TENS = tuple(each / 10 for each in CELSIUS)

LAYER, MODULE, DEGREES = script("model"), script("module"), script("fahrenheit")
IN_TENS = script("fahrenheit", (".reshape(-1, 1)\n\n\nx =", ".reshape(-1, 1) / 10\n\n\nx ="))


def hessian(x):
    """The second derivative of the mean squared error of weight * x + bias."""
    x = np.array(x)
    return 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1]])


def degrees(epochs, rate, x=CELSIUS, text=DEGREES):
    return Run(epochs, rate, (0.0, 0.0), x=x, y=FAHRENHEIT, text=text, boiling=100.0)


FOUR = Run(200, 0.01, RECORDED, text=LAYER)
FIVE = Run(200, 0.01, RECORDED, text=MODULE)
TOO_FAST = degrees(200, 0.01)
SLOW = degrees(200, 0.003)
SCALED = degrees(200, 0.003, TENS, IN_TENS)
SOUND = degrees(40, 0.2, TENS, IN_TENS)

STEEP, FLAT = np.linalg.eigvalsh(hessian(CELSIUS))[::-1]


class InAList(nn.Module):
    """What the lesson makes of the class."""

    def __init__(self, holder=list):
        super().__init__()
        self.layers = holder([nn.Linear(1, 1)])


with pytest.raises(ValueError, match="empty parameter list") as empty:
    torch.optim.SGD(InAList().parameters(), lr=0.01)

KEPT = {
    "four": FOUR.loss_in(10),
    "four_rate": 0.01,
    "four_weight": FOUR.after(0, "weight"),
    "four_bias": FOUR.after(0, "bias"),
    "four_curvature": np.linalg.eigvalsh(hessian(X))[-1],
    "slow": SLOW.loss_in(200),
    "slow_epochs": 200,
    "slow_ratio": STEEP / FLAT,
    "right_weight": 1.8,
}

PLACES = {
    "Where lesson 6 ended": [FOUR.at(10)],
    "A class": [FIVE.at(0), FIVE.at(0)],
    "Who calls forward?": [FIVE.at(0), FIVE.at(0)],
    "The names of the parameters": [FIVE.at(1)],
    "A layer in a list": [FIVE.at(1), FIVE.at(0, message=f"ValueError: {empty.value}")],
    "The same loop": [FIVE.at(0, **KEPT), FIVE.at(10, **KEPT)],
    "The first epoch": [
        TOO_FAST.at(1, "loss"),
        TOO_FAST.at(2, "loss", before=TOO_FAST.at(1, "loss")),
    ],
    "The limit": [TOO_FAST.at(2, "loss", **KEPT), TOO_FAST.at(25, **KEPT)],
    "Below the limit": [SLOW.at(1, "gradient"), SLOW.at(200)],
    "What makes it steep": [SLOW.at(200), SCALED.at(1, "gradient", **KEPT)],
    "The same rule in tens": [SOUND.at(1, "gradient", **KEPT), SOUND.at(40, **KEPT)],
}

# The errors are some 5e-4 here. Where y is 86, float32 rounds by 4e-6, a hundredth of that.
LOOSE = {"The same rule in tens": {"loss": 0.05}}

RIGHT = [
    # Making a layer, in __init__, predicts nothing; forward calls it.
    line(MODULE, "return self.linear(x)"),
    # PyTorch calls forward when the model itself is called.
    line(MODULE, "y_pred = model(x)"),
    # c: parameters() looks into layers and not into lists, and an optimizer wants parameters.
    "c",
    # b: the class returns what its only layer returns.
    "b",
    # a, it rises: a step of 17.2 where the weight has to go 1.8.
    "a",
    2 / STEEP,
    # b: (1 - 0.003 * 1.33) to the power of 200 leaves 0.45 of the way.
    "b",
    2 * np.mean(np.array(TENS) ** 2),
    1.8 * 10,
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
    assert disagreements(found[title], PLACES[title], LOOSE.get(title, {})) == []


def test_the_script_has_the_five_pairs_and_not_the_rule():
    known = {}
    pairs = [each for each in DEGREES.splitlines() if re.match("(celsius|fahrenheit) = ", each)]
    exec("\n".join(pairs), known)
    assert tuple(known["celsius"]) == CELSIUS
    assert known["fahrenheit"] == pytest.approx(FAHRENHEIT)
    assert "1.8" not in DEGREES
    assert "gdtui" not in DEGREES


def test_our_loops_follow_the_closed_form_of_two_curvatures():
    for run, x, rate, right in ((SLOW, CELSIUS, 0.003, 1.8), (SOUND, TENS, 0.2, 18)):
        values, directions = np.linalg.eigh(hessian(x))
        start = directions.T @ np.array([-right, -32])
        for epoch in (1, 10, 40):
            left = directions @ ((1 - rate * values) ** epoch * start)
            assert np.allclose(run.values[epoch], np.array([right, 32]) + left, rtol=1e-5)


def test_the_steep_direction_is_almost_that_of_the_weight_and_the_flat_one_that_of_the_bias():
    _, directions = np.linalg.eigh(hessian(CELSIUS))
    assert abs(directions[1, 0]) > 0.99
    assert abs(directions[0, 1]) > 0.99


def test_a_module_list_registers_the_layers_in_it():
    assert len(list(InAList(nn.ModuleList).parameters())) == 2


def test_a_layer_as_an_attribute_is_registered_under_two_names():
    class LinearRegression(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(1, 1)

    names = [name for name, _ in LinearRegression().named_parameters()]
    assert names == ["linear.weight", "linear.bias"]
    assert "self.linear" in MODULE.splitlines()[line(MODULE, "self.linear =") - 1]


def test_no_line_calls_forward():
    assert re.findall(r".*\bforward\(.*", MODULE) == ["    def forward(self, x):"]


def loop(text):
    """The statements of a training loop."""
    lines = text[text.index("\nfor epoch in") : text.rindex("\nprint(f")].splitlines()
    return [each for each in lines if each.strip() and not each.strip().startswith("#")]


def test_the_statements_that_train_are_those_of_stage_4():
    assert loop(LAYER)[:6] == loop(MODULE)[:6]
    assert "zero_grad" in loop(MODULE)[5]


def test_the_loop_has_the_same_statements_if_the_lesson_says_so():
    claim = "Compare the loop too: it has the same statements."
    assert claim not in SAID or loop(LAYER) == loop(MODULE)


def test_the_last_line_of_the_script_turns_the_boiling_point_into_an_input_too():
    last = IN_TENS.strip().splitlines()[-1]
    assert "model(as_input([boiling]))" in last
    assert SOUND.after(40, "weight") * 10 + SOUND.after(40, "bias") == pytest.approx(212, abs=0.01)


def test_no_learning_rate_suits_both_curvatures_of_whole_degrees():
    rates = np.linspace(1e-5, 2 / STEEP, 500)
    kept = np.maximum(abs(1 - rates * STEEP), abs(1 - rates * FLAT))
    assert kept.min() > 0.995
