"""Plots on standard output, drawn by what draws those of the app."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gdtui.experiments.outcome_marks import is_spread

if TYPE_CHECKING:
    from gdtui.engine.arrays import FloatArray
    from gdtui.ui.plots.picture import Colour, Picture

_WIDEST, _HEIGHT = 100, 16
_DOT = "•"
_MOST_STRETCHES = 500
"""The most stretches between gaps that are drawn as curves; of more there are dots."""


def curves_picture(
    x: FloatArray,
    columns: Mapping[str, FloatArray],
    x_label: str,
    *,
    log: bool = False,
    colours: Sequence[Colour] = (),
) -> Picture:
    """Columns over ``x``, each of shape (rows,), as curves with gaps where they are not finite.
    Without colours, several are drawn by their letters, A for the first."""
    import numpy as np

    from gdtui.engine.printable import clean_line
    from gdtui.ui.plots.picture import Curve, Picture, Points

    curves: list[Curve] = []
    points: list[Points] = []
    for place, values in enumerate(columns.values()):
        colour = colours[place] if colours else None
        if len(columns) > 1 and not colours:
            points.append(Points(*_taken(x, values, place, len(columns)), letter_of(place)))
            continue
        # Where nothing is finite the curve is interrupted, not joined.
        there = np.isfinite(values) & ((values > 0) if log else True)
        ends = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]])))
        stretches = ends.reshape(-1, 2)
        if len(stretches) > _MOST_STRETCHES:
            points.append(Points(x[there], values[there], _DOT, colour))
            continue
        curves += [Curve(x[at:end], values[at:end], colour) for at, end in stretches]
    y_label = "" if len(columns) > 1 else clean_line(next(iter(columns)), 60)
    label = f"{y_label}, logarithmic".removeprefix(", ") if log else y_label
    return Picture(
        curves=curves,
        points=points,
        log=log,
        x_label=x_label,
        y_label="" if colours else label,
        round_ends=True,
    )


def letter_of(place: int) -> str:
    """The letter of a curve, by its place from 0."""
    return chr(ord("A") + place % 26)


def _taken(
    x: FloatArray, values: FloatArray, place: int, count: int
) -> tuple[FloatArray, FloatArray]:
    """The points of one of ``count`` columns that get its letter: of many a few, by turns, so that
    columns that lie on one another are all seen."""
    import numpy as np

    step = max(1.0, len(x) * count / plot_width())
    rows = np.arange(place * step / count, len(x), step).astype(int)
    rows = np.unique(np.append(rows, len(x) - 1))
    return x[rows], values[rows]


def losses_plot(losses: Mapping[str, FloatArray]) -> list[str]:
    """The losses of runs over their epochs as lines of text, each drawn by its letter; nothing
    where there are none. Where several lie on one another their letters take turns."""
    import numpy as np

    from gdtui.ui.plots.picture import Picture, Points

    longest = max(map(len, losses.values()), default=0)
    if not any(np.isfinite(each).any() for each in losses.values()):
        return []
    # One letter in a few columns is enough, and leaves room for the other runs.
    column = longest / plot_width()
    step = max(1.0, column * len(losses))
    points = []
    for number, (label, values) in enumerate(losses.items()):
        turn = number * column
        places = np.arange(1, len(values) + 1, step) + (turn if step > 1 else 0)
        epochs = np.unique(np.append(np.round(places), len(values))).astype(int)
        epochs = epochs[(epochs >= 1) & (epochs <= len(values))]
        # Where each epoch is drawn, they stand side by side.
        points.append(Points(epochs + (0 if step > 1 else turn), values[epochs - 1], label))
    log = is_spread(np.concatenate(list(losses.values())))
    label = "loss, logarithmic" if log else "loss"
    return drawn(Picture(points=points, log=log, x_label="epoch", y_label=label, round_ends=True))


def plot_width() -> int:
    """The columns of a plot: those of the terminal, but no more than can be taken in."""
    return min(shutil.get_terminal_size().columns, _WIDEST)


def drawn(picture: Picture, height: int = _HEIGHT) -> list[str]:
    """A picture as lines of text without colours."""
    from gdtui.ui.plots.plotting import draw

    text = draw(picture, plot_width(), height).text.plain
    return [line.rstrip() for line in text.split("\n")]
