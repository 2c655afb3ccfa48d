"""The bug lab takes every mend that heals a script and none that only hides the bug, and a mend that
cannot be tried costs nothing."""

from __future__ import annotations

import pytest
from bug_scripts import TEXTS, mend
from torch_oracle import line
from walking import drive, walk_plainly

from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.library import find_lesson
from gdtui.lessons.score import Outcome
from gdtui.lessons.walk.walk import State

# Bug 8 is about a warning.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Using a target size")]

# Where a mend stands and what it says; ``+`` puts it below that line.
ACCEPTED = {
    "b1": [
        ("+w -= learning_rate", "w.grad.zero_()"),
        ("+w -= learning_rate", "w.grad = None"),
        ("+w -= learning_rate", "w.grad.fill_(0)"),
        ("+w -= learning_rate", "w.grad *= 0"),
        ("w -= learning_rate", "w -= learning_rate * w.grad; w.grad.zero_()"),
        # At the beginning of the next epoch is soon enough.
        ("+for epoch in", "w.grad = None"),
        ("+loss = mean_squared_error", "w.grad = None"),
    ],
    "b2": [
        ("w += learning_rate", "w -= learning_rate * w.grad"),
        ("w += learning_rate", "w.sub_(learning_rate * w.grad)"),
        ("w += learning_rate", "w += -learning_rate * w.grad"),
        ("w += learning_rate", "w.add_(w.grad, alpha=-learning_rate)"),
    ],
    "b3": [
        ("return ((y_pred", "return ((y_pred - y) ** 2).mean()"),
        ("return ((y_pred", "return ((y_pred - y) ** 2).sum() / 4"),
        ("return ((y_pred", "return ((y_pred - y) ** 2).sum() / len(y)"),
        ("return ((y_pred", "return torch.nn.functional.mse_loss(y_pred, y)"),
        ("loss = mean_squared_error", "loss = mean_squared_error(y_pred, y) / 4"),
    ],
    "b4": [
        ("w -= learning_rate", "with torch.no_grad(): w -= learning_rate * w.grad"),
        ("w -= learning_rate", "w.data -= learning_rate * w.grad"),
        ("w -= learning_rate", "w.data.sub_(learning_rate * w.grad)"),
        ("w -= learning_rate", "w.detach().sub_(learning_rate * w.grad)"),
    ],
    "b5": [
        ("learning_rate = 0.14", "learning_rate = 0.01"),
        ("learning_rate = 0.14", "learning_rate = 0.02  # less"),
        ("learning_rate = 0.14", "learning_rate = 0.05"),
        ("learning_rate = 0.14", "learning_rate = 1 / 15"),
        # It swings, but gets there.
        ("learning_rate = 0.14", "learning_rate = 0.12"),
        # A little slower than the rate of the lesson, which has come as near as 0.015.
        ("learning_rate = 0.14", "learning_rate = 0.009"),
        ("optimizer = ", "optimizer = torch.optim.SGD([w], lr=0.05)"),
    ],
    "b6": [
        ("y_pred = ", "y_pred = predict(x)"),
        ("y_pred = ", "y_pred = w * x"),
        ("y_pred = ", "y_pred = predict(x).clone()"),
        ("loss = mean_squared_error", "loss = mean_squared_error(predict(x), y)"),
    ],
    "b7": [
        ("+for epoch in", "y_pred = predict(x)"),
        ("+for epoch in", "    y_pred = predict(x)"),
        ("loss = criterion", "loss = criterion(predict(x), y)"),
        ("loss = criterion", "y_pred = predict(x); loss = criterion(y_pred, y)"),
        ("+optimizer.step()", "y_pred = predict(x)"),
    ],
    "b8": [
        ("y = torch", "y = torch.tensor(targets, dtype=torch.float32).reshape(-1, 1)"),
        ("y = torch", "y = torch.tensor(targets, dtype=torch.float32).view(-1, 1)"),
        ("y = torch", "y = torch.tensor(targets, dtype=torch.float32).unsqueeze(1)"),
        ("y = torch", "y = torch.tensor(targets, dtype=torch.float32)[:, None]"),
        ("+y = torch", "y = y.reshape(-1, 1)"),
        ("loss = criterion", "loss = criterion(y_pred, y.view_as(y_pred))"),
        ("loss = criterion", "loss = criterion(y_pred.squeeze(1), y)"),
        ("y_pred = ", "y_pred = model(x).flatten()"),
        ("targets = ", "targets = [[2], [4], [6], [8]]"),
    ],
    "b9": [
        ("+loss.backward()", "optimizer.step()"),
        ("optimizer.zero_grad()", "optimizer.step(); optimizer.zero_grad()"),
    ],
    "b10": [
        ("per_sample = ", "per_sample = 2 * x * (y_pred - y)"),
        ("per_sample = ", "per_sample = (y_pred - y) * x * 2"),
        ("+per_sample = ", "per_sample = x * per_sample"),
        ("dw = gradient", "dw = (2 * x * (y_pred - y)).mean()"),
    ],
    "b11": [
        ("cross_entropy = nn.BCEWith", "cross_entropy = nn.BCELoss()"),
        ("cross_entropy = nn.BCEWith", "cross_entropy = nn.functional.binary_cross_entropy"),
        ("y_pred = sigmoid", "y_pred = w * x + b"),
        ("loss = cross_entropy", "loss = cross_entropy(w * x + b, y)"),
        ("sigmoid = torch.sigmoid", "sigmoid = nn.Identity()"),
    ],
    "b12": [
        (
            "self.hidden = ",
            "self.hidden = nn.ModuleList([nn.Linear(1, width), nn.Linear(width, width)])",
        ),
        (
            "self.hidden = ",
            "self.hidden = nn.Sequential(nn.Linear(1, width), nn.Linear(width, width))",
        ),
        ("+self.hidden = ", "self.hidden = nn.ModuleList(self.hidden)"),
        ("+self.hidden = ", "self.one, self.two = self.hidden"),
    ],
}

