"""The gradients that a script computes by hand and that only its functions have."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline

HEAD = """
import numpy as np
x = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]])
y = np.array([1.0, 2.0, 3.0])
used = []

def error_of(w, b):
    return x @ w + b - y

"""

FUNCTIONS = {
    "of global names": """
w, b = np.zeros(2), 0.0
def slopes():
    e = error_of(w, b)
    return 2 * x.T @ e / 3, 2 * e.mean()
def move():
    global w, b
    by_w, by_b = slopes()
    used.append([by_w, by_b])
    w = w - 0.05 * by_w
    b -= by_b * 0.05
for t in range(4):
    move()
    cost = np.mean(error_of(w, b) ** 2)
""",
    "of what it returns under other names": """
def moved(offset, weights, rate):
    e = error_of(weights, offset)
    for_offset = 2 * e.mean()
    for_weights = 2 * x.T @ e / 3
    used.append([for_weights, for_offset])
    new_offset = offset - rate * for_offset
    return [new_offset, weights - rate * for_weights]
def train(w, b, turns):
    for t in range(turns):
        b, w = moved(b, w, 0.05)
        cost = np.mean(error_of(w, b) ** 2)
train(np.zeros(2), 0.0, 4)
""",
    "of attributes in a method": """
class Line:
    def __init__(self):
        self.w, self.b = np.zeros(2), 0.0
    def learn(self, rate):
        e = error_of(self.w, self.b)
        grad_w, grad_b = 2 * x.T @ e / 3, 2 * e.mean()
        used.append([grad_w, grad_b])
        self.w -= rate * grad_w
        self.b -= rate * grad_b
        return np.mean(e ** 2)
line = Line()
for t in range(4):
    loss = line.learn(0.05)
""",
    "of lists that a method makes anew, in a loop without a loss": """
class Net:
    def __init__(self):
        self.w, self.b = [np.zeros(2)], [0.0]
    def fit(self, turns, eta):
        for turn in range(turns):
            self.learn(eta)
            print("turn", turn)
    def learn(self, eta):
        sum_w = [np.zeros(w.shape) for w in self.w]
        sum_b = [0.0 for b in self.b]
        for row, goal in zip(x, y):
            gap = row @ self.w[0] + self.b[0] - goal
            sum_w = [old + new for old, new in zip(sum_w, [gap * row])]
            sum_b = [old + new for old, new in zip(sum_b, [gap])]
        used.append([sum_w[0], sum_b[0]])
        self.w = [w - (eta / len(x)) * s for w, s in zip(self.w, sum_w)]
        self.b = [b - (eta / len(x)) * s for b, s in zip(self.b, sum_b)]
Net().fit(4, 0.1)
""",
    "of a list, two calls further in": """
theta = [np.zeros(2), 0.0]
def inner(values, rate):
    e = error_of(*values)
    slopes = [2 * x.T @ e / 3, 2 * e.mean()]
    used.append(slopes)
    for place in range(2):
        values[place] -= rate * slopes[place]
def outer(values):
    inner(values, 0.05)
for t in range(4):
    outer(theta)
    cost = np.mean(error_of(*theta) ** 2)
""",
}

DICTS = {
    "copied": """
def update(values, slopes, rate):
    new = values.copy()
    for k in values:
        new[k] = new[k] - rate * slopes["d" + k]
    return new
""",
    "taken apart": """
def update(values, slopes, rate):
    w, dw = values["w"], slopes["dw"]
    b, db = values["b"], slopes["db"]
    w = w - rate * dw
    b = b - rate * db
    return {"w": w, "b": b}
""",
    "made anew": """
def update(values, slopes, rate):
    return {k: v - rate * slopes[f"d{k}"] for k, v in values.items()}
""",
    "with momentum": """
speed = {"w": 0.0, "b": 0.0}
def update(values, slopes, rate):
    for k in values:
        speed[k] = 0.5 * speed[k] + slopes["d" + k]
        values[k] = values[k] - rate * speed[k]
    return values
""",
}

IN_DICTS = """
def slopes_of(values):
    e = error_of(values["w"], values["b"])
    found = {"dw": 2 * x.T @ e / 3, "db": 2 * e.mean()}
    used.append([found["dw"], found["db"]])
    return found
p = {"w": np.zeros(2), "b": 0.0}
for t in range(4):
    cost = np.mean(error_of(p["w"], p["b"]) ** 2)
    back = slopes_of(p)
    p = update(p, back, 0.05)
"""


def record(text):
    """The gradients of a script by epoch, each as one row, and those that it has kept itself."""
    with Timeline(Script(HEAD + text)) as timeline:
        moment = timeline.run()
        assert moment.status == "finished", moment.message
        kept = timeline._execution.namespace["used"]
        gradients = timeline.history.gradients.items()
        return {name: np.array([*column]) for name, column in gradients}, kept


def check(text):
    gradients, kept = record(text)
    (weights,) = (each for each in gradients.values() if each.shape[1:] == (2,))
    (offset,) = (each for each in gradients.values() if each.shape[1:] == ())
    assert len(weights) == len(kept) == 4
    np.testing.assert_array_equal(weights, [each[0] for each in kept])
    np.testing.assert_array_equal(offset, [each[1] for each in kept])


@pytest.mark.parametrize("text", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_gradient_that_a_function_keeps_to_itself(text):
    check(text)


@pytest.mark.parametrize("update", DICTS.values(), ids=DICTS)
def test_a_dict_of_gradients_that_a_function_is_given(update):
    check(update + IN_DICTS)


def test_a_function_that_moves_one_parameter_after_the_other_does_not_say_whose_its_gradient_is():
    gradients, _ = record(
        """
def down(value, slope_of):
    slope = slope_of(value)
    return value - 0.1 * slope
u, v = 0.0, 0.0
for t in range(3):
    u = down(u, lambda u: 2 * (u + v - 3))
    v = down(v, lambda v: 2 * (u + v - 3))
    loss = (u + v - 3) ** 2
"""
    )
    assert np.isnan(gradients["u"]).all()
    assert np.isnan(gradients["v"]).all()


def test_a_function_in_which_a_gradient_is_read_fails_as_it_does_without():
    text = """
w = 1.0
def down(value):
    if value < 0.9:
        del value
    slope = 2 * value
    return value - 0.1 * slope
for t in range(3):
    w = down(w)
    loss = w ** 2
"""
    with Timeline(Script(HEAD + text)) as timeline:
        moment = timeline.run()
    assert moment.status == "failed"
    assert "value" in moment.message
