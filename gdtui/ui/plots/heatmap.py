"""The background of a picture: values as shades, two in each cell, and lines of equal value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.style import Style
from rich.text import Span, Text
from textual.color import Color as Paint

from gdtui.engine.arrays import FloatArray
from gdtui.ui.plots.axes import scaled
from gdtui.ui.plots.picture import Colour, Heat
from gdtui.ui.themes import VISIBLE, contrast

IntArray = npt.NDArray[np.intp]

HALF = "▀"
"""Its colour is that of the upper half of a cell, its background that of the lower half."""

_DOTS = np.array([[1, 8], [2, 16], [4, 32], [64, 128]])
"""What each dot of a cell adds to the number of its braille character."""

_BRAILLE = np.array([chr(0x2800 + number) for number in range(256)])
_BAR = "█"
_SHORTEST_BAR, _LONGEST_BAR = 4, 16
_BLACK, _WHITE = Paint(0, 0, 0), Paint(255, 255, 255)
_STEPS = 20


def warm(text: Text, heat: Heat, left: int, top: int, columns: int, rows: int) -> None:
    """Give the cells of a plot area their shades and lines. An empty cell has two shades; one with
    a character or a line has the one between them. Characters without a colour, or with too little
    contrast, become black or white."""
    upper, lower = shades(heat, columns, rows)
    lowest, count = np.minimum(upper, lower), len(heat.colours)
    ground = np.where(lowest < 0, np.maximum(upper, lower), (upper + lower) // 2)
    dots = np.where(ground < 0, 0, contours(heat, columns, rows))
    characters = np.array(list(text.plain))
    starts = np.array([0, *accumulate(len(line) + 1 for line in text.plain.split("\n"))])
    places = starts[top : top + rows, np.newaxis] + left + np.arange(columns)
    empty = characters[places] == " "
    lined = empty & (dots > 0)
    halved = empty & ~lined & (lowest >= 0) & (upper != lower)
    characters[places[lined]], characters[places[halved]] = _BRAILLE[dots[lined]], HALF
    # Numbers of styles: of characters on each shade, of lines on each, and of each pair of halves.
    number = np.full(len(text), -1)
    number[places] = np.where(lined, ground + count, ground)
    number[places[halved]] = (upper[halved] + 2) * count + lower[halved]
    if heat.ends and top:
        bar = np.flatnonzero(characters[: starts[1]] == _BAR)
        number[bar] = (np.linspace(2, count + 1, len(bar)).astype(np.intp)) * count
    styles = _styles_of(tuple(heat.colours))
    below = [Span(start, stop, styles[each]) for start, stop, each in _runs(number, 0)]
    above = []
    for start, stop, style in text.spans:
        own = style.color.triplet if isinstance(style, Style) and style.color else None
        if own is not None:
            faint = styles.faint(own)
            above += [
                Span(run, end, styles[each])
                for run, end, each in _runs(number[start:stop], start)
                if each < count and faint[each]
            ]
    text.plain = "".join(characters.tolist())
    text.spans = [*below, *text.spans, *above]


def scale(heat: Heat, label: str, width: int) -> str:
    """A line of so many columns with a label on the left and on the right the scale: the names of
    the smallest and the largest value, and a bar between them, which ``warm`` colours. The label
    alone if there are no names or no room; without room for both the scale alone, unless the heat
    puts the label first."""
    if not heat.ends:
        return label
    low, high = heat.ends
    for name in (label,) if heat.label_first and label else (label, ""):
        free = width - cell_len(f"{name}  {low}  {high}")
        if free >= _SHORTEST_BAR:
            right = f"{low} {_BAR * min(free, _LONGEST_BAR)} {high}"
            return name + " " * (width - cell_len(name) - cell_len(right)) + right
    return label


def shades(heat: Heat, columns: int, rows: int) -> tuple[IntArray, IntArray]:
    """The numbers of the colours in the upper and in the lower half of each cell, both of shape
    (rows, columns), the highest row first; -1 for none."""
    values, count = _shares(heat)[0], len(heat.colours)
    values = _spread(values, columns, rows, (1, 2))
    found = np.where(np.isfinite(values), np.minimum(values * count, count - 1), -1)
    halves = found.astype(np.intp)
    return halves[::2], halves[1::2]


def contours(heat: Heat, columns: int, rows: int) -> IntArray:
    """The numbers of the braille characters that show the lines of a heat, shape (rows, columns),
    the highest row first. A dot is on a line if the value of the dot to its right or below it lies
    beyond a level."""
    if not len(heat.levels):
        return np.zeros((rows, columns), dtype=np.intp)
    values, levels = _shares(heat)
    values = _spread(values, columns, rows, _DOTS.shape[::-1])
    side = np.where(np.isfinite(values), np.digitize(values, levels), -1)
    edge = np.zeros(side.shape, dtype=np.bool_)
    for here, there, part in (
        (side[:-1], side[1:], edge[:-1]),
        (side[:, :-1], side[:, 1:], edge[:, :-1]),
    ):
        part |= (here != there) & (here >= 0) & (there >= 0)
    down, across = _DOTS.shape
    parts = edge.reshape(rows, down, columns, across)
    numbers: IntArray = (parts * _DOTS[:, np.newaxis]).sum(axis=(1, 3), dtype=np.intp)
    return numbers


def _shares(heat: Heat) -> tuple[FloatArray, FloatArray]:
    """The values and the levels as fractions of the way from the smallest value to the largest; NaN
    for values that are not finite."""
    values = scaled(heat.values).reshape(np.shape(heat.values))
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    size = high - low if high > low else 1.0
    with np.errstate(over="ignore"):  # a level may lie far beyond values that hardly differ
        return (values - low) / size, (scaled(heat.levels) - low) / size


def _spread(values: FloatArray, columns: int, rows: int, parts: tuple[int, int]) -> FloatArray:
    """Values at the middles of the parts of cells, so many across and so many down, the highest
    first. Between values they change evenly."""
    if not values.size:
        return np.full((rows * parts[1], columns * parts[0]), np.nan)
    for axis, cells, each in ((0, rows, parts[1]), (1, columns, parts[0])):
        # The ends of an axis are in the middles of its outermost cells.
        cell = (np.arange(cells * each) + 0.5) / each - 0.5
        share = np.clip(cell / (cells - 1), 0.0, 1.0) if cells > 1 else np.full(each, 0.5)
        place = (1 - share if axis == 0 else share) * (values.shape[axis] - 1)
        first, last = np.floor(place).astype(np.intp), np.ceil(place).astype(np.intp)
        weight = np.expand_dims(place - first, 1 - axis)
        values = values.take(first, axis) * (1 - weight) + values.take(last, axis) * weight
    return values


class _Styles:
    """The styles of cells by their numbers, as ``warm`` counts them. They stay for the next
    drawing: there are hundreds."""

    def __init__(self, colours: tuple[Colour, ...]) -> None:
        self._grounds = [Paint(*each) for each in colours]
        self._known: dict[int, Style] = {}
        self._faint: dict[Colour, list[bool]] = {}

    def __getitem__(self, number: int) -> Style:
        if number not in self._known:
            kind, shade = divmod(number, len(self._grounds))
            ground = self._grounds[shade]
            drawn = self._grounds[kind - 2] if kind > 1 else self._on(ground, is_line=kind == 1)
            self._known[number] = Style(
                color=RichColor.from_rgb(*drawn.rgb), bgcolor=RichColor.from_rgb(*ground.rgb)
            )
        return self._known[number]

    def _on(self, ground: Paint, *, is_line: bool) -> Paint:
        """Black or white, whichever has more contrast with a ground; for a line only as much of it
        as the line needs to be seen."""
        plain = max(_BLACK, _WHITE, key=lambda each: contrast(each, ground))
        mixed = (ground.blend(plain, step / _STEPS) for step in range(_STEPS if is_line else 0))
        return next((each for each in mixed if contrast(each, ground) >= VISIBLE), plain)

    def faint(self, own: Colour) -> list[bool]:
        """On which shades a colour can hardly be seen."""
        if own not in self._faint:
            found = [contrast(Paint(*own), each) < VISIBLE for each in self._grounds]
            self._faint[own] = found
        return self._faint[own]


_styles_of = lru_cache(maxsize=4)(_Styles)


def _runs(number: IntArray, first: int) -> Iterator[tuple[int, int, int]]:
    """Start, stop and value of the runs of equal numbers other than -1."""
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(number)]
    for start, stop in pairwise(edges):
        if start < stop and number[start] >= 0:
            yield first + start, first + stop, int(number[start])