REFUSED = {
    "b1": [
        # The gradient is gone before the update has used it.
        ("+loss.backward()", "w.grad.zero_()"),
        # Only every second epoch.
        ('+print(f"epoch', "w.grad.zero_()"),
        ("+w -= learning_rate", "w.grad *= 0.5"),
        ("learning_rate = ", "learning_rate = 0.001"),
        ("epochs = ", "epochs = 1"),
    ],
    "b2": [
        ("w += learning_rate", "w -= w.grad"),
        ("w += learning_rate", "w -= 2 * learning_rate * w.grad"),
        # This makes a w that is no leaf.
        ("w += learning_rate", "w = w - learning_rate * w.grad"),
        ("learning_rate = ", "learning_rate = 0.0"),
        ("w = 0.0", "w = 2.0"),
    ],
    "b3": [
        ("learning_rate = ", "learning_rate = 0.01"),
        ("return ((y_pred", "return (y_pred - y).mean() ** 2"),
        ("return ((y_pred", "return (y_pred - y).abs().mean()"),
        # The steps are right then, and the loss is still four times too large.
        ("w -= learning_rate", "w -= learning_rate * w.grad / 4"),
    ],
    "b4": [
        ("w -= learning_rate", "w = w - learning_rate * w.grad"),
        ("w -= learning_rate", ""),
        ("w -= learning_rate", "with torch.no_grad(): w += learning_rate * w.grad"),
        ("w = torch.tensor(w", "w = torch.tensor(w, dtype=torch.float32)"),
    ],
    "b5": [
        ("learning_rate = 0.14", "learning_rate = 0.0001"),
        ("learning_rate = 0.14", "learning_rate = 0.15"),
        ("learning_rate = 0.14", "learning_rate = -0.01"),
        ("epochs = ", "epochs = 300"),
        # Nothing is to be learned then.
        ("w = 0.0", "w = 2.0"),
        ("targets = ", "targets = [0, 0, 0, 0]"),
    ],
    "b6": [
        ("loss.backward()", "loss.requires_grad_().backward()"),
        ("loss.backward()", ""),
        ("y_pred = ", "y_pred = predict(x).data"),
        ("y_pred = ", "y_pred = predict(x).detach().requires_grad_()"),
    ],
    "b7": [
        ("loss.backward()", "loss.backward(retain_graph=True)"),
        ("loss = criterion", "loss = criterion(y_pred.detach(), y)"),
        ("y_pred = ", "y_pred = predict(x).detach()"),
        ("for epoch in", "for epoch in range(1):"),
    ],
    "b8": [
        ("y = torch", "y = torch.tensor(targets, dtype=torch.float32).reshape(1, -1)"),
        ("y = torch", "y = torch.tensor(targets, dtype=torch.float32).unsqueeze(0)"),
        ("y = torch", "y = torch.tensor(targets, dtype=torch.float32).reshape(2, 2)"),
        ("learning_rate = ", "learning_rate = 0.01"),
        ("epochs = ", "epochs = 400"),
    ],
    "b9": [
        ("optimizer.zero_grad()", ""),
        ("optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=False)"),
        ("learning_rate = ", "learning_rate = 1.0"),
        ("+for epoch in", "optimizer.step()"),
    ],
    "b10": [
        ("learning_rate = ", "learning_rate = 0.01"),
        ("per_sample = ", "per_sample = x * (y_pred - y)"),
        ("per_sample = ", "per_sample = 2 * x * (y - y_pred)"),
        ("targets = ", "targets = [2, 4, 6, 8]"),
    ],
    "b11": [
        ("y_pred = sigmoid", "y_pred = sigmoid(sigmoid(w * x + b))"),
        ("cross_entropy = nn.BCEWith", "cross_entropy = nn.MSELoss()"),
        ("learning_rate = ", "learning_rate = 5.0"),
        ("epochs = ", "epochs = 2000"),
    ],
    "b12": [
        ("epochs = ", "epochs = 1500"),
        ("seed = ", "seed = 2"),
        ("self.hidden = ", "self.hidden = nn.Linear(1, width), nn.Linear(width, width)"),
        ("optimizer = ", "optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)"),
    ],
}

