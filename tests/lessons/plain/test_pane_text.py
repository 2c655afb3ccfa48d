"""What the panes show, in words: for whoever does not look at them."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script
from gdtui.lessons.format.lesson import PANES
from gdtui.lessons.plain.pane_text import in_words, whole_script
from gdtui.stages import KEYS


@pytest.fixture(scope="module")
def manual(snapshot_at):
    """Stage 1 in its third epoch, before the update."""
    return snapshot_at("manual", "epoch 2", "gradient")


@pytest.fixture(scope="module")
def autograd(snapshot_at):
    """Stage 2 in its second epoch, before the gradient."""
    return snapshot_at("autograd", "epoch", "loss")


@pytest.fixture(scope="module")
def model(snapshot_at):
    """Stage 4 in its fourth epoch, before the update."""
    return snapshot_at("model", "epoch 3", "gradient", seed=1)


def line_with(code, script):
    (number,) = (n for n, line in enumerate(script.lines, 1) if line.strip().startswith(code))
    return number


@pytest.mark.slow
@pytest.mark.parametrize("stage", KEYS)
@pytest.mark.parametrize("moves", [[], ["predict"], ["epoch 2", "update"], ["end"]])
def test_every_pane_says_something_in_single_lines(snapshot_at, stage, moves):
    snapshot = snapshot_at(stage, *moves, epochs=4)
    for pane in PANES:
        words = in_words(pane, snapshot)
        assert words
        assert all(line.strip() and "\n" not in line for line in words)
        assert not any("nan" in line.split() for line in words)


@pytest.mark.parametrize("pane", ["loss", "parameters", "fit", "landscape"])
def test_there_is_nothing_yet_before_anything_has_run(snapshot_at, pane):
    assert in_words(pane, snapshot_at("manual")) == ["Nothing yet."]


def test_the_code_is_the_loop_below_the_function_that_was_called(manual):
    script = manual.script
    words = in_words("code", manual)
    update, gradient = line_with("w -=", script), line_with("dw =", script)
    assert words[0].endswith(": def gradient(x, y, y_pred):")
    assert f"{gradient}:     dw = gradient(x, y, y_pred)  <- has just run" in words
    assert f"{update}:     w -= learning_rate * float(dw)" in words
    assert sum("<- has just run" in line for line in words) == 1
    assert not any("#" in line for line in words)


def test_the_code_before_the_loop(snapshot_at):
    words = in_words("code", snapshot_at("manual"))
    assert words[0].endswith(": for epoch in range(epochs):")
    assert words[-1] == "Nothing in the loop has run yet."


def test_the_code_of_a_run_that_failed(snapshot_at):
    text = "w = 1.0\nfor epoch in range(3):\n    loss = w\n    w -= 1 / (w - w)\n"
    snapshot = snapshot_at(Script(text), "update")
    assert in_words("code", snapshot)[-1].startswith("Line 4 failed: ZeroDivisionError")


def test_the_whole_script_has_the_numbers_of_its_lines():
    script = Script.stage("manual")
    words = whole_script(script)
    assert len(words) == len(script.lines)
    assert words[0] == '1: """Everything by hand'
    assert words[1] == "2:"
    assert words[line_with("w -=", script) - 1].endswith(":     w -= learning_rate * float(dw)")


def test_the_numbers_are_those_of_each_sample(manual, autograd):
    words = in_words("numbers", manual)
    samples = [line for line in words if line.startswith("Sample ")]
    assert len(samples) == 4
    assert samples[1].startswith("Sample 2: x 2, y 4, y_pred 3.36, error -0.64, ")
    (total,) = (line for line in words if line.startswith("Sum: "))
    assert total.endswith(", which the script uses")
    (mean,) = (line for line in words if line.startswith("Mean: "))
    assert "which the script uses" not in mean
    assert any(
        line.startswith("loss = mean((y_pred - y)²) = ") for line in in_words("numbers", autograd)
    )


