"""Pictures as text. The only module that imports plotext.

plotext 6 ends the whole process on a NaN, raises on an infinity, and freezes on a value far
outside an axis. So it never sees the numbers of a run: everything arrives there thinned,
finite, and as fractions of the picture between 0 and 1. Scales, logarithms and the places of
the ticks are worked out in ``axes``, what is shown of a picture in ``clipping``, and the lines of a
curve in ``polylines``.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotext
from rich.cells import cell_len
from rich.text import Text

from gdtui.engine.arrays import FloatArray
from gdtui.ui.plots.axes import Axis, BoolArray, scaled
from gdtui.ui.plots.clipping import ClippedPicture
from gdtui.ui.plots.heatmap import scale, warm
from gdtui.ui.plots.picture import BEAD, Colour, Curve, Picture
from gdtui.ui.plots.polylines import chained, clipped, dashed, distinct, joined, thinned

_Ticks = tuple[list[float], list[str]]

_SMALLEST = (12, 4)
"""The columns and rows below which axes would leave no room for the curves."""

_ROWS_WITH_LABELS = 8
_LEVEL, _STEM, _MARKER, _CURSOR = "╌", "│", "┊", "┃"
_ENDS = np.array([0.0, 1.0])

# One figure serves all pictures.
_lock = threading.Lock()
plotext.terminal.limit(False, False)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawn picture, and the meaning of its cells. Columns and rows are those of the text,
    counted from 0 at its upper left.

    Attributes:
        text: lines of equal width.
        across, up: the axes, shown or not.
        left, top: the first column and the first row inside the axes.
        columns, rows: how many there are inside the axes. Without axes that is all of the text.
    """

    text: Text
    across: Axis
    up: Axis
    left: int
    top: int
    columns: int
    rows: int

    def x_at(self, column: int) -> float | None:
        """The value in the middle of a column; None outside the axes."""
        cell = column - self.left
        return self.across.middle(cell, self.columns) if 0 <= cell < self.columns else None

    def y_at(self, row: int) -> float | None:
        """The value in the middle of a row; None outside the axes."""
        cell = row - self.top
        return self.up.middle(cell, self.rows) if 0 <= cell < self.rows else None

    def column_of(self, x: float) -> int | None:
        """The column where a value is drawn; None if it is not on the axis."""
        at = scaled(x)
        if not self.columns or not self.across.holds(at).all():
            return None
        return self.left + int(self.across.cells(at, self.columns)[0])


def draw(picture: Picture, width: int, height: int) -> Drawing:
    """The picture as ``height`` lines of ``width`` characters each.

    Any size is allowed; in a small one, axes and labels are left out first.

    Raises:
        ValueError: the width or the height is negative, ``x`` and ``y`` of a curve or of points
            differ in shape, a symbol is not one character of one column, or a heat has no
            colours or values that are not in rows and columns.
    """
    if width < 0 or height < 0:
        raise ValueError(f"size {width}x{height} is not allowed; both must be 0 or more")
    visible = ClippedPicture.of(picture)
    if picture.round_ends and not visible.boxed:
        visible = replace(visible, up=visible.up.rounded(_y_ticks(height)))
    if not width or not height:
        nothing = Text("\n".join([""] * height))
        return Drawing(nothing, visible.across, visible.up, 0, 0, 0, 0)
    frame = _Borders.of(picture, visible, width, height)
    with _lock:
        figure = _blank_figure(width, height)
        _put_frame(figure, frame)
        if frame.columns and frame.rows:
            _put_visible(figure, picture, visible, frame)
        drawn = figure.build().string().removesuffix("\n")
    text = _fitted(Text.from_ansi(drawn), width, height)
    if picture.heat is not None:
        warm(text, picture.heat, frame.left, frame.top, frame.columns, frame.rows)
    return Drawing(
        text, visible.across, visible.up, frame.left, frame.top, frame.columns, frame.rows
    )


