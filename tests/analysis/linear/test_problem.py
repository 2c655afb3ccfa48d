"""The linear problem that a run solves, guessed in its first epoch and proved by real runs of real
scripts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.affine import epoch_start_parameters
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.recognition import (
    contradicts,
    find_linear_problem,
    fits,
    guess_linear_problem,
    prove,
)
from gdtui.engine.record.history import Field, History, Kind
from gdtui.engine.script.names import loop_names
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]

BATCHES = Path(__file__).parents[3] / "assets" / "batches.py"
NAMES = {"model": ("weight", "bias"), "module": ("linear.weight", "linear.bias")}
ODD = {"inputs": [-3, 0.5, 2, 7.25, 11], "targets": [1.5, -2, 4, 4.75, -9], "learning_rate": 0.001}


def own(text):
    """A script of one's own."""
    return replace(Script.stage("manual"), text=text, name="own")


def found_in(script, epoch=5):
    with Timeline(script) as timeline:
        start = timeline.start().parameters
        moment = timeline.seek(epoch)
        return find_linear_problem(moment, timeline.history, start)


def moments_of(script, epochs):
    """The start of a run, the moments of its first epochs and the end of each of the next."""
    with Timeline(script) as timeline:
        yield timeline.start()
        while timeline.epoch < epochs or not timeline.between_epochs:
            yield timeline.step()
        for epoch in (5, 20):
            yield timeline.seek(epoch)


def by_hand(feature="x", loss="((w * feature - y) ** 2).mean()"):
    """A script that fits ``w * feature`` and follows the slope it measures."""
    return own(
        f"""import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([2.0, 4.0, 6.0, 8.0])
w = 0.5
def cost(w):
    feature = {feature}
    return {loss}
for epoch in range(20):
    loss = cost(w)
    dw = (cost(w + 1e-6) - loss) / 1e-6
    w -= 0.001 * dw
"""
    )


def fitted(predict="w * x", loss="((y_pred - y) ** 2).mean()", above="", rate=0.001):
    """A script that fits by autograd what its two formulas say."""
    return own(
        f"""import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 4.0, 6.0, 9.0])
w = torch.tensor(0.5, requires_grad=True)
{above}
for epoch in range(20):
    y_pred = {predict}
    loss = {loss}
    loss.backward()
    with torch.no_grad():
        w -= {rate} * w.grad
    w.grad.zero_()
"""
    )


# In real runs -------------------------------------------------------------------------


@pytest.mark.parametrize("stage", LINEAR)
def test_the_line_of_a_stage_is_y_equals_twice_x(stage):
    problem = found_in(Script.stage(stage))
    weight, bias = NAMES.get(stage, ("w", None))
    assert (problem.weight, problem.bias) == (weight, bias)
    assert problem.x.tolist() == [[1], [2], [3], [4]]
    assert problem.y.tolist() == [2, 4, 6, 8]
    assert (problem.samples, problem.features) == (4, 1)
    expected = {weight: 2.0} | ({bias: 0.0} if bias else {})
    assert problem.best_parameters() == pytest.approx(expected, abs=1e-9)
    assert problem.loss(problem.vector(expected)) == 0
    assert problem.least_loss == pytest.approx(0, abs=1e-24)


@pytest.mark.parametrize("stage", LINEAR)
def test_the_least_squares_of_other_samples_are_those_of_the_textbook(stage):
    problem = found_in(Script.stage(stage).with_settings(ODD))
    x, y = np.array(ODD["inputs"]), np.array(ODD["targets"])
    solution = problem.best_parameters()
    if problem.bias:
        slope, offset = np.polyfit(x, y, 1)
        assert solution[problem.weight] == pytest.approx(slope, rel=1e-9)
        assert solution[problem.bias] == pytest.approx(offset, rel=1e-9)
    else:
        assert solution[problem.weight] == pytest.approx(x @ y / (x @ x), rel=1e-9)
    least = problem.loss(problem.vector(solution))
    assert problem.least_loss == pytest.approx(least, rel=1e-12)
    for name in solution:
        for step in (-1e-3, 1e-3):
            assert problem.loss(problem.vector(solution | {name: solution[name] + step})) > least


