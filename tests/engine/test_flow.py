"""What a loop that trains by hand carries from turn to turn, by the flow of its data."""

import ast
import textwrap

import pytest

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.finding import find_training_loops
from gdtui.engine.script.paths import touches


def loop_of(text):
    """The one training loop of a script."""
    (loop,) = find_training_loops(ast.parse(textwrap.dedent(text)))
    return loop


STEP = "p = x @ w + b\n    loss = ((p - y) ** 2).mean()\n    dw, db = grads(p)\n    "

UPDATES = {
    "in place": "w -= lr * dw\n    b -= lr * db",
    "by plus": "w += -lr * dw\n    b += lr * -db",
    "written out": "w = w - lr * dw\n    b = b - db * lr",
    "in a tuple": "w, b = w - lr * dw, b - lr * db",
    "into its elements": "w[:] = w - lr * dw\n    b[...] = b - lr * db",
    "by another name": "w_new = w - lr * dw\n    b_new = b - lr * db\n    w, b = w_new, b_new",
    "from the old one": "old = w\n    w = old - lr * dw\n    b = b - lr * db",
    "shrunk": "w = w * (1 - lr * 0.1) - lr * dw\n    b = 0.9 * b - lr * db",
    "within bounds": "w = np.clip(w - lr * dw, -1, 1)\n    b = np.maximum(b - lr * db, 0)",
    "by a function of NumPy": "np.subtract(w, lr * dw, out=w)\n    b = np.subtract(b, lr * db)",
    "in pairs": "for p, g in zip([w, b], [dw, db]):\n        p -= lr * g",
    "with a schedule": "lr = 0.99 * lr\n    w -= lr * dw\n    b -= lr * db",
    "with a rate that fades": "eta = lr / (1 + t)\n    w -= eta * dw\n    b -= eta * db",
    "by a step of its own": "step = lr * dw\n    w -= step\n    b -= lr * db",
    "with momentum": "v = 0.9 * v + dw\n    w -= lr * v\n    u = 0.9 * u - lr * db\n    b += u",
    "with Adam": """m = 0.9 * m + 0.1 * dw
    s = 0.99 * s + 0.01 * dw ** 2
    w -= lr * (m / (1 - 0.9 ** t)) / (np.sqrt(s / (1 - 0.99 ** t)) + 1e-8)
    b = b - lr * db""",
}


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_a_parameter_is_what_is_carried_and_moved_and_what_the_loss_depends_on(update):
    loop = loop_of(f"for t in range(1, 9):\n    {STEP}{update}\n    count += 1\n")
    assert sorted(loop.updated_names) == ["b", "w"]
    assert loop.loss_names[0] == "loss"
    assert loop.gradient_names("w")[0] == "dw"
    assert loop.gradient_names("b")[0] == "db"


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        # Lists, dicts and what is held in objects.
        ("params = [p - lr * g for p, g in zip(params, grads)]", ("params",)),
        ("params = {k: params[k] - lr * grads[k] for k in params}", ("params",)),
        ("for k in params:\n        params[k] -= lr * grads[k]", ("params",)),
        ("for k, g in grads.items():\n        params[k] -= lr * g", ("params",)),
        ("for i in range(2):\n        params[i] = params[i] - lr * grads[i]", ("params",)),
        ("for i, p in enumerate(params):\n        p -= lr * grads[i]", ("params",)),
        ("w, b = params\n    params = [w - lr * grads[0], b - lr * grads[1]]", ("params",)),
    ],
)
def test_parameters_in_a_list_or_a_dict(text, parameters):
    head = "loss = np.mean((forward(params, x) - y) ** 2)\n    grads = backward(params, x, y)"
    loop = loop_of(f"for e in range(9):\n    {head}\n    {text}\n")
    assert loop.updated_names == parameters
    if "w, b" not in text:
        assert loop.gradient_names("params")[0] == "grads"