def test_variables_say_which_of_them_have_changed(manual, autograd):
    words = in_words("variables", manual)
    dw = line_with("dw =", manual.script)
    assert words[0].startswith("dw = -19.2")
    assert words[0].endswith(f", changed by line {dw}")
    assert sum("changed by" in line for line in words) == 1
    assert "x = [1. 2. 3. 4.], shape (4,)" in words
    assert "epochs = 10" in words
    held = [line for line in in_words("variables", autograd) if line.startswith("w = ")]
    assert held == ["w = 0.3, gradient 0"]


def test_the_graph_is_read_from_the_leaves_to_the_loss(autograd, snapshot_at):
    words = in_words("graph", autograd)
    assert words[0] == "Leaf w = 0.3, gradient 0"
    assert words[1] == "MulBackward0 of w makes y_pred"
    assert words[-1] == "MeanBackward0 of PowBackward0 makes loss = 21.675"
    used = in_words("graph", snapshot_at("autograd", "epoch", "gradient"))
    assert used[0] == "Leaf w = 0.3, gradient -25.5"
    assert used[-1] == "backward has used the graph up."
    # What the learner may be asked for is not there before.
    assert not [line for line in words if "dJ/d" in line]
    steps = [line for line in used if line.startswith("dJ/d(")]
    assert len(steps) == 4
    x = np.array([1, 2, 3, 4])
    shares = 2 * x * (0.3 * x - 2 * x)
    assert steps[-1].endswith(f"summed up = {shares.mean():g}")


def test_the_graph_of_a_model_joins_its_parameters(model):
    words = in_words("graph", model)
    assert [line.split()[1] for line in words if line.startswith("Leaf ")] == ["bias", "weight"]
    assert any(" of bias and " in line and line.endswith(" makes y_pred") for line in words)


def test_without_autograd_there_is_no_graph(manual):
    assert in_words("graph", manual) == ["There is no autograd graph now."]


def test_the_transcript_is_what_was_printed_last(manual, snapshot_at):
    assert in_words("transcript", manual) == ["Printed last: epoch 2: w = 1.680, loss = 4.79999924"]
    silent = Script("w = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n")
    assert in_words("transcript", snapshot_at(silent, "epoch")) == ["Nothing yet."]


def test_without_a_loss_there_is_none_to_tell(snapshot_at):
    snapshot = snapshot_at(Script("w = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n"), "end")
    assert in_words("loss", snapshot) == ["Nothing yet."]
    assert in_words("parameters", snapshot)[1] == "w falls in every epoch."


def test_the_fit_has_each_sample(manual, model):
    assert in_words("fit", manual)[0] == (
        "Sample 1 at x = 1: the model says 1.68, right is 2, off by -0.32"
    )
    assert len(in_words("fit", manual)) == len(in_words("fit", model)) == 4


def test_the_landscape_of_one_weight_is_a_bowl(manual):
    assert in_words("landscape", manual) == [
        "The loss over w is a bowl, lowest at w = 2.",
        "The run is at w = 1.68: loss 0.768, slope -4.8.",
        "The next step lands at 1.872: loss 0.12288.",
    ]


def test_the_landscape_of_two_is_a_valley(model):
    words = in_words("landscape", model)
    assert words[0] == "The loss over weight and bias is a valley. Its lowest point is at 2, 0."
    assert words[1].startswith("The run is at ")
    assert words[2].startswith("The next step lands at ")


def test_the_diagnosis_is_that_of_the_run(manual, snapshot_at):
    assert in_words("diagnosis", manual) == [str(manual.names["diagnosis"])]
    assert in_words("diagnosis", snapshot_at("manual", "epoch"))[0].startswith("Too early to tell")


def test_settings_are_those_of_the_script(snapshot_at):
    words = in_words("settings", snapshot_at("manual", reduction="mean", w=-1.5))
    assert "w = -1.5" in words
    assert 'reduction = "mean"' in words
    assert len(words) == 8


# Courses ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(snapshot_at):
    """What is said of the loss of a run with these losses, some epochs after its start."""

    def said(losses, *moves):
        text = f"w = 1.0\nlosses = {losses}\nfor epoch in range({len(losses)}):\n    loss = losses[epoch] + 0.0 * w\n    w -= 0.1 * w\n"
        return in_words("loss", snapshot_at(Script(text), *moves or ["end"]))

    return said


