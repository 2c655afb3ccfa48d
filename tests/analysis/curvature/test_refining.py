"""The epochs at which a curve is worked out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.analysis.curvature.refining import epochs_between, even_epochs


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(2, 40))
def test_even_epochs_go_from_the_first_to_the_last(last, count):
    found = even_epochs(last, count)
    assert (found[0], found[-1]) == (1, last)
    assert len(found) == min(last, count)
    assert np.ptp(np.diff(found)) <= 1 if len(found) > 1 else True


@settings(deadline=None)
@given(st.integers(2, 500), st.integers(0, 30), st.integers(0, 10**6))
def test_further_epochs_are_new_ones_between(last, count, seed):
    known = even_epochs(last, 9)
    values = np.random.default_rng(seed).normal(size=(2, len(known)))
    values[1, 0] = np.nan
    found = epochs_between(known, list(values), count)
    assert len(set(found)) == len(found) == min(count, last - len(known))
    assert not set(found) & set(known)
    assert all(1 < each < last for each in found)


@pytest.mark.parametrize("at", [1, 4])
def test_most_of_them_are_where_the_curve_changes(at):
    known = list(range(1, 802, 100))
    step = np.where(np.arange(len(known)) < at, 2.0, 50.0)
    found = epochs_between(known, [step], 10)
    inside = [each for each in found if known[at - 1] < each < known[at]]
    assert len(inside) >= 7


def test_a_curve_that_does_not_change_gets_even_ones():
    assert epochs_between([1, 101, 201], [np.ones(3)], 2) == [51, 151]
    assert epochs_between([1], [np.ones(1)], 2) == []
