"""What is known is drawn at once, and what cannot be drawn is said with its reason: each sentence
where it is true, and nowhere else."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest
from driving import drive

from gdtui import Script, Timeline
from gdtui.analysis.landscape.landscape import Landscape
from gdtui.analysis.study import Study
from gdtui.ui.plots.fit_plots import fit_plot
from gdtui.ui.plots.landscape_plots import landscape_plot
from gdtui.ui.plots.picture import NOTHING

pytestmark = pytest.mark.slow

NUMPY = """\
import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([3.0, 5.0, 7.0, 9.5])
X = np.stack([x, x ** 2, np.ones(4)], axis=1)
w = 0.0
learning_rate = 0.01
"""
TORCH = """\
import torch
torch.manual_seed(0)
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = torch.tensor([[3.0], [5.0], [7.0], [9.5]])
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
"""
LINE = (
    "y_pred = w * x",
    "loss = ((y_pred - y) ** 2).mean()",
    "dw = (2 * x * (y_pred - y)).mean()",
    "w -= learning_rate * dw",
)
TRAIN = ("optimizer.zero_grad()", "loss.backward()", "optimizer.step()")
IN_BATCHES = (
    "for i in (0, 2):",
    "    y_pred = model(x[i : i + 2])",
    "    loss = ((y_pred - y[i : i + 2]) ** 2).mean()",
    *(f"    {each}" for each in TRAIN),
)


def script(head, *loop, above=""):
    body = textwrap.indent("\n".join(loop), "    ")
    return Script(f"{head}{above}\nfor epoch in range(8):\n{body}\n", "own")


SCRIPTS = {
    "a line": script(NUMPY, *LINE),
    "a line without a name": script(TORCH, "loss = ((model(x) - y) ** 2).mean()", *TRAIN),
    "absolute errors without a name": script(TORCH, "loss = (model(x) - y).abs().mean()", *TRAIN),
    "several columns": script(
        NUMPY,
        "y_pred = X @ v",
        "loss = ((y_pred - y) ** 2).mean()",
        "dv = 2 * X.T @ (y_pred - y) / 4",
        "v -= 0.001 * dv",
        above="v = np.zeros(3)",
    ),
    "batches": script(TORCH, *IN_BATCHES),
    "no samples": script("w = 3.0\n", "loss = (w - 1) ** 2", "dw = 2 * (w - 1)", "w -= 0.1 * dw"),
    "a sigmoid": script(
        TORCH, "y_pred = torch.sigmoid(model(x))", "loss = ((y_pred - y) ** 2).mean()", *TRAIN
    ),
    "theta": script(
        NUMPY,
        "y_pred = theta[0] + theta[1] * x",
        "error = y_pred - y",
        "loss = (error ** 2).mean()",
        "theta = theta - 0.01 * np.array([2 * error.mean(), 2 * (error * x).mean()])",
        above="theta = np.zeros(2)",
    ),
}


def moments(of, *moves):
    """A study after some moves from the start: statements to run, or "end"."""
    timeline = Timeline(of)
    study = Study(of)
    with timeline:
        study.catch_up(timeline.start(), timeline.history)
        for move in moves:
            if move == "end":
                study.catch_up(timeline.run(), timeline.history)
            elif move < 0:
                study.catch_up(timeline.seek(-move), timeline.history)
            else:
                for _ in range(move):
                    study.catch_up(timeline.step(), timeline.history)
    return study


def fit(name, *moves):
    """The fit: what is said, and how many marks and curves are drawn."""
    _, sketch, said = fit_plot(moments(SCRIPTS[name], *moves), None)
    picture = sketch(lambda _: (0, 0, 0))
    return said, sum(len(each.x) for each in picture.points), len(picture.curves)


@pytest.mark.parametrize(
    ("name", "moves", "said", "points", "curves"),
    [
        # Before the run began, the samples are in sight.
        ("a line", (), "● samples; no y_pred yet", 4, 0),
        ("a line", (1,), "● samples ╌ best", 4, 2),
        ("a line", ("end",), "● samples ╌ best", 4, 2),
        ("a line", (-3,), "● samples ╌ best", 4, 2),
        ("theta", (1,), "● samples ╌ best", 4, 2),
        ("theta", ("end",), "● samples ╌ best", 4, 2),
        ("a line without a name", (), "● samples; the predictions have no name", 4, 0),
        ("a line without a name", ("end",), "● samples ╌ best", 4, 2),
        (
            "absolute errors without a name",
            ("end",),
            "● samples; the predictions have no name",
            4,
            0,
        ),
        (
            "several columns",
            (),
            "X has 3 columns, so predictions are drawn over y; no y_pred yet",
            0,
            0,
        ),
        ("several columns", (2,), "y_pred over y", 4, 1),
        ("several columns", ("end",), "y_pred over y", 4, 1),
        ("a sigmoid", (), "● samples; no y_pred yet", 4, 0),
        ("a sigmoid", (2,), "y_pred joined at the samples", 4, 1),
        ("batches", (), "● samples; no y_pred yet", 4, 0),
        ("no samples", (), "nothing to draw: no inputs and targets are in sight so far", 0, 0),
        ("no samples", ("end",), "nothing to draw: no inputs and targets are in sight", 0, 0),
    ],
)
def test_the_fit_draws_what_is_known_and_says_what_is_lacking(name, moves, said, points, curves):
    assert fit(name, *moves) == (said, points, curves)


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("moves", [(), (1,), (3,), (-2,), (-5,), ("end",)])
def test_of_a_run_that_is_over_nothing_is_put_off(name, moves):
    study = moments(SCRIPTS[name], *moves)
    over = moves == ("end",)
    for _, sketch, said in (
        fit_plot(study, None),
        landscape_plot(study, Landscape().look(study), None),
    ):
        assert said
        if over:
            for word in ("yet", "so far", "first", "found"):
                assert word not in said.split()
        if sketch.key == NOTHING.key:
            assert any(word in said for word in ("drawn", "nothing to draw"))


def landscape(name, *moves):
    study = moments(SCRIPTS[name], *moves)
    return landscape_plot(study, Landscape().look(study), None)[2]


SLICES = "; L draws a slice and M one along two numbers"


@pytest.mark.parametrize(
    ("name", "moves", "said"),
    [
        ("a line", (), "drawn from the first loss on, if the model is linear or logistic"),
        ("a line", (1,), "drawn from the first loss on"),
        ("a line", (2,), "● here ✕ minimum"),
        ("a line", ("end",), "● here ✕ minimum ◇ next"),
        ("theta", (3,), "● here ✕ minimum"),
        (
            "several columns",
            (3,),
            "not drawn: the model has 3 numbers to learn; a landscape shows one or two" + SLICES,
        ),
        (
            "a sigmoid",
            ("end",),
            "not drawn: gdtui knows exact theory only for linear models, and y_pred is not a weight "
            "times the inputs, plus a bias" + SLICES,
        ),
        (
            "batches",
            ("end",),
            "not drawn: it trains on batches, so none of its losses covers all samples",
        ),
        (
            "absolute errors without a name",
            ("end",),
            "not drawn: no linear or logistic model was recognised" + SLICES,
        ),
    ],
)
def test_the_landscape_says_why_it_is_not_drawn(name, moves, said):
    assert landscape(name, *moves) == said


def test_the_first_landscape_is_that_of_the_loss_that_is_computed():
    """Of a summed loss it is not first that of a mean."""
    of = script(
        NUMPY,
        LINE[0],
        "loss = ((y_pred - y) ** 2).sum()",
        "dw = (2 * x * (y_pred - y)).sum()",
        LINE[3],
    )
    study = moments(of, 2)
    view = Landscape().look(study)
    assert view.here.loss == pytest.approx(study.moment.loss)
    assert Landscape().look(moments(of, 1)) is None


# In the app ---------------------------------------------------------------------------


def run(tmp_path, of, test, size=(120, 36)):
    path = tmp_path / "own.py"
    path.write_text(of.text if isinstance(of, Script) else of)
    drive(test, stage=str(path), size=size)


def test_the_samples_are_there_before_anything_has_run(tmp_path):
    async def test(app):
        assert "●" in app.text_of("#fit")
        assert "no y_pred yet" in app.text_of("#fit")
        await app.press("G")
        await app.ended()
        assert "best" in app.text_of("#fit")
        await app.press("g")
        assert "●" in app.text_of("#fit")

    run(tmp_path, SCRIPTS["a line"], test)


NEGATIVE = """\
import numpy as np
w = 3.0
for epoch in range(12):
    loss = w - {offset}
    dw = 1.0
    w -= 0.5 * dw