def _y_ticks(height: int) -> int:
    """About how many ticks an upright axis has."""
    return max(2, min(6, height // 3))


@dataclass(frozen=True, eq=False)
class _Borders:
    """What stands around the curves, and where: left, top, columns and rows as in ``Drawing``.

    Attributes:
        width, height: of the whole picture.
        x_ticks, y_ticks: fractions of the axes and what stands there; None for no axes.
    """

    width: int
    height: int
    left: int
    top: int
    columns: int
    rows: int
    x_ticks: _Ticks | None = None
    y_ticks: _Ticks | None = None
    x_label: str = ""
    y_label: str = ""

    @classmethod
    def of(cls, picture: Picture, visible: ClippedPicture, width: int, height: int) -> _Borders:
        if width < _SMALLEST[0] or height < _SMALLEST[1]:
            return cls(width, height, 0, 0, width, height)
        across, up = visible.across, visible.up
        marks = up.ticks(_y_ticks(height))
        names = [each.rjust(picture.label_width) for each in up.names(marks)]
        y_ticks = list(up.place(np.array(marks))), names
        widest = max(map(len, y_ticks[1]), default=0)
        margin = widest + 2
        columns = max(1, min(6, (width - margin) // 10))
        # Epochs are whole numbers, and readers look for the first one.
        length = across.high - across.low
        whole = length >= 1 and across.low.is_integer() and across.high.is_integer()
        marks = across.ticks(columns, whole=whole)
        if not marks or (whole and marks[0] - across.low > length / columns / 2):
            marks.insert(0, across.low)
        x_ticks = list(across.place(np.array(marks))), across.names(marks)
        room = max(0, width - margin) if height >= _ROWS_WITH_LABELS else 0
        x_label, y_label = picture.x_label[:room], picture.y_label[:room]
        if picture.heat is not None and room:
            y_label = scale(picture.heat, y_label, width)
        # plotext gives an axis one column or row, labels as much as they need, if there is room
        # for them at all, and the axis labels a row each unless they are blank.
        left = 1 + (widest if widest < width else 0)
        top = 1 if y_label.strip(" ") else 0
        rows = height - top - 2 - (1 if x_label.strip(" ") else 0)
        return cls(width, height, left, top, width - left, rows, x_ticks, y_ticks, x_label, y_label)


# plotext ------------------------------------------------------------------------------


def _blank_figure(width: int, height: int) -> Any:
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.canvas("default")
    figure.plot_size(width, height)
    return figure


def _put_frame(figure: Any, frame: _Borders) -> None:
    if frame.x_ticks is None or frame.y_ticks is None:
        figure.axes(False)
        figure.ruler("both", "both").ticks([])
    else:
        figure.axes(False, side=1)
        figure.ruler("x", "lower").ticks(*frame.x_ticks)
        figure.ruler("y", "left").ticks(*frame.y_ticks)
        if frame.x_label:
            figure.label(frame.x_label, "x", "lower")
        if frame.y_label:
            figure.title(frame.y_label)
    figure.ruler("x", "lower").lim(0.0, 1.0)
    figure.ruler("y", "left").lim(0.0, 1.0)


def _put_visible(figure: Any, picture: Picture, visible: ClippedPicture, frame: _Borders) -> None:
    across, up = visible.across, visible.up
    for level, y in visible.levels:
        _put(figure, _ENDS, np.repeat(up.place(y), 2), _LEVEL, level.colour)
    for stem, ends in visible.stems:
        x = across.shares(across.cells(ends[:1], frame.columns), frame.columns)
        y = up.shares(up.cells(ends[1:], frame.rows), frame.rows)
        _put(figure, np.repeat(x, 2), y, _STEM, stem.colour)
    for at, symbol, colour in (
        (picture.marker, _MARKER, None),
        (picture.cursor, _CURSOR, picture.cursor_colour),
    ):
        if at is not None and math.isfinite(at):
            x = across.shares(across.cells(scaled(at), frame.columns), frame.columns)
            _put(figure, np.repeat(x, 2), _ENDS, symbol, colour)
    for curve, x, y in sorted(visible.curves, key=lambda each: not each[0].dashed):
        x, y, joins = chained(_lines(curve, x, y, visible, frame))
        _put(figure, x, y, "braille", curve.colour, joins)
    for each, x, y in visible.points:
        if each.symbol == BEAD:
            x, y = _beads(across.place(x), up.place(y), frame)
            _put(figure, x, y, "braille", each.colour, np.zeros(len(x), dtype=np.bool_))
            continue
        cells = np.stack([across.cells(x, frame.columns), up.cells(y, frame.rows)])
        column, row = np.unique(cells, axis=1)
        x, y = across.shares(column, frame.columns), up.shares(row, frame.rows)
        _put(figure, x, y, each.symbol, each.colour, np.zeros(len(x), dtype=np.bool_))


def _beads(x: FloatArray, y: FloatArray, frame: _Borders) -> tuple[FloatArray, FloatArray]:
    """The four dots around each point, as fractions of the axes."""
    dots = 2.0 * max(1, frame.columns - 1), 4.0 * max(1, frame.rows - 1)
    corners = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    # A whole number of dots is the edge between two.
    places = (np.stack([x, y], axis=1) * dots).round()[:, np.newaxis] + corners
    x, y = np.clip(np.unique(places.reshape(-1, 2), axis=0) / dots, 0.0, 1.0).T
    return x, y


def _lines(
    curve: Curve, x: FloatArray, y: FloatArray, visible: ClippedPicture, frame: _Borders
) -> FloatArray:
    """A curve as lines between fractions of the axes."""
    across, up = visible.across, visible.up
    # Only a curve whose x never decreases can be thinned by columns.
    turns = bool((np.diff(x) < 0).any())
    if turns:
        lines = joined(x, y)
    else:
        if visible.boxed:
            # Beyond each end, only the nearest point affects the visible part.
            first = max(0, int(np.searchsorted(x, across.low)) - 1)
            stop = int(np.searchsorted(x, across.high, "right")) + 1
            x, y = x[first:stop], y[first:stop]
        columns = np.minimum((across.place(x) * frame.width).astype(np.intp), frame.width - 1)
        lines = thinned(x, y, columns, frame.width)
    if visible.boxed:
        low, high = np.array([across.low, up.low]), np.array([across.high, up.high])
        lines = clipped(lines, low, high)
    lines = np.stack([across.place(lines[..., 0]), up.place(lines[..., 1])], axis=-1)
    if turns:
        lines = distinct(lines, frame.columns, frame.rows)
    return dashed(lines, frame.columns, frame.rows) if curve.dashed else lines


def _put(
    figure: Any,
    x: FloatArray,
    y: FloatArray,
    symbol: str,
    colour: Colour | None,
    joins: BoolArray | None = None,
) -> None:
    """Draw points, as fractions of shape (points,), each joined to the previous one; with
    ``joins``, only where it is true."""
    if not len(x):
        return
    marker = plotext.marker(symbol, plotext.pixel(colour) if colour else plotext.pixel())
    signal = figure.signal(x.tolist(), y.tolist(), marker=marker)
    if joins is None or joins.any():
        signal.lines().density("full")
        for alone in [] if joins is None else np.flatnonzero(~joins).tolist():
            signal.line(alone, False)
    figure.draw(signal)


def _fitted(text: Text, width: int, height: int) -> Text:
    """Exactly ``height`` lines of ``width`` characters."""
    widths = [cell_len(line) for line in text.plain.split("\n")]
    if widths == [width] * height:
        return text
    lines = list(text.split("\n", allow_blank=True))[:height]
    lines += [Text("") for _ in range(height - len(lines))]
    for line in lines:
        line.truncate(width, pad=True)
    return Text("\n").join(lines)