# By the code of the line; where one is missing, those beside the gap.
NAMED = {
    "b1": (["w -= learning_rate", "if epoch %"], ["loss.backward()", 'print(f"epoch', "w = 0.0"]),
    "b2": (["w += learning_rate"], ["with torch.no_grad()", "loss.backward()", "learning_rate ="]),
    # What has changed in the comment is not the bug.
    "b3": (["return ((y_pred"], ["# slope dJ/dw", "def mean", "loss = mean"]),
    "b4": (["w -= learning_rate"], ["loss.backward()", "w.grad.zero_()"]),
    "b5": (["learning_rate = 0.14"], ["optimizer = ", "optimizer.step()", "w = 0.0"]),
    "b6": (["y_pred = "], ["loss.backward()", "loss = ", "return w * x"]),
    "b7": (["y_pred = ", "for epoch in"], ["loss = criterion", "loss.backward()"]),
    "b8": (["y = torch"], ["x = torch", "loss = criterion", "y_pred = "]),
    "b9": (["optimizer.step()", "optimizer.zero_grad()"], ["y_pred = ", "optimizer = "]),
    "b10": (["per_sample = "], ["dw = gradient", "w -= learning_rate", "loss = mean"]),
    "b11": (["cross_entropy = nn.BCEWith"], ["y_pred = sigmoid", "optimizer = ", "loss = "]),
    "b12": (["self.hidden = "], ["self.output = ", "optimizer = ", "for layer in"]),
}

UNTRIED = [
    # What is not Python, or puts what stands around it out of joint.
    "50: w -= = 1",
    "50: w -= (",
    "40: while:",
    "40:",
    # Lines that there are not.
    "0: w = 1",
    "1000: w = 1",
    "+1000: w = 1",
    "0",
    "1000",
    # What says no line at all.
    "w -= learning_rate",
    "w.grad: zero",
    "",
]


def as_cases(table):
    return [pytest.param(key, *each, id=f"{key} {each}") for key in table for each in table[key]]


def as_named(which):
    return [(key, code) for key, lines in NAMED.items() for code in lines[which]]


def tried(key, answer):
    """How it goes if this is the answer to where the bug is, and all that is written."""
    lesson = find_lesson(key)
    walk, written = walk_plainly(lesson, [*"s" * (lesson.questions - 1), answer])
    assert len(walk.score.answers) == lesson.questions
    return list(walk.score.answers.values())[-1].first, written


def as_mend(key, code, new):
    return mend(key, code.lstrip("+"), new, below=code.startswith("+"))


@pytest.mark.parametrize(("key", "code", "new"), as_cases(ACCEPTED))
def test_what_heals_the_script_is_accepted(key, code, new):
    outcome, written = tried(key, as_mend(key, code, new))
    assert outcome is Outcome.RIGHT
    assert "Right: with your mend the loss goes from " in written
    assert "nan" not in written


@pytest.mark.parametrize(("key", "code", "new"), as_cases(REFUSED))
def test_what_does_not_heal_the_script_is_refused_with_a_reason_and_a_mend(key, code, new):
    outcome, written = tried(key, as_mend(key, code, new))
    assert outcome is Outcome.WRONG
    assert "\nTried: " in written
    assert "\nThis mends it:\n" in written


@pytest.mark.parametrize(("key", "code"), as_named(0))
def test_the_line_of_the_bug_may_be_named(key, code):
    number = line(TEXTS[key], code)
    outcome, written = tried(key, str(number))
    assert outcome is Outcome.RIGHT
    assert f"Right: line {number}. Without the bug the loss goes from " in written


@pytest.mark.parametrize(("key", "code"), as_named(1))
def test_another_line_is_refused(key, code):
    number = line(TEXTS[key], code)
    outcome, written = tried(key, str(number))
    assert outcome is Outcome.WRONG
    assert f"Line {number} is correct." in written


@pytest.mark.parametrize("text", UNTRIED)
def test_what_cannot_be_tried_is_told_in_a_line_and_the_question_is_still_open(text):
    told = []

    def act(walk):
        if walk.state is not State.ASKING:
            walk.go_on()
        elif walk.page.kind != "bug":
            walk.skip()
        else:
            with pytest.raises(LessonError) as refused:
                walk.answer(text)
            told.append(str(refused.value))
            assert walk.state is State.ASKING
            assert walk.page.outcome is None
            walk.answer(as_mend("b4", *ACCEPTED["b4"][0]))

    walk = drive(find_lesson("b4"), act)
    assert list(walk.score.answers.values())[-1].first is Outcome.RIGHT
    assert len(told) == 1
    assert 0 < len(told[0].splitlines()) < 2
    assert len(told[0]) < 120
    assert "line" in told[0]
