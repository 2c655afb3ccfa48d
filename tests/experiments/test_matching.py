"""Which parameters of two runs belong together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.experiments.matching import matched

ONE, TEN = (), (2, 5)


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ({"w": ONE}, {"w": ONE}, ["w w"]),
        ({"w": ONE}, {"weight": (1, 1), "bias": (1,)}, ["w weight"]),
        ({"w": ONE, "b": ONE}, {"bias": ONE, "weight": ONE}, ["w weight", "b bias"]),
        (
            {"weight": ONE, "bias": ONE},
            {"m.bias": ONE, "m.weight": ONE},
            ["weight m.weight", "bias m.bias"],
        ),
        ({"w": ONE}, {"2.bias": ONE}, []),
        ({"w": TEN}, {"w": ONE}, []),
        ({"w": TEN}, {"w": (10,)}, ["w w"]),
        (
            {"a.weight": TEN, "b.weight": TEN},
            {"0.weight": TEN, "1.weight": TEN},
            ["a.weight 0.weight", "b.weight 1.weight"],
        ),
        ({"w1": TEN, "w2": ONE}, {"u": ONE, "v": TEN}, ["w1 v", "w2 u"]),
        ({}, {"w": ONE}, []),
    ],
)
def test_what_belongs_together(one, other, pairs):
    assert [f"{pair.one} {pair.other}" for pair in matched(one, other)] == pairs


names = st.dictionaries(
    st.sampled_from(["w", "b", "m.weight", "n.weight", "weight", "bias"]),
    st.sampled_from([ONE, TEN]),
)


@given(names, names)
def test_each_belongs_to_one_of_its_size_and_the_order_of_the_two_is_all_the_same(one, other):
    pairs = matched(one, other)
    assert len({pair.one for pair in pairs}) == len({pair.other for pair in pairs}) == len(pairs)
    assert all(one[pair.one] == other[pair.other] for pair in pairs)
    assert {(b, a) for a, b in pairs} == {*matched(other, one)}
    assert matched(one, one) == [(name, name) for name in one]