def test_a_line_is_found_in_a_script_of_ones_own():
    problem = found_in(by_hand())
    assert (problem.weight, problem.bias) == ("w", None)
    assert problem.best_parameters()["w"] == pytest.approx(2, abs=1e-9)


def test_a_curve_or_another_loss_is_not_a_linear_problem():
    assert found_in(by_hand(feature="x ** 2")) is None
    assert found_in(by_hand(loss="np.abs(w * feature - y).mean()")) is None
    assert found_in(by_hand(loss="((w * feature - y) ** 4).sum()")) is None


def test_a_network_is_not_a_linear_problem():
    assert found_in(Script.from_file(BATCHES)) is None


@pytest.mark.parametrize("stage", LINEAR)
def test_one_epoch_does_not_tell_yet(stage):
    assert found_in(Script.stage(stage), epoch=0) is None
    assert found_in(Script.stage(stage), epoch=1) is None
    assert found_in(Script.stage(stage), epoch=2) is not None


@pytest.mark.parametrize("stage", ["manual", "autograd", "model"])
@pytest.mark.parametrize("unit", [1e6, 1e-6])
def test_inputs_of_any_size_are_well_conditioned(stage, unit):
    values = {"inputs": [unit, 2 * unit, 3 * unit, 4 * unit], "targets": [1.0, 2.0, 4.0, 8.0]}
    problem = found_in(Script.stage(stage).with_settings(values | {"learning_rate": 0.01 / unit}))
    solution = problem.best_parameters()
    slope = 2.3 if problem.bias else 49 / 30
    assert solution[problem.weight] * unit == pytest.approx(slope, rel=1e-9)
    if problem.bias:
        assert solution[problem.bias] == pytest.approx(-2.0, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-18, 1e18])
def test_inputs_that_dwarf_the_bias_or_are_dwarfed_by_it(unit):
    x = np.array([[1], [2], [3], [4]]) * unit
    solution = LinearProblem(x, np.array([1.0, 2, 4, 8]), "w", "b").best_parameters()
    assert solution["w"] * unit == pytest.approx(2.3, rel=1e-9)
    assert solution["b"] == pytest.approx(-2.0, rel=1e-9)


@pytest.mark.parametrize("stage", ["manual", "autograd", "model"])
@pytest.mark.parametrize(
    ("inputs", "targets"), [([3, 3, 3, 3], [2, 4, 6, 8]), ([3], [5]), ([0.5, 0.5], [4, 6])]
)
def test_equal_inputs_still_have_a_best_line_through_the_mean(stage, inputs, targets):
    problem = found_in(Script.stage(stage).with_settings({"inputs": inputs, "targets": targets}))
    solution = problem.best_parameters()
    predicted = solution[problem.weight] * inputs[0] + solution.get(problem.bias, 0)
    assert predicted == pytest.approx(np.mean(targets), rel=1e-9)


@pytest.mark.parametrize("stage", LINEAR)
def test_inputs_of_zero_leave_the_weight_undecided(stage):
    problem = found_in(Script.stage(stage).with_settings({"inputs": [0, 0, 0, 0]}))
    if stage not in NAMES:
        assert problem is None  # the weight never moves away from 0
    else:
        solution = problem.best_parameters()
        assert solution[problem.weight] == 0
        assert solution[problem.bias] == pytest.approx(5, abs=1e-9)


def test_an_array_of_one_sample_is_one_sample():
    """A single number is shown as a number, whatever the shape of its array."""
    script = own(
        """import numpy as np
x = np.array([3.0])
y = np.array([5.0])
w = 0.5
for epoch in range(10):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    dw = (2 * x * (y_pred - y)).mean()
    w -= 0.01 * dw
"""
    )
    problem = found_in(script)
    assert (problem.x.tolist(), problem.y.tolist()) == ([[3.0]], [5.0])