@pytest.mark.parametrize(
    ("losses", "sentence"),
    [
        ([4.0, 3.0, 2.0, 1.0], "The loss falls in every epoch."),
        ([1.0, 2.0, 3.5], "The loss rises in every epoch."),
        ([4.0, 2.0, 1.0, 1.0, 1.0], "The loss falls and levels off."),
        ([4.0, 2.0, 1.0, 1.0 + 1e-9, 1.0, 1.0 + 1e-9], "The loss falls and levels off."),
        ([1.0, 2.0, 2.0], "The loss rises and levels off."),
        ([1.0, 1.0, 1.0], "The loss stays the same."),
        ([0.0, 0.0], "The loss stays the same."),
        ([1.0, 3.0, 1.0, 3.0, 1.0, 3.0], "The loss goes up and down from epoch to epoch."),
        ([5.0, 4.0, 3.0, 4.0, 5.0, 6.0], "The loss turns 1 time."),
        ([5.0, 4.0, 3.0, 4.0, 5.0, 4.0, 3.0, 2.0], "The loss turns 2 times."),
    ],
)
def test_the_course_of_the_loss_is_told_in_a_sentence(course, losses, sentence):
    assert course(losses)[1:] == [sentence]


@pytest.mark.parametrize("losses", [[4.0, 4.0, 4.0, 3.0, 2.0], [4.0, 3.0, 3.0, 3.0, 2.0]])
def test_what_still_moves_at_its_end_does_not_level_off(course, losses):
    assert "levels off" not in course(losses)[1]
    assert "falls" in course(losses)[1]


def test_some_losses_are_given_and_the_first_and_last_always(course):
    few = course([4.0, 3.0, 2.5])[0]
    assert few == "The loss: 4 in epoch 1, 3 in epoch 2, 2.5 in epoch 3."
    many = course([float(100 - n) for n in range(50)])[0]
    assert many.startswith("The loss: 100 in epoch 1, ")
    assert many.endswith(" 51 in epoch 50.")
    assert many.count(" in epoch ") == 8


def test_only_the_epochs_that_are_over_are_told(course):
    assert course([4.0, 3.0, 2.0], "epoch 3", "epoch 1") == ["The loss: 4 in epoch 1."]
    assert course([4.0, 3.0, 2.0], "epoch 1", "statement") == ["The loss: 4 in epoch 1."]
    assert course([4.0, 3.0, 2.0], "epoch 2", "loss")[1] == "The loss falls in every epoch."


def test_parameters_have_a_course_each(model, snapshot_at):
    words = in_words("parameters", model)
    assert [line.split(":")[0].split()[0] for line in words] == ["weight", "weight", "bias", "bias"]
    swinging = in_words("parameters", snapshot_at("manual", "epoch 6", learning_rate=0.03))
    assert swinging[0].startswith("w: 3.6 in epoch 1, 0.72 in epoch 2, ")
    assert swinging[1] == "w goes up and down from epoch to epoch."


def test_a_run_that_diverges_can_be_told(snapshot_at):
    snapshot = snapshot_at("manual", "end", learning_rate=10.0, epochs=1000, print_every=1000)
    assert in_words("loss", snapshot)[1] == "The loss rises in every epoch."


LARGE = """\
import torch
w = torch.linspace(-1, 1, 20_000, requires_grad=True)
data = torch.linspace(0, 1, 20_000)
for epoch in range(3):
    loss = (w ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad.zero_()
"""


def test_large_arrays_are_told_in_words(snapshot_at):
    snapshot = snapshot_at(Script(LARGE, "own"), "gradient")
    words = "\n".join(in_words("variables", snapshot))
    assert "w = (norm 81.65, mean 0, from -1 to 1, about 50% of them between" in words
    assert "shape (20000,), gradient norm 163.3, mean 0, from -2 to 2, about 50%" in words
    assert "data = (norm 81.65, mean 0.5, from 0 to 1, about 50% of them between" in words
    assert "Summary" not in words
    numbers = in_words("numbers", snapshot)
    assert "w.grad = norm 163.3, mean 0, from -2 to 2" in numbers
    assert numbers[-1].startswith("w.grad has 20000 numbers, about 50% of them between ")