def test_attributes_of_each_layer():
    loop = loop_of(
        """
        for e in range(9):
            out = forward(layers, x)
            loss = np.mean((out - y) ** 2)
            backward(layers, out - y)
            for layer in layers:
                layer.W -= lr * layer.dW
                layer.b -= lr * layer.db
        """
    )
    assert loop.updated_names == ("layers[].W", "layers[].b")
    assert loop.gradient_names("layers[].W")[0] == "layers[].dW"


FUNCTIONS = {
    "returns the new ones": """
        def step(b, m, rate):
            gap = y - (m * x + b)
            return b + rate * gap.sum(), m + rate * (gap * x).sum()
        for i in range(9):
            b, m = step(b, m, lr)
            error = ((y - m * x - b) ** 2).mean()
        """,
    "gives them new values first": """
        def step(b, m, rate):
            gap = y - (m * x + b)
            b = b + rate * gap.sum()
            m = m + rate * (gap * x).sum()
            return b, m
        for i in range(9):
            loss = ((y - m * x - b) ** 2).mean()
            b, m = step(b, m, lr)
        """,
    "changes them in place": """
        def step(b, m, rate):
            gap = y - (m * x + b)
            b += rate * gap.sum()
            m += rate * (gap * x).sum()
        for i in range(9):
            loss = ((y - m * x - b) ** 2).mean()
            step(b, m, lr)
        """,
    "changes global ones": """
        def step():
            global b, m
            gap = y - (m * x + b)
            b += lr * gap.sum()
            m += lr * (gap * x).sum()
            return (gap ** 2).mean()
        for i in range(9):
            loss = step()
        """,
    "in one call after the other": """
        def moved(value, by):
            return value - lr * by
        def step(b, m):
            gap = y - (m * x + b)
            b = moved(b, -gap.sum())
            m = moved(m, -(gap * x).sum())
            return b, m
        for i in range(9):
            loss = ((y - m * x - b) ** 2).mean()
            b, m = step(b, m)
        """,
}


@pytest.mark.parametrize("text", FUNCTIONS.values(), ids=FUNCTIONS)
def test_an_update_in_a_function(text):
    assert sorted(loop_of(text).updated_names) == ["b", "m"]


def test_what_a_function_keeps_for_its_steps_alone_is_no_parameter():
    loop = loop_of(
        """
        kept = {"m": 0.0, "s": 0.0}
        def step(w, t):
            miss = x @ w - y
            slope = 2 * x.T @ miss
            kept["m"] = 0.9 * kept["m"] + 0.1 * slope
            kept["s"] = 0.99 * kept["s"] + 0.01 * slope ** 2
            ahead = kept["m"] / (1 - 0.9 ** t)
            return w - rate * ahead / (np.sqrt(kept["s"]) + 1e-8), (miss ** 2).mean()
        for t in range(1, 9):
            w, loss = step(w, t)
        """
    )
    assert loop.updated_names == ("w",)
    assert (loop.flow.gradient("w"), loop.flow.used_at) == ("", {})


@pytest.mark.parametrize(
    "update",
    ["w = shrunk(w - lr * dw, 0.1)", "z = w - lr * dw\n    w = shrunk(z, lr)"],
)
def test_an_update_whose_result_a_function_shrinks(update):
    loop = loop_of(
        "def shrunk(v, by):\n    return np.sign(v) * np.maximum(np.abs(v) - by, 0)\n"
        f"for t in range(9):\n    {STEP}{update}\n    b -= lr * db\n"
    )
    assert sorted(loop.updated_names) == ["b", "w"]
    assert loop.gradient_names("w")[0] == "dw"


