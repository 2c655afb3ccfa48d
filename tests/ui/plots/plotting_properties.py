"""Draws whatever hypothesis thinks of. ``test_plotting.py`` runs this as a process of its own,
because a number that plotext does not like ends the whole process."""

from __future__ import annotations

import math
import os
import warnings

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from gdtui.ui.plots import plotting
from gdtui.ui.plots.picture import BEAD, Curve, Heat, Level, Picture, Points, Stem
from gdtui.ui.plots.plotting import Drawing, draw

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


symbols = st.sampled_from("●◆✕○•x│" + BEAD)


@st.composite
def places(draw_from):
    """x and y of the same shape."""
    count = draw_from(st.sampled_from([0, 1, 2, 3, 10, 60, 300]))
    pool = draw_from(st.lists(numbers, min_size=1, max_size=20))
    y = np.resize(np.array(pool), count)
    if draw_from(st.booleans()):
        return np.arange(1.0, count + 1), y
    pool = draw_from(st.lists(numbers, min_size=1, max_size=20))
    return np.resize(np.array(pool), count), y


@st.composite
def heats(draw_from):
    shape = draw_from(st.tuples(st.integers(0, 12), st.integers(0, 12)))
    pool = draw_from(st.lists(numbers, min_size=1, max_size=20))
    palette = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=6)
    values = np.resize(np.array(pool), shape)
    levels = sorted(
        draw_from(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4))
    )
    ends = draw_from(st.sampled_from([(), ("0.0012345", "45.678")]))
    return Heat(values, draw_from(palette), levels, ends)


curves = st.builds(
    lambda place, colour, dashed: Curve(*place, colour, dashed), places(), colours, st.booleans()
)
points = st.builds(
    lambda place, symbol, colour: Points(*place, symbol, colour), places(), symbols, colours
)
pictures = st.builds(
    Picture,
    curves=st.lists(curves, max_size=3),
    levels=levels,
    marker=st.none() | numbers,
    x_limits=st.none() | limits,
    x_label=labels,
    y_label=labels,
    log=st.booleans(),
    points=st.lists(points, max_size=3),
    stems=st.lists(st.builds(Stem, numbers, numbers, numbers, colours), max_size=5),
    heat=st.none() | heats(),
    y_limits=st.none() | limits,
    cursor=st.none() | numbers,
    cursor_colour=colours,
)


class Spied:
    """A part of plotext that looks at the numbers it is given, and passes them on."""

    def __init__(self, part: object) -> None:
        self._part = part

    def __getattr__(self, name: str) -> object:
        return getattr(self._part, name)

    def ruler(self, *which: str) -> Spied:
        return Spied(self._part.ruler(*which))

    def signal(self, x: list[float], y: list[float], **options: object) -> object:
        look_at("signal", x, y)
        return self._part.signal(x, y, **options)

    def lim(self, low: float, high: float) -> object:
        look_at("lim", [low], [high])
        return self._part.lim(low, high)

    def ticks(self, places: list[float], *names: list[str]) -> object:
        look_at("ticks", places)
        return self._part.ticks(places, *names)


def look_at(name: str, *given: list[float]) -> None:
    for each in given:
        assert all(0 <= number <= 1 for number in each), (name, given)
        most[name] = max(most.get(name, 0), len(each))


most: dict[str, int] = {}
"""The most numbers that plotext has been given at once, by what was called."""


def check(picture: Picture, width: int, height: int) -> Drawing:
    drawing = draw(picture, width, height)
    lines = drawing.text.plain.split("\n")
    assert len(lines) == max(height, 1)
    assert {cell_len(line) for line in lines} == {width if height else 0}
    check_area(drawing, lines, width, height)
    return drawing


def check_area(drawing: Drawing, lines: list[str], width: int, height: int) -> None:
    """The plot area is what the axes in the text go around, and each cell of it has a value."""
    left, top, columns, rows = drawing.left, drawing.top, drawing.columns, drawing.rows
    if width and height:
        assert left + columns == width
        axis = lines[top + rows : top + rows + 1]
        if width >= 12 and height >= 4:
            assert axis[0][left - 1] == "└"
            assert {line[left - 1] for line in lines[top : top + rows]} <= set("│┤")
        else:
            assert (left, top, rows) == (0, 0, height)
    for column in range(-1, width + 1):
        x = drawing.x_at(column)
        assert (x is not None) == (left <= column < left + columns)
        assert x is None or math.isfinite(x)
    for row in range(-1, height + 1):
        y = drawing.y_at(row)
        assert (y is not None) == (top <= row < top + rows)
        assert y is None or math.isfinite(y)


@settings(
    max_examples=int(os.environ.get("NN", "200")),
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


# Ends of axes between which a cell is far more than a rounding error.
tame = st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)).map(lambda e: (e[0], e[0] + e[1]))


@settings(max_examples=200, deadline=None, derandomize="CI" in os.environ, database=None)
@given(tame, tame, st.booleans(), sizes.filter(bool), sizes.filter(bool), st.data())
@example((-4.0, 4.0), (-4.0, 4.0), False, 60, 18, None)
def a_cell_holds_the_mark_at_its_value(x_limits, y_limits, log, width, height, data) -> None:
    """From cells to values and back, and what is drawn there stands in that cell and no other."""
    if log:
        y_limits = 10.0 ** (y_limits[0] / 1e5), 10.0 ** (y_limits[1] / 1e5)
    framed = Picture(x_limits=x_limits, y_limits=y_limits, log=log)
    empty = draw(framed, width, height)
    if not empty.columns or not empty.rows:
        return
    column = empty.left + (data.draw(st.integers(0, empty.columns - 1)) if data else 7)
    row = empty.top + (data.draw(st.integers(0, empty.rows - 1)) if data else 7)
    x, y = empty.x_at(column), empty.y_at(row)
    assert x_limits[0] <= x <= x_limits[1]
    marked = Picture(
        x_limits=x_limits, y_limits=y_limits, log=log, points=[Points([x], [y], "✕")], cursor=x
    )
    lines = draw(marked, width, height).text.plain.split("\n")
    found = [(at, line.index("✕")) for at, line in enumerate(lines) if "✕" in line]
    assert found == [(row, column)]
    rows = range(empty.top, empty.top + empty.rows)
    for at in rows:
        assert [place for place, mark in enumerate(lines[at]) if mark in "┃✕"] == [column]


def a_million_points_are_drawn() -> None:
    x = np.arange(1.0, 1e6 + 1)
    y = np.random.default_rng(0).normal(size=len(x)) * 10.0 ** (x / 1e4)
    y[::1000], y[7::1000] = NAN, INF
    most.clear()
    for log in (False, True):
        for limits in (None, (1.0, 10.0)):
            curves = [Curve(x, y), Curve(y, x, dashed=True)]
            levels = [Level(1e200)]
            points = [Points(x, np.sin(x) + 5)]
            check(Picture(curves, levels, 5e5, log=log, points=points, y_limits=limits), 120, 40)
    # No more than there are cells in the picture.
    assert 0 < most["signal"] < 120 * 40


def main() -> None:
    warnings.simplefilter("error")
    plotting.plotext.figure = Spied(plotting.plotext.figure)
    any_picture_has_the_size_asked_for()
    a_cell_holds_the_mark_at_its_value()
    a_million_points_are_drawn()
    assert set(most) == {"signal", "lim", "ticks"}


if __name__ == "__main__":
    main()