"""


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (0.0, "6 losses ≤ 0 are not drawn"),
        (-2.5, "1 loss ≤ 0 is not drawn"),
        (-9.0, ""),
    ],
)
def test_a_logarithmic_scale_says_what_it_cannot_draw(tmp_path, offset, said):
    async def test(app):
        await app.press("G")
        await app.ended()
        assert "not drawn" not in app.text_of("#loss")
        await app.press("l")
        losses = app.app.report.history.loss[:]
        assert np.count_nonzero(losses <= 0) == (int(said.split()[0]) if said else 0)
        assert (said in app.text_of("#loss")) if said else "not drawn" not in app.text_of("#loss")
        await app.press("l")
        assert "not drawn" not in app.text_of("#loss")

    run(tmp_path, NEGATIVE.format(offset=offset), test)


def test_the_loss_of_the_last_batch_is_told_from_the_mean(tmp_path):
    async def test(app):
        await app.press("N", "N")
        recorded, last = app.app.report.history.loss[1], app.moment.loss
        assert abs(recorded - last) > 0.1
        assert f"last batch {last:.5g}" in app.text_of("#header")
        assert f"Loss mean {recorded:.5g}" in app.text_of("#loss")

    run(tmp_path, SCRIPTS["batches"], test)


def test_a_loss_of_all_samples_is_called_the_loss(tmp_path):
    async def test(app):
        await app.press("N", "N")
        for pane in ("#header", "#loss"):
            assert "last batch" not in app.text_of(pane)
            assert "mean" not in app.text_of(pane)

    run(tmp_path, SCRIPTS["a line"], test)


GRAPH = """\
import torch
x = torch.tensor([1.0, 2.0])
w = torch.tensor(0.5, requires_grad={requires})
for epoch in range(4):
    before = 1
    {first}
    loss = ((y_pred - 2 * x) ** 2).mean()
    try:
        loss.backward()
    except RuntimeError:
        pass
    with torch.no_grad():
        checked = w * 3
