"""What a lesson can say of a run: each documented name, and when it means nothing."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression
from gdtui.lessons.format.moves import parse_move
from gdtui.lessons.walk.navigation import Destination, Navigator


@pytest.fixture(scope="module")
def runs(snapshot_at):
    """The runs that are looked at."""
    return {
        "start": snapshot_at("manual"),
        "manual": snapshot_at("manual", "epoch 2", "gradient", mark=1),
        "autograd": snapshot_at("autograd", "epoch", "gradient", mark=1),
        "model": snapshot_at("model", "epoch 2", "gradient", seed=1),
        "end": snapshot_at("manual", "end"),
        "diverged": snapshot_at("manual", "end", learning_rate=10.0, epochs=1000, print_every=1000),
        "nothing": snapshot_at(Script("v = 1.0\nfor n in range(3):\n    v -= 0.1 * v\n"), "epoch"),
    }


def value(snapshot, text):
    return Expression(text).value(snapshot.names)


@pytest.mark.parametrize(
    ("run", "text", "expected"),
    [
        ("manual", "y_pred[3]", 6.72),
        ("manual", "w", 1.68),
        ("manual", "loss", 0.768),
        ("manual", "epoch", 3),
        ("manual", "dw", -19.2),
        ("manual", "setting.epochs", 10),
        ("manual", "epochs", 10),
        ("manual", "start.w", 0),
        ("manual", "best.w", 2),
        ("manual", "before.w", 1.68),
        ("manual", "before.loss", 4.8),
        ("manual", "before.epoch", 2),
        ("manual", "loss_in(1)", 30),
        ("manual", "loss_in(epoch - 1)", 4.8),
        ("manual", 'after(0, "w")', 0),
        ("manual", 'after(1, "w")', 1.2),
        ("manual", 'gradient_in(1, "w")', -120),
        ("manual", "theory.curvature", 60),
        ("manual", "theory.stable_below", 1 / 30),
        ("manual", "theory.best_rate", 1 / 60),
        ("manual", "theory.curvatures[0]", 60),
        ("autograd", "grad.w", -25.5),
        ("autograd", "operations", 4),
        ("autograd", "theory.curvature", 15),
        ("model", "theory.curvature", 16.700629),
        ("model", "len(theory.curvatures)", 2),
        ("model", "best.bias", 0),
        ("start", "w", 0),
        ("start", "epoch", 0),
        ("start", "line", 0),
        ("end", "w", 1.99979),
    ],
)
def test_a_name_is_what_is_documented(runs, run, text, expected):
    assert value(runs[run], text) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("run", "text", "expected"),
    [
        ("start", "status", "ready"),
        ("manual", "status", "paused"),
        ("end", "status", "finished"),
        ("end", "message", "finished after 10 epochs"),
        ("diverged", "status", "diverged"),
        ("manual", "verdict", "smooth"),
        ("start", "printed", "Prediction before training: f(5) = 0.000"),
        ("manual", "printed", "epoch 2: w = 1.680, loss = 4.79999924"),
        ("end", "printed", "Prediction after training: f(5) = 9.999"),
    ],
)
def test_some_names_are_words(runs, run, text, expected):
    assert value(runs[run], text) == expected


def test_lines_are_those_of_the_script(runs):
    snapshot = runs["manual"]
    for code in ("w -=", "for epoch in range(epochs):", "dw = gradient(x, y, y_pred)"):
        line = value(snapshot, f"line_of('{code}')")
        assert snapshot.script.lines[line - 1].strip().startswith(code)
    assert value(snapshot, "line_of('update')") == value(snapshot, "line_of('w -=')")
    assert value(snapshot, "line") == value(snapshot, "line_of('gradient')")


def test_a_parameter_hides_a_variable_of_its_name(runs):
    snapshot = runs["model"]
    assert value(snapshot, "weight") == snapshot.moment.parameters["weight"]
    assert value(snapshot, "weight") != snapshot.script.value("weight")


def test_numbers_are_computed_with_in_double_precision(runs):
    assert value(runs["manual"], "x").dtype == np.float64
    assert isinstance(value(runs["manual"], "loss"), float)


def test_what_is_kept_has_a_name(runs):
    snapshot = runs["manual"].keeping({"held": 3.0, "w": 7.0})
    assert value(snapshot, "held + w") == 10.0
    assert value(snapshot, "before.w") == 7.0


@pytest.mark.parametrize(
    ("run", "text", "says"),
    [
        ("start", "loss", "there is no loss yet"),
        ("start", "loss_in(1)", "epoch 1 is not recorded; there are 0"),
        ("start", "before.w", "there is no earlier moment in this run"),
        ("start", "theory.curvature", "theory.curvature is not known for this run"),
        ("start", "operations", "there is no autograd graph"),
        ("start", "grad.w", "w is not known at this moment"),
        ("start", "grad.v", "grad has no 'v'"),
        ("start", "y_pred", "'y_pred' is not defined here"),
        ("manual", "before.v", "before has no 'v'"),
        ("manual", "before.before", "there is no earlier moment in this run"),
        ("manual", "start.v", "start has no 'v'"),
        ("manual", "setting.v", "setting has no 'v'"),
        ("manual", "theory.v", "theory has no 'v'"),
        ("manual", 'after(1, "v")', "no 'v' is recorded"),
        ("manual", 'gradient_in(1, "v")', "no 'v' is recorded"),
        ("manual", "loss_in(0)", "epoch 0 is not recorded; there are 2"),
        ("manual", "loss_in(3)", "epoch 3 is not recorded; there are 2"),
        ("manual", "loss_in(1.5)", "epoch 1.5 is not recorded"),
        ("manual", "line_of('zero')", "no line is 'zero'"),
        ("manual", "line_of('')", "no line is ''"),
        ("manual", "np", "'np' is not defined here"),
        ("nothing", "loss_in(1)", "there is no loss yet"),
        ("nothing", "best.v", "best has no 'v'"),
    ],
)
def test_what_means_nothing_is_said(runs, run, text, says):
    with pytest.raises(LessonError) as error:
        value(runs[run], text)
    assert says in str(error.value)


def test_of_a_large_array_an_expression_has_no_use(snapshot_at):
    text = "w = np.zeros(20_000)\nfor epoch in range(3):\n    loss = ((w - 1) ** 2).sum()\n"
    text += "    dw = 2 * (w - 1)\n    w -= 0.1 * dw\n"
    snapshot = snapshot_at(Script("import numpy as np\n" + text, "own"), "gradient")
    with pytest.raises(LessonError, match="w has 20000 numbers; only the norm"):
        value(snapshot, "w + 1")


def test_a_scene_does_not_change_when_the_run_goes_on(snapshot_at):
    script = Script.stage("autograd")
    with Timeline(script) as timeline:
        navigator = Navigator()
        seen = navigator.navigate(timeline, Destination(script, (parse_move("epoch 2"),)))
        names = ("w", "loss", "printed", "verdict", "grad.w", "operations")
        before = [value(seen, name) for name in names]
        navigator.navigate(timeline, Destination(script, (parse_move("end"),)))
        assert [value(seen, name) for name in names] == before
