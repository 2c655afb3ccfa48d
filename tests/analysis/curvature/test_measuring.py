"""The learning rate of an update, measured from its step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.analysis.curvature.measuring import measured_limit, rate_of_step
from gdtui.engine.run.rates import UpdateRule


@settings(deadline=None)
@given(st.integers(1, 50), st.floats(1e-4, 10.0), st.integers(0, 10**6), st.booleans())
def test_the_rate_of_a_step_of_gradient_descent_is_found(size, rate, seed, single):
    random = np.random.default_rng(seed)
    kind = np.float32 if single else np.float64
    values = random.normal(size=size).astype(kind)
    gradient = (random.normal(size=size) + 20).astype(kind)
    after = (values - kind(rate) * gradient).astype(kind)
    step = after.astype(np.float64) - values.astype(np.float64)
    found = rate_of_step(step, gradient.astype(np.float64), values.astype(np.float64))
    if found is None:
        assert single
        assert np.linalg.norm(step) < 1e-3 * np.linalg.norm(values)
    else:
        assert found == pytest.approx(rate, rel=2e-3)


def test_what_is_no_step_down_the_gradient_has_no_rate():
    values, gradient = np.ones(3), np.array([1.0, 2.0, 3.0])
    assert rate_of_step(-np.sign(gradient), gradient, values) == 0
    assert rate_of_step(gradient, gradient, values) == 0
    assert rate_of_step(0 * gradient, gradient, values) is None
    assert rate_of_step(-gradient, 0 * gradient, values) is None
    assert rate_of_step(np.array([np.inf, 0, 0]), gradient, values) is None


SGD = UpdateRule("SGD", {"lr": 0.1, "momentum": 0.0})


@pytest.mark.parametrize(
    ("rules", "named", "measured", "expected"),
    [
        ([SGD], 7.0, None, (20.0, 0.0)),
        ([SGD], 7.0, 0.10001, (20.0, 0.0)),
        ([SGD], None, 0.05, (40.0, 0.0)),
        ([SGD], None, 0.0, (None, 0.0)),
        ([SGD, UpdateRule("SGD", {"lr": 0.2})], None, None, (None, 0.0)),
        ([UpdateRule("SGD", {"lr": 0.1, "momentum": 0.5})], None, 0.0, (30.0, 0.5)),
        ([UpdateRule("SGD", {"lr": 0.1, "maximize": 1.0})], None, None, (None, 0.0)),
        ([UpdateRule("Adam", {"lr": 0.1})], 0.1, 0.1, (None, 0.0)),
        ([], 0.1, None, (20.0, 0.0)),
        ([], None, 0.5, (4.0, 0.0)),
        ([], None, None, (None, 0.0)),
    ],
)
def test_the_limit_goes_by_the_rule_and_by_what_was_measured(rules, named, measured, expected):
    assert measured_limit(rules, named, measured) == expected
