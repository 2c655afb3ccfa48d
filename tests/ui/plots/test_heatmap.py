"""The background of a picture: shades, lines of equal value and the scale."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawn_cells import cells_of, dots, is_braille, style_at
from rich.color import Color
from rich.console import Console
from textual.color import Color as Paint

from gdtui.ui.plots.heatmap import scale
from gdtui.ui.plots.picture import Curve, Heat, Picture, Points
from gdtui.ui.plots.plotting import draw
from gdtui.ui.themes import VISIBLE, contrast

WIDTH, HEIGHT = 70, 18
PALETTE = [(10, 10, 10), (20, 120, 20), (30, 30, 230), (240, 240, 40)]
BOX = {"x_limits": (0.0, 1.0), "y_limits": (0.0, 1.0)}


def halves(text):
    """The shades of the upper and of the lower half of each cell, by row and column."""
    lines, console = text.plain.split("\n"), Console()
    found, offset = {}, 0
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            style = text.get_style_at_offset(console, offset + column)
            drawn, ground = (
                None if each is None else tuple(each.triplet)
                for each in (style.color, style.bgcolor)
            )
            found[row, column] = (drawn if character == "▀" else ground, ground)
        offset += len(line) + 1
    return found


# Shades -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (41, 12), (11, 7), (3, 2)])
@pytest.mark.parametrize("shape", [(32, 60), (3, 5), (1, 7), (200, 2)])
def test_half_a_cell_has_the_shade_of_the_value_in_its_middle(size, shape):
    values = np.random.default_rng(4).normal(size=shape)
    values[0, 0], values[-1, -1] = math.nan, math.inf
    kept = values[np.isfinite(values)]
    drawing = draw(Picture(heat=Heat(values, PALETTE), **BOX), *size)
    edges = np.linspace(kept.min(), kept.max(), len(PALETTE) + 1)
    checked = 0
    for (row, column), pair in halves(drawing.text).items():
        x, y = drawing.x_at(column), drawing.y_at(row)
        if x is None or y is None:
            assert pair == (None, None)
            continue
        quarter = 0.25 / (drawing.rows - 1)
        found = [between(values, min(max(y + part, 0), 1), x) for part in (quarter, -quarter)]
        if not all(map(math.isfinite, found)):
            continue  # such a cell has at most one shade
        numbers = [np.searchsorted(edges, each, "right") - 1 for each in found]
        if min(abs(edges - each).min() for each in found) < 1e-9:
            continue
        assert pair == tuple(PALETTE[min(each, len(PALETTE) - 1)] for each in numbers)
        checked += 1
    assert checked


def between(values, y, x):
    """The value at fractions of the axes, between the values around it."""
    down, across = (round(each, 9) for each in (y * (len(values) - 1), x * (len(values[0]) - 1)))
    total = 0.0
    for row in {math.floor(down), math.ceil(down)}:
        for column in {math.floor(across), math.ceil(across)}:
            share = (1 - abs(row - down)) * (1 - abs(column - across))
            total += share * values[row, column]
    return total


def test_the_first_row_of_a_heat_is_the_lowest():
    found = halves(draw(Picture(heat=Heat([[0.0, 0.0], [1.0, 2.0]], PALETTE)), 4, 4).text)
    upper = [found[0, 0][0], found[0, 3][0]]
    lower = [found[3, 0][1], found[3, 3][1]]
    assert [*upper, *lower] == [PALETTE[2], PALETTE[3], PALETTE[0], PALETTE[0]]


@pytest.mark.parametrize("values", [[[math.nan]], [[math.inf, -math.inf]], np.zeros((0, 3))])
def test_a_heat_of_nothing_finite_has_no_shades_and_no_lines(values):
    text = draw(Picture(heat=Heat(values, PALETTE, [0.0])), WIDTH, HEIGHT).text
    assert set(halves(text).values()) == {(None, None)}
    assert not any(map(is_braille, text.plain))


def test_a_place_beside_a_value_that_is_not_finite_has_no_shade():
    values = np.ones((3, 3))
    values[1, 1] = math.nan
    drawing = draw(Picture(heat=Heat(values, PALETTE), **BOX), 9, 9)
    assert halves(drawing.text)[4, 4] == (None, None)
    assert halves(drawing.text)[0, 0] == (PALETTE[0], PALETTE[0])


def test_equal_values_are_of_the_first_colour_and_one_span_a_row():
    drawing = draw(Picture(heat=Heat(np.full((9, 9), 7.0), PALETTE)), WIDTH, HEIGHT)
    assert set(halves(drawing.text).values()) == {(None, None), (PALETTE[0], PALETTE[0])}
    assert len(drawing.text.spans) == drawing.rows


def test_huge_values_are_told_apart():
    text = draw(Picture(heat=Heat([[-1.7e308, 0.0, 1.7e308]], PALETTE)), 9, 1).text
    found = [halves(text)[0, column][1] for column in (0, 4, 8)]
    assert found == [PALETTE[0], PALETTE[2], PALETTE[3]]


def test_a_title_in_wide_characters_does_not_shift_the_background():
    drawing = draw(Picture(heat=Heat([[0.0]], PALETTE), y_label="损失"), WIDTH, HEIGHT)
    inside = {
        (row, column)
        for row in range(1, HEIGHT - 2)
        for column in range(drawing.left, drawing.left + drawing.columns)
    }
    assert {place for place, pair in halves(drawing.text).items() if pair[1]} == inside


@pytest.mark.parametrize(
    ("behind", "own", "seen"),
    [
        ((10, 10, 60), (255, 170, 40), (255, 170, 40)),
        ((10, 10, 60), (30, 10, 80), (255, 255, 255)),
        ((240, 220, 120), (255, 255, 255), (0, 0, 0)),
        ((10, 10, 60), None, (255, 255, 255)),
        ((240, 220, 120), None, (0, 0, 0)),
    ],
)
def test_what_stands_on_a_heat_can_be_told_from_it(behind, own, seen):
    curve, mark = Curve([0, 1], [0, 1], own), Points([0.5], [0.1], "✕", own)
    picture = Picture([curve], points=[mark], heat=Heat([[0.0]], [behind]))
    text = draw(picture, WIDTH, HEIGHT).text
    lines = text.plain.split("\n")
    places = cells_of(lines, lambda each: each == "✕" or is_braille(each))
    assert {lines[row][column] for row, column in places} > {"✕"}
    for row, column in places:
        style = style_at(text, row, column)
        assert (style.color, style.bgcolor) == (Color.from_rgb(*seen), Color.from_rgb(*behind))


def test_a_character_stands_on_the_shade_between_those_of_its_cell():
    heat = Heat([[0.0], [1.0]], PALETTE)
    picture = Picture(points=[Points([0.5], [0.5], "✕")], heat=heat, **BOX)
    drawing = draw(picture, 3, 3)
    assert drawing.text.plain.split("\n")[1] == "▀✕▀"
    upper, lower = (PALETTE.index(each) for each in halves(drawing.text)[1, 0])
    assert (upper, lower) == (2, 1)
    assert style_at(drawing.text, 1, 1).bgcolor == Color.from_rgb(*PALETTE[(upper + lower) // 2])


# Lines of equal value -----------------------------------------------------------------


def test_a_line_goes_through_all_places_of_a_level_and_no_others():
    side = np.linspace(-1, 1, 61)
    radius = np.hypot(*np.meshgrid(side, side))
    levels = [0.4, 0.8]
    heat = Heat(radius, PALETTE, levels)
    size = 61, 31
    drawing = draw(Picture(heat=heat, x_limits=(-1, 1), y_limits=(-1, 1)), *size)
    found = []
    for row, column in dots(drawing.text):
        across = (column - drawing.left) / (drawing.columns - 1) * 2 - 1
        up = 1 - (row - drawing.top) / (drawing.rows - 1) * 2
        found.append((across, up))
    away = np.abs(np.hypot(*np.array(found).T)[:, np.newaxis] - levels)
    # A dot is at most a step from the line, whichever way.
    assert away.min(axis=1).max() < 1.2 * max(0.5 * 2 / drawing.columns, 0.25 * 2 / drawing.rows)
    for level in range(len(levels)):
        on = np.array(found)[away.argmin(axis=1) == level]
        angles = np.sort(np.arctan2(on[:, 1], on[:, 0]))
        assert np.diff(angles).max() < 0.12, "a line without gaps"


def test_a_line_can_be_seen_and_takes_the_shade_of_its_cell():
    values = np.linspace(0, 1, 50)[np.newaxis]
    for palette in (PALETTE, [(250, 250, 250), (180, 200, 240), (60, 90, 200)]):
        drawing = draw(Picture(heat=Heat(values, palette, [0.1, 0.5, 0.9]), **BOX), 40, 12)
        lines = drawing.text.plain.split("\n")
        places = cells_of(lines, is_braille)
        assert len({column for _, column in places}) == 3
        assert {row for row, _ in places} == set(range(drawing.rows))
        for row, column in places:
            style = style_at(drawing.text, row, column)
            own, ground = (Paint(*each.triplet) for each in (style.color, style.bgcolor))
            assert ground.rgb in palette
            assert contrast(own, ground) >= VISIBLE


def test_a_curve_lies_over_a_line():
    values = np.linspace(0, 1, 50)[np.newaxis]
    heat = Heat(values, [(10, 10, 60)], [0.5])
    curve = Curve([0, 1], [0.5, 0.5], (255, 170, 40))
    with_both = draw(Picture([curve], heat=heat, **BOX), 41, 11)
    alone = draw(Picture([curve], **BOX), 41, 11)
    row = next(
        number
        for number, line in enumerate(alone.text.plain.split("\n"))
        if sum(map(is_braille, line)) > 20
    )
    assert with_both.text.plain.split("\n")[row] == alone.text.plain.split("\n")[row]


def test_without_levels_there_are_no_lines():
    values = np.linspace(0, 1, 50)[np.newaxis]
    assert not any(map(is_braille, draw(Picture(heat=Heat(values, PALETTE)), 40, 12).text.plain))
    beyond = Heat(values, PALETTE, [-1.0, 2.0])
    assert not any(map(is_braille, draw(Picture(heat=beyond), 40, 12).text.plain))


# The scale ----------------------------------------------------------------------------


def scaled(width, height=12, label="bias", ends=("0.00025891", "61.483")):
    heat = Heat(np.linspace(0, 1, 50)[np.newaxis], PALETTE, ends=ends)
    return draw(Picture(heat=heat, y_label=label, x_label="weight", **BOX), width, height).text


def test_the_scale_has_both_ends_and_the_colours_between_them():
    text = scaled(60)
    first = text.plain.split("\n")[0]
    assert first.split() == ["bias", "0.00025891", "█" * 16, "61.483"]
    assert first.startswith("bias")
    assert first.endswith("61.483")
    colours = [style_at(text, 0, column).color for column in range(60) if first[column] == "█"]
    shades = [PALETTE.index(tuple(each.triplet)) for each in colours]
    assert shades == sorted(shades)
    assert set(shades) == set(range(len(PALETTE)))


def test_a_narrow_scale_drops_the_label_and_a_narrower_one_itself():
    assert scaled(28).plain.split("\n")[0].split() == ["bias", "0.00025891", "█" * 4, "61.483"]
    assert scaled(27).plain.split("\n")[0].split() == ["0.00025891", "█" * 7, "61.483"]
    assert scaled(21).plain.split("\n")[0].split() == ["bias"]


def test_the_scale_has_no_room_where_axes_have_no_names():
    assert "█" not in scaled(60, height=7).plain
    assert "61.483" not in scaled(60, height=7).plain


def test_a_scale_needs_no_label_and_bears_a_wide_one():
    assert scaled(60, label="").plain.split("\n")[0].split()[0] == "0.00025891"
    text = scaled(60, label="损失")
    first = text.plain.split("\n")[0]
    assert first.startswith("损失 ")
    at = first.index("█")
    assert text.get_style_at_offset(Console(), at).color == Color.from_rgb(*PALETTE[0])


@pytest.mark.parametrize(
    ("label_first", "width", "shown"),
    [
        (False, 40, "0.weight[2, 0]"),
        (True, 40, "0.weight[2, 0]"),
        (False, 24, "0.041"),
        (True, 24, "0.weight[2, 0]"),
    ],
)
def test_where_label_and_scale_have_no_room_one_of_them_stays(label_first, width, shown):
    heat = Heat([[1.0]], [(0, 0, 0)], ends=("0.041", "4.3"), label_first=label_first)
    line = scale(heat, "0.weight[2, 0]", width)
    assert shown in line
    assert ("4.3" in line) == (width == 40 or not label_first)