SOLVED = {
    "each weight by itself": """
        while cost > 1e-3:
            for k in range(3):
                rest = y - x @ beta + x[:, k] * beta[k]
                beta[k] = x[:, k] @ rest / (x[:, k] @ x[:, k])
            cost = np.mean((y - x @ beta) ** 2)
        """,
    "in a function of all": """
        def best(k, beta):
            return beta[k] + x[:, k] @ (y - x @ beta) / norms[k]
        for t in range(9):
            for k in rng.permutation(3):
                beta[k] = best(k, beta)
            objective = ((y - x @ beta) ** 2).sum()
        """,
}


@pytest.mark.parametrize("text", SOLVED.values(), ids=SOLVED)
def test_entries_that_are_solved_for_one_by_one(text):
    loop = loop_of(text)
    assert loop.updated_names == ("beta",)
    assert loop.loss_names[0] in ("cost", "objective")
    assert loop.flow.gradient("beta") == ""


@pytest.mark.parametrize(
    "text",
    [
        # A recurrence, a table that is filled in, and losses that are kept.
        "h[t] = np.tanh(u @ h[t - 1] + v @ x[t])\n    loss = ((h[-1] - y) ** 2).mean()",
        "table[t] = table[t - 1] + prices[t]\n    cost = table[-1]",
        "loss = prices[t] ** 2\n    losses[t] = loss + np.mean(losses)",
    ],
)
def test_entries_that_are_filled_in_one_by_one_are_no_parameters(text):
    with pytest.raises(ScriptError, match="there is no training loop"):
        find_training_loops(ast.parse(f"for t in range(1, 9):\n    {text}\n"))


def test_an_update_of_what_an_object_holds():
    loop = loop_of(
        """
        class Perceptron:
            def net(self, x):
                return x @ self.w + self.b
            def fit(self, x, y):
                for epoch in range(self.epochs):
                    error = y - self.net(x)
                    loss = (error ** 2).mean()
                    self.w = self.w + self.rate * x.T @ error
                    self.b = self.b + self.rate * error.sum()
                    self.losses.append(loss)
        """
    )
    assert loop.updated_names == ("self.w", "self.b")


@pytest.mark.parametrize(
    "text",
    [
        # The place in the data, the best so far, a running mean, hidden state, a running sum.
        "start = (start + 8) % n\n    xb = x[start:start + 8]",
        "best = min(best, loss)",
        "smooth = 0.9 * smooth + 0.1 * loss",
        "hidden = np.tanh(x @ hidden)",
        "total += loss",
        "average = 0.9 * average + 0.1 * w",
        "lr *= 0.9",
        "tolerance = tolerance - 0.1 * change(w)",
    ],
)
def test_what_is_carried_and_is_no_parameter(text):
    loop = loop_of(
        f"""
for e in range(9):
    {text}
    out = x @ w + hidden
    loss = np.mean((out - y) ** 2)
    dw = x.T @ (out - y)
    w -= lr * dw
"""
    )
    assert loop.updated_names == ("w",)


@pytest.mark.parametrize(
    ("loss", "found"),
    [
        ("rss = float(np.sum(r ** 2))", "rss"),
        ("total = r @ r", "total"),
        ("badness = np.abs(r).mean()", "badness"),
        ("fit = -np.log(r).sum()", "fit"),
        ("d = distance(w)", "d"),
        ("right = np.mean(r > 0)", None),
        ("size = len(r)", None),
        ("late = r", None),
    ],
)
def test_a_loss_without_a_usual_name_is_known_by_its_form(loss, found):
    loop = loop_of(
        "def distance(w):\n    return (w ** 2).sum()\n"
        f"for e in range(9):\n    r = x @ w - y\n    {loss}\n    w -= lr * (x.T @ r)\n"
    )
    assert loop.loss_names == ((found,) if found else ())
    assert loop.updated_names == ("w",)


