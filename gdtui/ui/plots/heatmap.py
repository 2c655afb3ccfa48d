"""The background of a picture: values as colours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

import numpy as np
from rich.color import Color
from rich.style import Style
from rich.text import Span, Text

from gdtui.ui.plots.axes import IntArray, middles, scaled
from gdtui.ui.plots.picture import Colour, Heat

_LEAST_CONTRAST = 2.0
"""The contrast of a colour with its background, from 1 to 21 as the WCAG define it."""


def bands(heat: Heat, columns: int, rows: int) -> IntArray:
    """The number of the colour of each cell, shape (rows, columns), the lowest row first; -1
    for none."""
    shape = np.shape(heat.values)
    values = scaled(heat.values).reshape(shape)
    finite = np.isfinite(values)
    if not finite.any():
        return np.full((rows, columns), -1)
    low, high = values[finite].min(), values[finite].max()
    share = (values - low) / (high - low) if high > low else np.zeros(shape)
    count = len(heat.colours)
    number = np.where(finite, np.minimum(share * count, count - 1), -1).astype(np.intp)
    return number[np.ix_(_nearest(shape[0], rows), _nearest(shape[1], columns))]


def warm(text: Text, heat: Heat, left: int, top: int, columns: int, rows: int) -> None:
    """Give the cells of a plot area their backgrounds. Characters without a colour, or with too
    little contrast, become black or white."""
    number = np.full(len(text), -1)
    starts = [0, *accumulate(len(line) + 1 for line in text.plain.split("\n"))]
    for row, each in enumerate(bands(heat, columns, rows)[::-1], start=top):
        number[starts[row] + left : starts[row] + left + columns] = each
    styles = [Style(color=_plain_on(each), bgcolor=Color.from_rgb(*each)) for each in heat.colours]
    below = [Span(start, stop, styles[each]) for start, stop, each in _runs(number, 0)]
    above = []
    faint: dict[Colour, list[bool]] = {}
    for start, stop, style in text.spans:
        own = style.color.triplet if isinstance(style, Style) and style.color else None
        if own is None:
            continue
        if own not in faint:
            faint[own] = [_contrast(own, each) < _LEAST_CONTRAST for each in heat.colours]
        if any(faint[own]):
            above += [
                Span(run, end, styles[each])
                for run, end, each in _runs(number[start:stop], start)
                if faint[own][each]
            ]
    text.spans = [*below, *text.spans, *above]


def _runs(number: IntArray, first: int) -> Iterator[tuple[int, int, int]]:
    """Start, stop and value of the runs of equal numbers other than -1."""
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(number)]
    for start, stop in pairwise(edges):
        if start < stop and number[start] >= 0:
            yield first + start, first + stop, int(number[start])


def _nearest(count: int, cells: int) -> IntArray:
    """The index of the value nearest to the middle of each cell, for values spread evenly over an
    axis."""
    return np.floor(middles(np.arange(cells), cells) * (count - 1) + 0.5).astype(np.intp)


def _plain_on(colour: Colour) -> Color:
    """Black or white, whichever has more contrast with a colour."""
    black, white = (0, 0, 0), (255, 255, 255)
    plain = black if _contrast(black, colour) > _contrast(white, colour) else white
    return Color.from_rgb(*plain)


def _contrast(colour: Colour, other: Colour) -> float:
    dark, bright = sorted([_luminance(colour), _luminance(other)])
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
