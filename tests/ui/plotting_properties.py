"""Draws whatever hypothesis thinks of. ``test_plotting.py`` runs this as a process of its own,
because a number that plotext does not like ends the whole process."""

from __future__ import annotations

import os

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from gdtui.ui.picture import Curve, Level, Picture
from gdtui.ui.plotting import draw

NAN, INF = float("nan"), float("inf")

# The ends of what a float can be come up far too rarely by themselves.
largest = [1e16, 1e300, 1e307, 1e308, -1e308, INF, -INF, NAN]
smallest = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-300, 1e-5, 1.0 + 1e-15]
edges = st.sampled_from([*largest, *smallest])
numbers = st.one_of(
    edges,
    st.floats(),
    st.floats(-10.0, 10.0),
    st.integers(-1000, 1000).map(float),
)
colours = st.none() | st.tuples(*[st.integers(0, 255)] * 3)
levels = st.lists(st.builds(Level, numbers, colours), max_size=3)
labels = st.sampled_from(
    ["", "epoch", "loss", "linear.weight", "w" * 200, "∂J/∂w", "损失" * 30, "a\nb"]
)
sizes = st.one_of(st.integers(0, 30), st.integers(0, 120))


# Places on the horizontal axis.
limits = st.tuples(numbers, numbers)


@st.composite
def curves(draw_from):
    count = draw_from(st.sampled_from([0, 1, 2, 3, 10, 60, 300]))
    pool = draw_from(st.lists(numbers, min_size=1, max_size=20))
    y = np.resize(np.array(pool), count)
    if draw_from(st.booleans()):
        return Curve(np.arange(1.0, count + 1), y, draw_from(colours))
    pool = draw_from(st.lists(numbers, min_size=1, max_size=20))
    return Curve(np.resize(np.array(pool), count), y, draw_from(colours))


pictures = st.builds(
    Picture,
    curves=st.lists(curves(), max_size=3),
    levels=levels,
    marker=st.none() | numbers,
    x_limits=st.none() | limits,
    x_label=labels,
    y_label=labels,
    log=st.booleans(),
)


def check(picture: Picture, width: int, height: int) -> None:
    lines = draw(picture, width, height).plain.split("\n")
    assert len(lines) == max(height, 1)
    assert {cell_len(line) for line in lines} == {width if height else 0}


@settings(
    max_examples=int(os.environ.get("NN", "400")),
    deadline=None,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(pictures, sizes, sizes.map(lambda height: height % 41))
@example(Picture([Curve([NAN], [NAN])]), 80, 24)
@example(Picture([Curve([1, 2, 3], [1, INF, -INF])], log=True), 1, 1)
@example(Picture([Curve([1, 2], [-1e308, 1e308])], marker=1e308, x_limits=(1.0, 2.0)), 120, 40)
def any_picture_has_the_size_asked_for(picture: Picture, width: int, height: int) -> None:
    check(picture, width, height)


def a_million_points_are_drawn() -> None:
    x = np.arange(1.0, 1e6 + 1)
    y = np.random.default_rng(0).normal(size=len(x)) * 10.0 ** (x / 1e4)
    y[::1000], y[7::1000] = NAN, INF
    for log in (False, True):
        check(Picture([Curve(x, y)], [Level(1e200)], marker=5e5, log=log), 120, 40)


def main() -> None:
    any_picture_has_the_size_asked_for()
    a_million_points_are_drawn()


if __name__ == "__main__":
    main()
