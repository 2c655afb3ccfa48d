"""A picture as data: curves, marks, levels and axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy.typing as npt

Colour = tuple[int, int, int]

Palette = Callable[[str], Colour]
"""Returns a theme's colour by its name."""


MOST_CURVES = 12
"""The most elements of parameters that get a curve each. More would be a tangle."""


class CurveChoice(NamedTuple):
    """A parameter that may have a curve: its name, its shape and its norm in words, and whether
    its curve is drawn now."""

    name: str
    text: str
    is_drawn: bool


@dataclass(frozen=True, eq=False)
class Curve:
    """Points to be joined by a line: ``x`` and ``y`` of the same shape (points,). A dashed line
    shows its dashes at any slope."""

    x: npt.ArrayLike
    y: npt.ArrayLike
    colour: Colour | None = None
    dashed: bool = False


BEAD = "⠶"
"""The symbol of a mark of four braille dots."""


@dataclass(frozen=True, eq=False)
class Points:
    """Separate marks, never joined: ``x`` and ``y`` of the same shape (points,). ``symbol`` is one
    character, one column wide. A cell holds one mark at most, but several of ``BEAD``, which are
    nearer to their places than the middle of a cell."""

    x: npt.ArrayLike
    y: npt.ArrayLike
    symbol: str = "●"
    colour: Colour | None = None


@dataclass(frozen=True)
class Stem:
    """A thin vertical line at ``x`` between two values, in either order."""

    x: float
    low: float
    high: float
    colour: Colour | None = None


@dataclass(frozen=True)
class Level:
    """A dashed horizontal line."""

    y: float
    colour: Colour | None = None


@dataclass(frozen=True, eq=False)
class Heat:
    """Values as the colour of the background.

    Attributes:
        values: shape (rows, columns), at least one; the first row is the lowest. They are spread
            evenly over the whole of both axes, the first and the last of them at their ends, and
            change evenly between. What is not finite has no background.
        colours: bands of equal height, from the smallest finite value to the largest.
        levels: finite values in ascending order; a line goes through all places of each.
        ends: what the smallest and the largest value are called. They stand above the picture,
            with the colours between them; empty for neither.
        label_first: whether the label of the vertical axis, which stands there too, stays where
            there is no room for both.
    """

    values: npt.ArrayLike
    colours: Sequence[Colour]
    levels: Sequence[float] = ()
    ends: tuple[str, str] | tuple[()] = ()
    label_first: bool = False


@dataclass(frozen=True, eq=False)
class Picture:
    """What to draw. What comes first lies lowest: heat, levels, stems, marker, cursor, dashed
    curves, curves, points; of the same kind the later ones lie on top. What is not finite is left
    out. What lies beyond the limits stays at the edge, except points, which are left out.

    Attributes:
        curves, points, stems, levels, heat: the parts. What stands on the heat without a colour,
            or with one that can hardly be told from it, is black or white.
        marker: where a dotted vertical line stands; None for none.
        cursor: where a solid one stands, and its colour.
        x_limits, y_limits: the ends of the axes; None, or what is no stretch of finite numbers
            (on a logarithmic axis: above 0), to fit what is drawn.
        x_label, y_label: what the axes show.
        log: whether the vertical axis is logarithmic; values up to 0 are then left out.
        x_log: whether the horizontal one is, likewise.
        round_ends: whether the vertical axis, where it fits what is drawn, goes on to round
            numbers, so that both of its ends have a label.
        label_width: the least columns for the labels of the vertical axis. Two pictures below one
            another have their horizontal axes at the same place by it.
    """

    curves: Sequence[Curve] = ()
    levels: Sequence[Level] = ()
    marker: float | None = None
    x_limits: tuple[float, float] | None = None
    x_label: str = ""
    y_label: str = ""
    log: bool = False
    points: Sequence[Points] = ()
    stems: Sequence[Stem] = ()
    heat: Heat | None = None
    y_limits: tuple[float, float] | None = None
    cursor: float | None = None
    cursor_colour: Colour | None = None
    round_ends: bool = False
    label_width: int = 0
    x_log: bool = False


@dataclass(frozen=True, eq=False)
class Sketch:
    """A picture that is made when it is needed, with the colours of the theme.

    Attributes:
        key: equal for two sketches of the same picture, so that it need not be drawn again.
        make: makes it.
    """

    key: object
    make: Callable[[Palette], Picture]

    def __call__(self, palette: Palette) -> Picture:
        return self.make(palette)


NOTHING = Sketch((), lambda _: Picture())
"""No picture; the pane shows the reason instead."""
