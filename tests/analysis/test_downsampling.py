"""The envelope of a growing series, against the series itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.analysis.downsampling import Envelope

edges = st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 0.0])
pieces = st.lists(st.lists(st.floats() | edges, max_size=30), max_size=12)
capacities = st.integers(1, 8).map(lambda half: 2 * half)


def expected(values, stretch):
    """Where each stretch is and its finite extremes, from the whole series."""
    points = []
    for start in range(0, len(values), stretch):
        part = values[start : start + stretch]
        finite = [value for value in part if math.isfinite(value)] or [math.nan]
        points.append((start + (len(part) + 1) / 2, min(finite), max(finite)))
    return points


@given(pieces, capacities)
def test_each_stretch_holds_the_finite_extremes_of_its_values(pieces, capacity):
    envelope = Envelope(capacity)
    values = []
    for piece in pieces:
        envelope.add(piece)
        values += piece
        points = np.stack(envelope.read(), axis=1)
        np.testing.assert_array_equal(
            points, np.reshape(expected(values, envelope.stretch), (-1, 3))
        )
        assert len(envelope) == len(values)
        assert len(points) <= capacity + 1


@pytest.mark.slow
@given(pieces, capacities)
def test_it_does_not_matter_in_which_pieces_values_come(pieces, capacity):
    one_by_one, at_once = Envelope(capacity), Envelope(capacity)
    values = [value for piece in pieces for value in piece]
    for value in values:
        one_by_one.add([value])
    at_once.add(values)
    for left, right in zip(one_by_one.read(), at_once.read(), strict=True):
        np.testing.assert_array_equal(left, right)
    assert len(one_by_one) == len(at_once) == len(values)


@given(st.integers(0, 500), capacities)
def test_a_stretch_is_no_longer_than_it_has_to_be(count, capacity):
    envelope = Envelope(capacity)
    envelope.add(np.zeros(count))
    assert envelope.stretch == 1 or envelope.stretch * capacity // 2 < count


def test_the_peak_of_a_million_values_is_kept():
    values = np.zeros(1_000_000)
    values[654_321], values[123_456] = 7.0, -3.0
    envelope = Envelope()
    for start in range(0, len(values), 1000):
        envelope.add(values[start : start + 1000])
    at, low, high = envelope.read()
    assert (high.max(), low.min()) == (7.0, -3.0)
    assert abs(at[high.argmax()] - 654_322) <= envelope.stretch / 2
    assert len(at) <= 1025


def test_what_was_read_does_not_change_afterwards():
    envelope = Envelope(4)
    envelope.add([1.0, 2.0, 3.0])
    read = envelope.read()
    before = [array.tolist() for array in read]
    envelope.add(range(100))
    assert [array.tolist() for array in read] == before


def test_an_empty_envelope():
    envelope = Envelope()
    envelope.add([])
    assert len(envelope) == 0
    assert [len(each) for each in envelope.read()] == [0, 0, 0]


@pytest.mark.parametrize("capacity", [0, -2, 1, 3, 1023])
def test_a_capacity_is_even_and_positive(capacity):
    with pytest.raises(ValueError, match=f"capacity {capacity} is not allowed"):
        Envelope(capacity)
