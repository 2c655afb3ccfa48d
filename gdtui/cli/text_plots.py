"""Plots on standard output, drawn by what draws those of the app."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.engine.arrays import FloatArray
    from gdtui.ui.plots.picture import Picture

_WIDEST, _HEIGHT = 100, 16
_SPREAD = 50.0
"""Losses are drawn on a logarithmic scale if the largest is so many times the smallest."""


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


def is_spread(values: FloatArray) -> bool:
    """Whether values are to be drawn on a logarithmic scale: they are positive, and differ by a
    large factor."""
    import numpy as np

    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and finite.max() > _SPREAD * finite.min())


def plot_width() -> int:
    """The columns of a plot: those of the terminal, but no more than can be taken in."""
    return min(shutil.get_terminal_size().columns, _WIDEST)


def drawn(picture: Picture, height: int = _HEIGHT) -> list[str]:
    """A picture as lines of text without colours."""
    from gdtui.ui.plots.plotting import draw

    text = draw(picture, plot_width(), height).text.plain
    return [line.rstrip() for line in text.split("\n")]