@pytest.mark.parametrize(
    "update",
    [
        "w += lr * x.T @ (y - p)",  # it has no name
        "w += delta",  # what goes up is no gradient, whatever it is called
        "w -= np.linalg.solve(h, dw)",
        "step = np.linalg.solve(h, dw)\n    w -= 0.5 * step",
        "w -= lr * (dw + decay * w)",
        "w -= lr * dw * p",
    ],
)
def test_what_a_step_is_made_of_is_no_gradient_unless_it_is_that_times_a_rate(update):
    loop = loop_of(
        "for e in range(9):\n    p = x @ w\n    loss = ((p - y) ** 2).mean()\n"
        "    delta = lr * x.T @ (y - p)\n    dw = -2 * x.T @ (y - p)\n    h = hessian(w)\n"
        f"    {update}\n"
    )
    assert loop.updated_names == ("w",)
    assert loop.flow.gradient("w") == ""


@pytest.mark.parametrize(
    "text",
    [
        "for x in data:\n    total += x\n    error = abs(x - total / n)\n",
        "for x in data:\n    print(x)\n",
        "while n > 1:\n    n = n // 2\n    steps += 1\n",
        "for i in range(9):\n    labels = near(x, centers)\n"
        "    centers = np.array([x[labels == k].mean(0) for k in range(3)])\n"
        "    inertia = spread(x, centers)\n",
    ],
)
def test_a_loop_that_only_counts_adds_up_or_computes_anew_does_not_train(text):
    with pytest.raises(ScriptError, match="there is no training loop"):
        find_training_loops(ast.parse(text))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("w", "w", True),
        ("model", "model.w", True),
        ("p[]", "p", True),
        ("w", "w2", False),
        ("model.w", "model.b", False),
    ],
)
def test_a_path_touches_what_it_is_a_part_of(one, other, expected):
    assert touches(one, other) is touches(other, one) is expected


@pytest.mark.parametrize(
    ("loss", "found"),
    [
        # The mean of a list that the loop has filled, and a name for it in between.
        ("missed.append(gap ** 2)", "cost = sum(missed) / len(missed)"),
        ("missed.append(abs(gap))", "badness = np.mean(np.abs(missed))"),
        ("of_one = gap ** 2\n        missed.append(of_one)", "cost = np.mean(missed)"),
    ],
)
def test_a_loss_that_is_computed_from_a_list_of_those_of_the_samples(loss, found):
    loop = loop_of(
        f"""
for turn in range(9):
    missed = []
    for row, goal in zip(rows, goals):
        gap = goal - (sum(a * b for a, b in zip(ws, row)) + b0)
        ws = [a + 0.1 * gap * b for a, b in zip(ws, row)]
        b0 = b0 + 0.1 * gap
        {loss}
    {found}
"""
    )
    assert loop.updated_names == ("ws", "b0")
    assert loop.loss_names[0] == found.partition(" ")[0]


@pytest.mark.parametrize(
    ("collects", "losses"),
    [
        ("losses.append(error ** 2)", ()),
        ("cost_history[i] = np.square(error)", ()),
        ("losses.append(error)", ("error",)),
        ("losses.append(2 * error)", ("error",)),
        ("steps.append(error ** 2)", ("error",)),
        ("val_losses.append(error ** 2)", ("error",)),
        ("mse = error ** 2\n    losses.append(mse)", ("mse", "error")),
    ],
)
def test_a_residual_is_no_loss_where_its_squares_are_collected(collects, losses):
    loop = loop_of(
        f"for i in range(9):\n    error = w * x[i] - y[i]\n    w -= lr * error * x[i]\n    {collects}\n"
    )
    assert loop.updated_names == ("w",)
    assert loop.loss_names == losses
    assert (loop.unnamed_loss is None) is bool(losses)


def test_what_only_counts_and_lists_that_are_begun_anew_are_no_losses():
    loop = loop_of(
        """
        for t in range(9):
            errors, cost = 0, 0.0
            losses = []
            for a, b in data:
                gap = w * a - b
                w -= lr * gap * a
                errors += 1
                losses.append(gap ** 2)
                cost += gap ** 2
        """
    )
    assert loop.loss_names == ("cost",)
