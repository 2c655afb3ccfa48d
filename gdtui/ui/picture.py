"""What is to be drawn: curves, levels and axes, without a way to draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy.typing as npt

Colour = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Curve:
    """Points to be joined by a line: ``x`` and ``y`` of the same shape (points,). Points that
    are not finite are left out."""

    x: npt.ArrayLike
    y: npt.ArrayLike
    colour: Colour | None = None


@dataclass(frozen=True)
class Level:
    """A dashed horizontal line."""

    y: float
    colour: Colour | None = None


@dataclass(frozen=True, eq=False)
class Picture:
    """What to draw.

    Attributes:
        curves: drawn in this order, later ones on top.
        levels: dashed lines, drawn below the curves.
        marker: where a vertical line stands; None for none.
        x_limits: the ends of the horizontal axis; None to fit the curves.
        x_label, y_label: what the axes show.
        log: whether the vertical axis is logarithmic; values up to 0 are then left out.
    """

    curves: Sequence[Curve] = ()
    levels: Sequence[Level] = ()
    marker: float | None = None
    x_limits: tuple[float, float] | None = None
    x_label: str = ""
    y_label: str = ""
    log: bool = False
