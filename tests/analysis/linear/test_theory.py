"""Gradient descent in closed form, against the notebook's data, NumPy's eigenvalues and ten
thousand small problems that are really run."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.theory import Curvatures, best_rate, factor, largest_stable_rate, swings

X, Y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([2.0, 4.0, 6.0, 8.0])


def curvatures(x, bias=False):
    x = np.asarray(x, dtype=float)
    x = x.reshape(len(x), -1)
    return Curvatures.of(LinearProblem(x, np.zeros(len(x)), "w", "b" if bias else None))


# The notebook's data ------------------------------------------------------------------


def test_one_weight_has_the_curvature_15():
    found = curvatures(X)
    assert found.values == pytest.approx([15], rel=1e-12)
    assert (found.largest, found.smallest, found.flat) == (found.values[0], found.values[0], 0)
    assert np.abs(found.directions) == pytest.approx(np.array([[1.0]]))
    assert largest_stable_rate(found.largest) == pytest.approx(2 / 15, rel=1e-12)
    assert best_rate(found.largest, found.smallest) == pytest.approx(1 / 15, rel=1e-12)
    assert factor(0.01, found.largest) == pytest.approx(0.85, rel=1e-12)


def test_the_sum_over_four_samples_is_four_times_as_steep():
    steep = 4 * curvatures(X).largest
    assert steep == pytest.approx(60, rel=1e-12)
    assert largest_stable_rate(steep) == pytest.approx(1 / 30, rel=1e-12)
    assert best_rate(steep, steep) == pytest.approx(1 / 60, rel=1e-12)
    assert factor(0.01, steep) == pytest.approx(0.4, rel=1e-12)


def test_weight_and_bias_have_a_steep_and_a_flat_direction():
    found = curvatures(X, bias=True)
    hessian = np.array([[15.0, 5.0], [5.0, 2.0]])
    root = np.sqrt(17**2 - 4 * 5)
    assert found.values == pytest.approx([(17 + root) / 2, (17 - root) / 2], rel=1e-12)
    assert found.values == pytest.approx([16.7006, 0.29939], rel=1e-4)
    assert found.largest / found.smallest == pytest.approx(55.8, rel=1e-3)
    assert largest_stable_rate(found.largest) == pytest.approx(0.119756, rel=1e-5)
    assert best_rate(found.largest, found.smallest) == pytest.approx(2 / 17, rel=1e-12)
    for value, direction in zip(found.values, found.directions, strict=True):
        assert hessian @ direction == pytest.approx(value * direction, rel=1e-9)
        assert np.linalg.norm(direction) == pytest.approx(1)


# Curvatures ---------------------------------------------------------------------------

shapes = st.tuples(st.integers(1, 4), st.booleans(), st.integers(0, 6), st.integers(0, 2**32 - 1))


@given(shapes)
def test_curvatures_are_the_eigenvalues_of_the_second_derivatives(shape):
    features, bias, more, seed = shape
    random = np.random.default_rng(seed)
    # Orthonormal columns times stretches up to 100: well conditioned.
    parameters = features + bias
    samples = parameters + 1 + more
    ones = np.ones((samples, 1)) / np.sqrt(samples)
    basis = np.linalg.qr(np.hstack([ones, random.normal(size=(samples, features))]))[0][:, 1:]
    x = basis * 10.0 ** random.uniform(-1, 1, size=features) + 0.3 * random.normal()
    found = curvatures(x, bias)
    design = np.hstack([x, np.ones((samples, 1))][: 1 + bias])
    hessian = 2 / samples * design.T @ design
    expected = np.linalg.eigvalsh(hessian)[::-1]
    np.testing.assert_allclose(found.values, expected, rtol=1e-9, atol=1e-12 * expected[0])
    assert found.flat == 0
    np.testing.assert_allclose(
        hessian @ found.directions.T, found.directions.T * found.values, atol=1e-9 * expected[0]
    )
    error = random.normal(size=parameters)
    # A distance is the sum of its parts along the directions.
    np.testing.assert_allclose(found.along(error) @ found.directions, error, atol=1e-9)


@pytest.mark.parametrize(
    ("x", "bias", "values", "flat"),
    [
        ([3, 3, 3, 3], False, [18], 0),
        ([3, 3, 3, 3], True, [20], 1),  # weight and bias can make up for each other
        ([3], False, [18], 0),
        ([3], True, [20], 1),
        ([[3, 4]], False, [50], 1),
        ([0, 0, 0, 0], False, [], 1),
        ([0, 0, 0, 0], True, [2], 1),
        ([[0, 0], [0, 0]], True, [2], 2),
        ([[1, 2], [2, 4], [3, 6]], False, [140 / 3], 1),
        ([[1, 0], [0, 1]], False, [1, 1], 0),
    ],
)
def test_directions_in_which_the_loss_does_not_change_are_no_curvatures(x, bias, values, flat):
    found = curvatures(x, bias)
    assert found.values == pytest.approx(values, rel=1e-12)
    assert found.flat == flat
    assert found.directions.shape == (len(values), len(values) + flat)
    assert found.largest == pytest.approx(max(values, default=0))
    assert found.smallest == pytest.approx(min(values, default=0))
    if not values:
        assert largest_stable_rate(found.largest) is None
        assert best_rate(found.largest, found.smallest) is None


@pytest.mark.parametrize("unit", [1e6, 1e-6])
def test_curvatures_of_inputs_of_any_size(unit):
    assert curvatures(X * unit).values == pytest.approx([15 * unit**2], rel=1e-12)
    steep, flat = curvatures(X * unit, bias=True).values
    # The product of both is the determinant, here (15 * 2 - 5 * 5) * unit**2.
    assert steep * flat == pytest.approx(5 * unit**2, rel=1e-6)
    assert steep + flat == pytest.approx(15 * unit**2 + 2, rel=1e-12)


# One direction ------------------------------------------------------------------------

momenta = st.just(0.0) | st.floats(1e-6, 1.2)


@given(st.floats(-1, 6), momenta, st.floats(1e-6, 1e6))
def test_the_factor_is_the_largest_eigenvalue_of_two_updates(product, momentum, curvature):
    rate = product / curvature
    found = factor(rate, curvature, momentum)
    companion = np.array([[1 + momentum - rate * curvature, -momentum], [1, 0]])
    largest = np.abs(np.linalg.eigvals(companion)).max()
    if momentum:
        # At a double root the eigenvalues keep half of their digits.
        assert found == pytest.approx(largest, rel=1e-6, abs=1e-7)
    else:
        assert found == pytest.approx(1 - product, abs=1e-12)
        assert abs(found) == pytest.approx(largest, abs=1e-7)


@given(st.floats(1e-6, 1e6), st.just(0.0) | st.floats(1e-6, 0.999))
def test_the_limit_is_where_the_factor_is_1(curvature, momentum):
    limit = largest_stable_rate(curvature, momentum)
    assert abs(factor(limit, curvature, momentum)) == pytest.approx(1, abs=1e-6)
    assert abs(factor(0.999 * limit, curvature, momentum)) < 1
    assert abs(factor(1.001 * limit, curvature, momentum)) > 1


@pytest.mark.parametrize("momentum", [1.0, 1.1])
def test_with_a_momentum_of_1_no_rate_converges(momentum):
    assert largest_stable_rate(15, momentum) is None
    assert best_rate(15, 1, momentum) is None
    for rate in np.linspace(0.001, 1, 200):
        assert factor(rate, 15, momentum) >= 1 - 1e-9


@given(
    st.floats(1e-3, 1e3),
    st.floats(1e-3, 1),
    st.just(0.0) | st.floats(1e-3, 0.99),
    st.lists(st.floats(0, 1), max_size=3),
)
def test_no_rate_shrinks_the_slowest_direction_faster_than_the_best(steep, share, momentum, more):
    flat = steep * share
    between = [flat + (steep - flat) * each for each in more]

    def slowest(rate):
        return max(abs(factor(rate, each, momentum)) for each in (steep, flat, *between))

    best = best_rate(steep, flat, momentum)
    least = slowest(best)
    assert least < 1
    for other in best * np.linspace(0.02, 1.98, 99):
        assert slowest(other) >= least - 1e-9
    if not momentum and share < 0.9:
        assert slowest(1.01 * best) > least
        assert slowest(0.99 * best) > least


@given(st.floats(0.02, 3.8), st.just(0.0) | st.floats(0.05, 0.9))
def test_an_error_swings_where_it_goes_through_0_again_and_again(product, momentum):
    # Not too near to where it begins to swing, or one swing would take too many steps.
    edges = [1.0] if not momentum else [(1 - momentum**0.5) ** 2, (1 + momentum**0.5) ** 2]
    if any(abs(product - edge) < 0.05 * edge for edge in edges):
        product = edges[0] * 1.06
    error, last, sides = 1.0, 1.0, []
    for _ in range(1000):
        error, last = error - product * error + momentum * (error - last), error
        # Which sides it takes does not depend on its size; kept at 1 it neither over- nor
        # underflows.
        size = max(abs(error), abs(last)) or 1.0
        error, last = error / size, last / size
        sides += [np.sign(error)] if error else []
    assert swings(product, 1.0, momentum) == (np.count_nonzero(np.diff(sides)) >= 2)


# Ten thousand problems, really run ----------------------------------------------------

EXAMPLES, BATCH = 500, 20


def descend(x, y, start, rate, momentum, epochs, adds_up, bias):
    """Gradient descent on many problems at once, with formulas of its own: the parameters
    before the first epoch and after each, shape (epochs + 1, problems, parameters)."""
    weight, offset = start[:, : x.shape[2]].copy(), start[:, x.shape[2] :].copy()
    path, velocity = [start], np.zeros_like(start)
    share = 2.0 if adds_up else 2.0 / x.shape[1]
    for _ in range(epochs):
        errors = (x * weight[:, None, :]).sum(axis=2) - y
        if bias:
            errors = errors + offset
        slopes = [(errors[:, :, None] * x).sum(axis=1)]
        if bias:
            slopes.append(errors.sum(axis=1, keepdims=True))
        velocity = momentum * velocity - rate[:, None] * share * np.hstack(slopes)
        weight += velocity[:, : x.shape[2]]
        offset += velocity[:, x.shape[2] :]
        path.append(np.hstack([weight, offset]))
    return np.array(path)


def measured_factor(errors, momentum):
    """By how much an error shrinks or grows, from its sequence alone, as long as it is more than
    rounding: without momentum its mean factor; with one by fitting the two numbers ``a`` and
    ``b`` of ``e[k+1] = a * e[k] - b * e[k-1]`` and taking the larger root."""
    sizes = np.abs(errors)
    gone = np.flatnonzero(sizes < 1e-6 * sizes[0])
    count = int(gone[0]) if len(gone) else len(errors)
    if not momentum:
        last = max(1, count - 1)
        return (sizes[last] / sizes[0]) ** (1 / last)
    errors = errors[: max(count, 4)][:40]
    pairs = np.stack([errors[1:-1], -errors[:-2]], axis=1)
    a, b = np.linalg.lstsq(pairs, errors[2:])[0]
    return np.abs(np.roots([1, -a, b])).max()


@st.composite
def batches(draw):
    return (
        np.random.default_rng(draw(st.integers(0, 2**32 - 1))),
        draw(st.integers(1, 3)),
        draw(st.booleans()),
        draw(st.integers(1, 8)),
        draw(st.booleans()),
        draw(st.just(0.0) | st.floats(0.05, 0.95)),
        draw(st.sampled_from(["any", "whole numbers", "constant"])),
        10.0 ** draw(st.integers(-2, 2)),
    )


@pytest.mark.slow
def test_ten_thousand_problems_run_as_theory_says():
    """500 batches of 20 problems with 1 to 3 features, with and without bias, of 1 to 8 samples,
    with the gradient's mean or sum, with and without momentum. At 0.99 of the limit the error
    along the steepest direction shrinks and at 1.01 it grows; at any other rate the error along
    every direction shrinks or grows by the factor of theory, within 1 %.

    Left out are problems whose curvatures lie further apart than a million times, where the flat
    part of a float64 error is rounding, and inputs that are all 0, where there is no curvature.
    """
    counts = Counter()

    @settings(max_examples=EXAMPLES)
    @given(batches())
    def check(batch):
        random, features, bias, samples, adds_up, momentum, kind, unit = batch
        x = random.normal(size=(BATCH, samples, features))
        if kind == "whole numbers":
            x = random.integers(-4, 5, size=x.shape).astype(float)
        elif kind == "constant":
            x[:] = x[:, :1]
        # With a bias beside it, a unit of 100 alone would spread the curvatures by 10,000.
        x *= unit if not bias else unit**0.5
        y = random.normal(size=(BATCH, samples))
        scale = samples if adds_up else 1
        used, rates, starts, bests, axes, theory = [], [], [], [], [], []
        for each in range(BATCH):
            counts["problems"] += 1
            problem = LinearProblem(x[each], y[each], "w", "b" if bias else None)
            found = Curvatures.of(problem)
            # Independent of it: the second derivatives and their eigenvectors.
            design = np.hstack([x[each], np.ones((samples, 1))][: 1 + bias])
            values, vectors = np.linalg.eigh(2 / samples * design.T @ design)
            steep = values > 1e-10 * max(values[-1], 1e-300)
            unclear = (values > 1e-14 * values[-1]) & (values < 1e-6 * values[-1])
            if not values[-1] or unclear.any():
                counts["left out"] += 1
                continue
            assert len(found.values) == steep.sum()
            assert found.flat == (~steep).sum()
            best = np.linalg.lstsq(design, y[each])[0]
            # A distance of 1 along every direction, so that all of them are there to be seen.
            signs = random.choice([-1.0, 1.0], size=steep.sum())
            starts.append(best + vectors[:, steep] @ signs)
            bests.append(best)
            axes.append(vectors[:, steep].T[::-1])
            limit = largest_stable_rate(found.largest * scale, momentum)
            other = limit * random.uniform(0.02, 1.2)
            rates.append((0.99 * limit, 1.01 * limit, other))
            theory.append([abs(factor(other, c * scale, momentum)) for c in found.values])
            used.append(each)
        kept = len(used)
        counts["ran"] += kept
        if not kept:
            return
        repeat = np.tile(used, 3)
        path = descend(
            x[repeat],
            y[repeat],
            np.tile(np.array(starts), (3, 1)),
            np.array(rates).T.ravel(),
            momentum,
            300,
            adds_up,
            bias,
        )
        for each in range(kept):
            stable, unstable, other = (
                (path[:, run * kept + each] - bests[each]) @ axes[each].T for run in range(3)
            )
            assert np.abs(stable[-20:, 0]).max() < 0.1 * abs(stable[0, 0])
            assert np.abs(unstable[-20:, 0]).max() > 10 * abs(unstable[0, 0])
            # Once one direction is far larger, the others are its rounding.
            far = np.flatnonzero(np.abs(other).max(axis=1) > 1e4)
            other = other[: max(int(far[0]), 4)] if len(far) else other
            for direction, expected in enumerate(theory[each]):
                measured = measured_factor(other[:, direction], momentum)
                # What is gone after a single step has no factor that could be measured.
                assert measured == pytest.approx(expected, rel=0.01, abs=1e-5)
                counts["directions"] += 1

    check()
    assert counts["problems"] >= EXAMPLES * BATCH == 10_000
    assert counts["left out"] < 0.02 * counts["problems"], counts
    assert counts["ran"] + counts["left out"] == counts["problems"]
    assert counts["directions"] > counts["ran"]