@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_of_several_features_is_found_with_its_samples(bias):
    script = own(
        f"""import torch
torch.manual_seed(3)
x = torch.randn(9, 3)
y = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.3 + 0.1 * torch.randn(9, 1)
model = torch.nn.Linear(3, 1, bias={bias})
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(20):
    y_pred = model(x)
    loss = torch.nn.functional.mse_loss(y_pred, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
    )
    problem = found_in(script)
    assert (problem.x_name, problem.y_name) == ("x", "y")
    assert (problem.samples, problem.features) == (9, 3)
    assert problem.names == ("weight[0]", "weight[1]", "weight[2]", *(["bias"] if bias else []))
    best = np.linalg.lstsq(np.hstack([problem.x, np.ones((9, 1))][: 1 + bias]), problem.y)[0]
    assert list(problem.best_parameters().values()) == pytest.approx(best, rel=1e-9)


# Guessed in the first epoch -----------------------------------------------------------


@pytest.mark.parametrize("stage", LINEAR)
def test_the_first_prediction_tells_what_a_stage_fits(stage):
    """From the first statement of the first epoch on, the prediction, and never after it less."""
    script = Script.stage(stage)
    names = loop_names(script)
    with Timeline(script) as timeline:
        assert guess_linear_problem(timeline.start(), names) is None
        weight, bias = NAMES.get(stage, ("w", None))
        steps = 0
        while timeline.epoch < 1 or not timeline.between_epochs:
            moment = timeline.step()
            steps += 1
            problem = guess_linear_problem(moment, names)
            assert (problem.x_name, problem.y_name) == ("x", "y")
            assert (problem.weight, problem.bias) == (weight, bias)
            assert problem.x.tolist() == [[1], [2], [3], [4]]
            assert problem.y.tolist() == [2, 4, 6, 8]
            assert contradicts(problem, moment, names) is False
        assert steps >= 5


@pytest.mark.parametrize("stage", LINEAR)
def test_samples_that_a_script_does_not_use_contradict_it(stage):
    script = Script.stage(stage).with_settings(ODD | {"learning_rate": 0.0001})
    names = loop_names(script)
    with Timeline(script) as timeline:
        true = guess_linear_problem(timeline.seek(1), names)
        for epoch in (2, 3):
            moment = timeline.seek(epoch)
            assert contradicts(true, moment, names) is False
            assert contradicts(replace(true, x=true.x + 0.01), moment, names) is True
            assert contradicts(replace(true, y=true.y * 1.01), moment, names) is True
            fewer = replace(true, x=true.x[1:], y=true.y[1:])
            assert contradicts(fewer, moment, names) is True


def test_before_an_epoch_has_predicted_nothing_speaks_for_or_against_a_problem():
    script = Script.stage("autograd")
    names = loop_names(script)
    problem = LinearProblem(np.array([[7.0]]), np.array([7.0]), "w")
    with Timeline(script) as timeline:
        assert contradicts(problem, timeline.start(), names) is None


def test_a_run_that_overflows_does_not_contradict_its_samples():
    script = Script.stage("model").with_settings({"learning_rate": 1e30})
    names = loop_names(script)
    with Timeline(script) as timeline:
        problem = guess_linear_problem(timeline.seek(1), names)
        moment = timeline.run()
        assert moment.status == "diverged"
        assert contradicts(problem, moment, names) is not True


_LOGITS = "torch.nn.functional.binary_cross_entropy_with_logits(y_pred, y / 10)"
_CURVES = {
    "logistic regression": fitted("torch.sigmoid(w * x)", "-(y / 9 * y_pred.log()).mean()"),
    "a squared feature": fitted("w * x ** 2"),
    "a product of parameters": fitted("w * w * x"),
    "a sine": fitted("torch.sin(w * x)"),
    "an offset that is no parameter": fitted("w * x + 1"),
}
_LOSSES = {
    "logistic regression by logits": fitted(loss=_LOGITS),
    "absolute error": fitted(loss="(y_pred - y).abs().mean()"),
    "a scaled target": fitted(loss="((y_pred - 3 * y) ** 2).mean()"),
    "a root": fitted(loss="((y_pred - y) ** 2).mean().sqrt()"),
    "Huber": fitted(loss="torch.nn.functional.smooth_l1_loss(y_pred, y)"),
    "weighted samples": fitted(loss="(x * (y_pred - y) ** 2).mean()"),
    "a penalty": fitted(loss="((y_pred - y) ** 2).mean() + w ** 2"),
    "every target against every prediction": fitted(loss="((y_pred[:, None] - y) ** 2).mean()"),
}
_BATCH_LOOP = """import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([2.0, 4.0, 6.0, 9.0])
w = 0.5
learning_rate = 0.01
for epoch in range(20):
    for i in range(0, 4, 2):
{0}
        y_pred = w * {1}
        loss = ((y_pred - {2}) ** 2).mean()
        dw = (2 * {1} * (y_pred - {2})).mean()
        w -= learning_rate * dw
"""
_BATCHES = {
    "batches with names": own(
        _BATCH_LOOP.format("        xb = x[i : i + 2]\n        yb = y[i : i + 2]", "xb", "yb")
    ),
    "batches without": own(_BATCH_LOOP.format("        pass", "x[i : i + 2]", "y[i : i + 2]")),
    "one sample at a time": own(_BATCH_LOOP.format("        pass", "x[i]", "y[i]")),
    "batches of the same name": own(
        _BATCH_LOOP.replace("x = np", "xs = np")
        .replace("y = np", "ys = np")
        .format("        x = xs[i : i + 2]\n        y = ys[i : i + 2]", "x", "y")
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", _CURVES | _BATCHES)
def test_what_is_not_linear_or_not_of_all_samples_is_never_taken_for_it(name):
    script = (_CURVES | _BATCHES)[name]
    names = loop_names(script)
    assert names.prediction == "y_pred"
    for moment in moments_of(script, epochs=2):
        assert guess_linear_problem(moment, names) is None, moment.position
    for epoch in (2, 5, 20):
        assert found_in(script, epoch) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", _LOSSES)
def test_another_loss_is_not_taken_for_the_mean_squared_error(name):
    """Until there is a loss, the prediction is the linear one, and that is all there is to see."""
    script = _LOSSES[name]
    names = loop_names(script)
    guessed = 0
    for moment in moments_of(script, epochs=2):
        problem = guess_linear_problem(moment, names)
        if "loss" in moment.assigned or "y_pred" not in moment.assigned:
            assert problem is None, moment.position
        else:
            guessed += problem is not None
    assert guessed == 2
    for epoch in (2, 5, 20):
        assert found_in(script, epoch) is None


def test_what_is_known_not_to_be_the_samples_is_not_guessed_again():
    script = Script.stage("optimizer")
    names = loop_names(script)
    with Timeline(script) as timeline:
        moment = timeline.seek(1)
        assert guess_linear_problem(moment, names) is not None
        assert (
            guess_linear_problem(moment, names, {guess_linear_problem(moment, names).key}) is None
        )


# Proved by recorded losses ------------------------------------------------------------


def recorded(problem, vectors, losses=None):
    """A history: the parameters after each epoch and the loss before it, from the vectors with
    which each epoch began and the last one ended."""
    width = problem.features
    fields = [Field(Kind.LOSS, "loss"), Field(Kind.PARAMETER, "w", (width,) if width > 1 else ())]
    fields += [Field(Kind.PARAMETER, "b")] if problem.bias else []
    history = History()
    history.lay_out(fields)
    losses = [problem.loss(each) for each in vectors[:-1]] if losses is None else losses
    history.table.extend(
        np.array([[loss, *after] for loss, after in zip(losses, vectors[1:], strict=True)])
    )
    first = vectors[0]
    start = {"w": first[:width] if width > 1 else first[0]}
    return history, start | ({"b": first[-1]} if problem.bias else {})


def a_problem(features=2, bias=True, samples=6, seed=0):
    random = np.random.default_rng(seed)
    return LinearProblem(
        random.normal(size=(samples, features)),
        random.normal(size=samples),
        "w",
        "b" if bias else None,
    )


def test_the_losses_of_two_epochs_prove_a_problem_unless_the_weights_are_0():
    problem = a_problem()
    moved = np.random.default_rng(1).normal(size=(4, 3))
    assert prove(problem, *recorded(problem, moved))
    assert not prove(problem, *recorded(problem, moved[:2]))
    still = moved * [0, 0, 1]
    assert not prove(problem, *recorded(problem, still))
    # It speaks against nothing either.
    assert fits(problem, *recorded(problem, still))
    assert fits(problem, *recorded(problem, moved[:2]))


@pytest.mark.parametrize("wrong", range(8))
def test_a_loss_of_the_first_epochs_that_is_not_its_own_refutes_a_problem(wrong):
    problem = a_problem()
    moved = np.random.default_rng(2).normal(size=(12, 3))
    losses = np.array([problem.loss(each) for each in moved[:-1]])
    # Float32 may have had seven digits of it.
    assert prove(problem, *recorded(problem, moved, losses.astype(np.float32)))
    losses[wrong] *= 1.001
    assert not prove(problem, *recorded(problem, moved, losses))
    assert not fits(problem, *recorded(problem, moved, losses))


@pytest.mark.parametrize(("features", "bias"), [(1, True), (1, False), (3, True)])
def test_the_parameters_at_the_start_of_an_epoch_are_those_at_the_end_of_the_last(features, bias):
    problem = a_problem(features, bias)
    moved = np.random.default_rng(3).normal(size=(5, features + bias))
    history, start = recorded(problem, moved)
    for epoch in range(1, 6):
        found = epoch_start_parameters(problem, history, start, epoch)
        assert found.tolist() == moved[epoch - 1].tolist()
    assert epoch_start_parameters(problem, history, start, 6) is None
    assert epoch_start_parameters(problem, History(), start, 2) is None
    assert epoch_start_parameters(problem, history, {}, 1) is None


# In closed form -----------------------------------------------------------------------

sizes = st.tuples(st.integers(1, 4), st.booleans(), st.integers(1, 8), st.integers(0, 2**32 - 1))


@given(sizes)
def test_the_best_parameters_are_those_of_numpy(size):
    problem = a_problem(*size)
    design = np.hstack([problem.x, np.ones((problem.samples, 1))][: 1 + (problem.bias is not None)])
    np.testing.assert_array_equal(problem.design, design)
    least = np.mean((design @ np.linalg.lstsq(design, problem.y)[0] - problem.y) ** 2)
    assert problem.least_loss == pytest.approx(least, rel=1e-6, abs=1e-20)
    assert np.abs(problem.gradient(problem.best)).max() < 1e-9
    if np.linalg.matrix_rank(design) == design.shape[1]:
        best = np.linalg.lstsq(design, problem.y)[0]
        np.testing.assert_allclose(problem.best, best, rtol=1e-6, atol=1e-9)


@given(sizes)
def test_loss_and_gradient_are_those_of_autograd(size):
    problem = a_problem(*size)
    vector = np.random.default_rng(size[-1] + 1).normal(size=len(problem.names))
    weight = torch.tensor(vector[: problem.features], requires_grad=True)
    bias = torch.tensor(vector[problem.features :], requires_grad=True)
    predicted = torch.tensor(problem.x) @ weight + (bias if problem.bias else 0)
    loss = torch.nn.functional.mse_loss(predicted, torch.tensor(problem.y))
    loss.backward()
    expected = [*weight.grad.tolist(), *(bias.grad.tolist() if problem.bias else [])]
    np.testing.assert_allclose(problem.predict(vector), predicted.detach().numpy(), rtol=1e-12)
    assert problem.loss(vector) == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(problem.gradient(vector), expected, rtol=1e-9, atol=1e-12)


def test_a_vector_takes_parameters_of_any_shape_that_has_the_numbers():
    problem = a_problem(features=3)
    expected = [1.0, 2.0, 3.0, 4.0]
    for weight in ([1.0, 2, 3], np.array([[1.0, 2, 3]]), np.array([[1.0], [2], [3]])):
        for bias in (4.0, np.array([4.0]), [4]):
            assert problem.vector({"w": weight, "b": bias}).tolist() == expected
    for wrong in (
        {},
        {"w": [1.0, 2, 3]},
        {"w": [1.0, 2], "b": 4.0},
        {"w": [1.0, 2, 3], "b": [4.0, 5.0]},
        {"w": [1.0, 2, np.nan], "b": 4.0},
        {"w": [1.0, 2, 3], "b": np.inf},
        {"w": None, "b": 4.0},
        {"w": "123", "b": 4.0},
        {"w": object(), "b": 4.0},
    ):
        assert problem.vector(wrong) is None


def test_parameters_that_overflow_have_a_loss_that_is_not_finite_and_no_warning():
    problem = a_problem(features=1, bias=False)
    assert problem.loss(np.array([1e300])) == np.inf
    assert problem.gradient(np.array([1e300])).shape == (1,)
