"""The values that settings take in a sweep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, SettingError
from gdtui.experiments.grid import Axis, check_axes, combinations, parse_axis

SCRIPT = Script(
    "lr = 0.1\nhidden = 4\nwords = 'a'  # 'a' or 'b'\nn = [1, 2]\nepochs = 5\nw = 1.0\n"
    "for epoch in range(epochs):\n    loss = w ** 2\n    w -= lr * 2 * w\n"
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("lr=0.1:0.5:5", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("lr=0.001:1:4:log", (0.001, 0.01, 0.1, 1.0)),
        ("lr = 1 : 0 : 3", (1.0, 0.5, 0.0)),
        ("lr=1e-3,2,3", (0.001, 2.0, 3.0)),
        ("hidden=2:16:4:log", (2, 4, 8, 16)),
        ("hidden=1:4:4", (1, 2, 3, 4)),
        ("hidden=1:3:9", (1, 2, 3)),
        ("words=a,b", ("a", "b")),
        ("words='a','b'", ("a", "b")),
        ("n=[1, 2],[3, 4]", ([1, 2], [3, 4])),
        ("hidden=3", (3,)),
    ],
)
def test_an_axis(text, values):
    found = parse_axis(text, SCRIPT).values
    assert found == values
    assert [type(each) for each in found] == [type(each) for each in values]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lr", "'lr' names no values to try; write NAME=FROM:TO:COUNT"),
        ("lr=", "'lr=' names no values"),
        ("rate=1,2", "unknown setting 'rate'; the settings are lr, hidden"),
        ("lr=0:1:3:log", "a logarithmic range needs both ends above 0"),
        ("lr=0.1:1", "lr=0.1:1 is no range"),
        ("lr=0.1:1:3:linear", "lr=0.1:1:3:linear is no range"),
        ("lr=0.1:1:1", "'1' values are not allowed; give a whole number from 2 to 100000"),
        ("lr=0.1:1:many", "'many' values are not allowed"),
        ("lr=0.1:1:9999999999999", "values are not allowed"),
        ("lr=low:1:3", "'low' is not a finite number"),
        ("lr=nan:1:3", "'nan' is not a finite number"),
        ("lr=fast,slow", "setting lr: 'fast' is not allowed"),
        ("words=a,c", "setting words: 'c' is not allowed"),
        ("epochs=0:3:4", "setting epochs: 0 is not allowed"),
        ("lr=1,1.0", "names a value twice"),
    ],
)
def test_what_is_none_says_so_in_a_line(text, said):
    with pytest.raises(SettingError) as error:
        parse_axis(text, SCRIPT)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 200), st.booleans())
def test_a_range_goes_evenly_from_end_to_end(start, end, count, log):
    if abs(start - end) < 1e-6 * max(start, end) * count:
        return
    values = parse_axis(f"lr={start!r}:{end!r}:{count}" + ":log" * log, SCRIPT).values
    assert len(values) == count
    assert (values[0], values[-1]) == pytest.approx((start, end), rel=1e-11)
    steps = np.diff(np.log(values) if log else values)
    assert steps == pytest.approx(steps[0], rel=1e-3, abs=1e-9 * max(start, end))


def test_the_last_axis_varies_fastest():
    axes = [Axis("lr", (1.0, 2.0)), Axis("words", ("a", "b"))]
    assert list(combinations(axes)) == [(1.0, "a"), (1.0, "b"), (2.0, "a"), (2.0, "b")]


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ([], "0 settings to try: one or two"),
        ([Axis(name, (1,)) for name in "abc"], "3 settings to try"),
        ([Axis("a", (1,)), Axis("a", (2,))], "a is named twice"),
        (
            [Axis("a", (1,) * 1000), Axis("b", (1,) * 101)],
            "101000 runs are too many; at most 100000",
        ),
    ],
)
def test_the_axes_of_a_sweep(axes, said):
    with pytest.raises(SettingError, match=said):
        check_axes(axes)
    check_axes([Axis("a", (1,)), Axis("b", (1, 2))])
