"""Loss, gradient, curvature and minimum of logistic regression, against torch and finite
differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from gdtui.analysis.affine import MEAN, SUM
from gdtui.analysis.logistic.problem import LogisticProblem, sigmoid

HOURS = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
PASSED = [0, 0, 0, 1, 0, 1, 1, 1]

numbers = st.floats(-4, 4)
samples = st.lists(st.tuples(numbers, st.sampled_from([0.0, 1.0])), min_size=1, max_size=6)
forms = st.sampled_from([MEAN, SUM])


def problem(x=HOURS, y=PASSED, bias="b", **options):
    inputs = np.array(x, dtype=float)
    return LogisticProblem(
        inputs.reshape(len(inputs), -1), np.array(y, dtype=float), "w", bias, **options
    )


def loss_by_torch(each, vector):
    z = torch.tensor(each.x) @ vector[: each.features] + (vector[-1] if each.bias else 0)
    return torch.nn.functional.binary_cross_entropy_with_logits(
        z, torch.tensor(each.y), reduction="sum" if each.form.summed else "mean"
    )


@pytest.mark.slow
@given(samples, numbers, numbers, forms)
@example([(3.0, 1.0), (4.0, 1.0)], 2.0, 2.0, SUM)
def test_loss_gradient_and_curvature_are_those_of_autograd(pairs, weight, bias, form):
    each = problem(*zip(*pairs, strict=True), form=form)
    at = torch.tensor([weight, bias], dtype=torch.float64, requires_grad=True)
    loss = loss_by_torch(each, at)
    loss.backward()
    vector = np.array([weight, bias])
    # 1 - p is rounded to 1e-16, and so is its logarithm near 0, in each sample.
    assert each.loss(vector) == pytest.approx(loss.item(), rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(each.gradient(vector), at.grad.numpy(), rtol=1e-9, atol=1e-12)
    hessian = torch.autograd.functional.hessian(lambda w: loss_by_torch(each, w), at.detach())
    np.testing.assert_allclose(each.hessian(vector), hessian.numpy(), rtol=1e-9, atol=1e-12)
    eigenvalues = torch.linalg.eigvalsh(hessian).flip(0).numpy()
    np.testing.assert_allclose(each.curvatures(vector), eigenvalues, rtol=1e-7, atol=1e-10)
    # The rounding of a sum is in proportion to the terms that it is made of.
    assert (np.abs(each.gradient(vector)) <= each.gradient_sizes(vector[np.newaxis])[0]).all()


@given(samples, numbers, numbers)
def test_the_gradient_is_the_slope_of_the_loss_and_the_hessian_that_of_the_gradient(pairs, w, b):
    each, at, step = problem(*zip(*pairs, strict=True)), np.array([w, b]), 1e-5
    for place in range(2):
        away = step * np.eye(2)[place]
        slope = (each.loss(at + away) - each.loss(at - away)) / (2 * step)
        assert each.gradient(at)[place] == pytest.approx(slope, rel=1e-4, abs=1e-8)
        bend = (each.gradient(at + away) - each.gradient(at - away)) / (2 * step)
        np.testing.assert_allclose(each.hessian(at)[place], bend, rtol=1e-4, atol=1e-8)


@given(samples, st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8))
def test_no_curvature_is_larger_than_the_largest(pairs, points):
    each = problem(*zip(*pairs, strict=True))
    for point in points:
        assert each.curvatures(np.array(point))[0] <= each.largest_curvature * (1 + 1e-12)


def test_many_points_at_once_are_the_same_points():
    each, points = problem(form=SUM), np.random.default_rng(0).normal(size=(5, 2))
    np.testing.assert_allclose(each.losses(points), [each.loss(point) for point in points])
    np.testing.assert_allclose(each.gradients(points), [each.gradient(point) for point in points])


@pytest.mark.parametrize("form", [MEAN, SUM])
@pytest.mark.parametrize("shift", [0, 1000])
@pytest.mark.parametrize("unit", [1, 1e6, 1e-6])
def test_the_minimum_is_where_torch_finds_it(unit, shift, form):
    each = problem([unit * (hours + shift) for hours in HOURS], form=form)
    at = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    # L-BFGS on the plain inputs, and its result in the others.
    optimizer = torch.optim.LBFGS([at], max_iter=500, tolerance_grad=1e-13, tolerance_change=0)
    plain = problem()

    def closure():
        optimizer.zero_grad()
        loss = loss_by_torch(plain, at)
        loss.backward()
        return loss

    optimizer.step(closure)
    weight, bias = at.detach().numpy()
    expected = [weight / unit, bias - weight * shift]
    np.testing.assert_allclose(each.minimum, expected, rtol=1e-5)
    assert each.least_loss == pytest.approx(closure().item() * (8 if form.summed else 1), rel=1e-9)
    assert each.best_parameters() == dict(zip(("w", "b"), each.minimum, strict=True))


@pytest.mark.parametrize(
    ("x", "y", "bias", "separable"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], "b", True),
        ([1, 2, 3], [1, 1, 1], "b", True),
        ([1, -2], [1, 0], None, True),
        # A line between the classes touches both: the minimum is at infinity all the same.
        ([1, 2, 2, 3], [0, 0, 1, 1], "b", False),
        # Several are equally good, for the input does not vary.
        ([2, 2, 2], [0, 1, 1], "b", False),
        ([0, 0], [0, 1], "b", False),
        ([0, 0], [0, 1], None, False),
    ],
)
def test_there_is_not_always_a_minimum(x, y, bias, separable):
    each = problem(x, y, bias)
    assert each.minimum is None
    assert each.best_parameters() == {}
    assert each.is_separable == separable
    assert each.least_loss == (0 if separable else None)


def test_the_decision_boundary():
    each = problem()
    assert each.boundary(np.array([2.0, -5.0])) == 2.5
    assert sigmoid(np.array([2.0 * 2.5 - 5.0])) == 0.5
    assert each.boundary(np.array([0.0, 1.0])) is None
    assert problem(bias=None).boundary(np.array([3.0])) == 0
    assert problem(np.ones((8, 3))).boundary(np.ones(4)) is None


def test_the_sigmoid_of_large_numbers():
    with np.errstate(all="raise", under="ignore"):
        found = sigmoid(np.array([-800.0, -1.0, 0.0, 1.0, 800.0]))
    np.testing.assert_allclose(found, [0, 0.2689414213699951, 0.5, 0.7310585786300049, 1])


def test_what_a_sample_loses_by_probabilities_and_by_what_the_sigmoid_is_taken_of():
    z = np.array([-3.0, 0.0, 2.0, 40.0])
    by_z = problem(range(4), [0, 1, 0, 1], of_logits=True)
    by_p = problem(range(4), [0, 1, 0, 1])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor(z), torch.tensor(by_z.y), reduction="none"
    )
    np.testing.assert_allclose(by_z.cross_entropies(z), expected, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(by_p.cross_entropies(sigmoid(z)), expected, rtol=1e-9, atol=1e-15)
    assert by_p.cross_entropies(np.array([1.0, 0.0, 0.5, 0.5]))[:2].tolist() == [100, 100]
