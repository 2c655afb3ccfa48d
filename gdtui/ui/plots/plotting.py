"""Pictures as text. The only module that imports plotext.

plotext 6 ends the whole process on a NaN, raises on an infinity, and freezes on a value far
outside an axis. So it never sees the numbers of a run: everything arrives there thinned,
finite, and as fractions of the picture between 0 and 1.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotext
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from gdtui.ui.plots.axes import Axis
from gdtui.ui.plots.heatmap import scale, warm
from gdtui.ui.plots.picture import Picture
from gdtui.ui.plots.scene import Part, Scene

_SMALLEST = (12, 4)
"""The columns and rows below which axes would leave no room for the curves."""

_ROWS_WITH_LABELS = 8

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


def draw(picture: Picture, width: int, height: int) -> Drawing:
    """The picture as ``height`` lines of ``width`` characters each.

    Any size from 0 on is allowed; in a small one, axes and labels are left out first.
    """
    ticks = max(2, min(6, height // 3))
    scene = Scene(picture, ticks)
    if not width or not height:
        return Drawing(Text("\n" * (height - 1)), scene.across, scene.up, 0, 0, 0, 0)
    with _lock:
        figure = _blank_figure(width, height)
        left, top, columns, rows = _put_frame(figure, picture, scene, ticks, width, height)
        for part in scene.parts(columns, rows) if columns and rows else ():
            _put(figure, part)
        text = Text.from_ansi(figure.build().string().removesuffix("\n"))
    if picture.heat is not None:
        warm(text, picture.heat, left, top, columns, rows)
    return Drawing(text, scene.across, scene.up, left, top, columns, rows)


# plotext ------------------------------------------------------------------------------


def _blank_figure(width: int, height: int) -> Any:
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.canvas("default")
    figure.plot_size(width, height)
    figure.ruler("x", "lower").lim(0.0, 1.0)
    figure.ruler("y", "left").lim(0.0, 1.0)
    return figure


def _put_frame(
    figure: Any, picture: Picture, scene: Scene, ticks: int, width: int, height: int
) -> tuple[int, int, int, int]:
    """Draw the axes with their ticks and labels. Returns left, top, columns and rows, as in
    ``Drawing``."""
    if width < _SMALLEST[0] or height < _SMALLEST[1]:
        figure.axes(False)
        figure.ruler("both", "both").ticks([])
        return 0, 0, width, height
    across, up = scene.across, scene.up
    marks = up.ticks(ticks)
    names = [each.rjust(picture.label_width) for each in up.names(marks)]
    figure.axes(False, side=1)
    figure.ruler("y", "left").ticks(up.place(np.array(marks)).tolist(), names)
    widest = max(map(len, names))
    room = width - widest - 2
    marks = _x_marks(across, max(1, min(6, room // 10)))
    figure.ruler("x", "lower").ticks(across.place(np.array(marks)).tolist(), across.names(marks))
    x_label = y_label = ""
    if height >= _ROWS_WITH_LABELS and room > 0:
        x_label, y_label = (_cut(each, room) for each in (picture.x_label, picture.y_label))
        y_label = y_label if picture.heat is None else scale(picture.heat, y_label, width)
    figure.label(x_label or None, "x", "lower")
    figure.title(y_label or None)
    # plotext gives an axis one column or row, ticks as much as they need, if there is room for
    # them at all, and each label a row.
    left = 1 + (widest if widest < width else 0)
    return left, bool(y_label), width - left, height - bool(y_label) - 2 - bool(x_label)


def _x_marks(across: Axis, count: int) -> list[float]:
    """The ticks of the horizontal axis."""
    length = across.high - across.low
    # Epochs are whole numbers, and readers look for the first one.
    whole = length >= 1 and across.low.is_integer() and across.high.is_integer()
    marks = across.ticks(count, whole=whole)
    if not marks or (whole and marks[0] - across.low > length / count / 2):
        marks.insert(0, across.low)
    return marks


def _cut(label: str, room: int) -> str:
    """A label of one line, with no more columns than there is room for."""
    label = " ".join(label.split())
    return label if cell_len(label) <= room else set_cell_size(label, room).rstrip()


def _put(figure: Any, part: Part) -> None:
    if not len(part.x):
        return
    pixel = plotext.pixel(part.colour) if part.colour else plotext.pixel()
    marker = plotext.marker(part.symbol, pixel)
    signal = figure.signal(part.x.tolist(), part.y.tolist(), marker=marker)
    if part.joins.any():
        signal.lines().density("full")
        for alone in np.flatnonzero(~part.joins).tolist():
            signal.line(alone, False)
    figure.draw(signal)