"""
OFF = "Autograd is switched off here, by no_grad"
CUT = "y_pred has no graph: detach() has cut it off from the parameters."
NONE = "no parameter that it was computed from requires a gradient, or autograd was off."
NEITHER = "Neither a prediction nor a loss has been computed in this epoch yet."


@pytest.mark.parametrize(
    ("requires", "first", "steps", "said"),
    [
        (True, "y_pred = w * x", 1, NEITHER),
        (True, "y_pred = (w * x).detach()", 2, CUT),
        (False, "y_pred = w * x", 2, NONE),
        (True, "y_pred = w * x", 2, ""),
    ],
)
def test_where_there_is_no_graph_the_reason_is_said(tmp_path, requires, first, steps, said):
    async def test(app):
        await app.press("D", "D", *["n"] * steps)
        shown = " ".join(app.text_of("#graph").replace("│", " ").split())
        assert not said or said in shown, shown
        for other in {OFF, CUT, NONE, NEITHER} - {said}:
            assert other not in shown

    run(tmp_path, GRAPH.format(requires=requires, first=first), test, (180, 50))


UNDER_NO_GRAD = """\
import torch
x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
w = torch.tensor(0.5, requires_grad=True)
for epoch in range(4):
    with torch.no_grad():
        y_pred = w * x
        loss = ((y_pred - y) ** 2).mean()
    with torch.enable_grad():
        ((w * x - y) ** 2).mean().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
"""


def test_under_no_grad_autograd_is_said_to_be_off(tmp_path):
    async def test(app):
        await app.press("D", "D", "n", "n")
        assert app.moment.line == 6
        shown = " ".join(app.text_of("#graph").replace("│", " ").split())
        assert OFF in shown
        assert "computed" not in shown

    run(tmp_path, UNDER_NO_GRAD, test, (180, 50))
