"""The layouts: which panes are visible at which size of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SMALLEST = (40, 12)
"""The smallest size, in columns and rows, with room for a pane."""

COLUMNS = {
    "left": ("lesson", "settings"),
    "middle": ("code", "details"),
    "right": ("loss", "parameters"),
    "corner": ("view",),
}
"""The panes of each column. The corner is below the left one where all panes are in sight."""

PLOTS = COLUMNS["right"] + COLUMNS["corner"]
"""The panes with plots."""

LESSON = "Lesson"
"""The page of a lesson."""

PLACES = {
    "code": "code",
    "numbers": "details",
    "variables": "details",
    "graph": "details",
    "transcript": "details",
    "loss": "loss",
    "parameters": "parameters",
    "fit": "view",
    "landscape": "view",
    "metrics": "view",
    "settings": "settings",
}
"""The pane of each thing that a lesson can point at."""

_ALL = tuple(pane for panes in COLUMNS.values() for pane in panes if pane != "lesson")


@dataclass(frozen=True)
class Layout:
    """An arrangement of panes.

    Attributes:
        name: what the style sheet calls it.
        pages: the panes of each page; one page without a name if all are visible.
    """

    name: str
    pages: dict[str, tuple[str, ...]]

    def panes(self, page: str) -> tuple[str, ...]:
        """The panes of a page; those of the first page if there is no such page."""
        return self.pages.get(page, next(iter(self.pages.values())))


WIDE = Layout("wide", {"": _ALL})
MEDIUM = Layout(
    "medium",
    {
        "Run": ("code", "details", "loss", "parameters"),
        "Views": ("code", "details", "view"),
        "Settings": ("settings", "loss", "parameters", "view"),
    },
)
NARROW = Layout(
    "narrow",
    {
        "Code": ("code", "details"),
        "Details": ("details",),
        "Plots": ("loss", "parameters"),
        "Views": ("view",),
        "Settings": ("settings",),
    },
)
SMALL = Layout(
    "small",
    {
        "Code": ("code",),
        "Detail": ("details",),
        "Loss": ("loss",),
        "Param": ("parameters",),
        "View": ("view",),
        "Set": ("settings",),
    },
)
NONE = Layout("none", {"": ()})

_BESIDE = {"wide": 4, "medium": 3, "narrow": 2, "small": 0}
"""How many panes there is room for beside a lesson."""


def layout_for(width: int, height: int) -> Layout:
    """The layout for a terminal of so many columns and rows."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return NONE
    if width >= 120 and height >= 36:
        return WIDE
    if width >= 100 and height >= 28:
        return MEDIUM
    if width >= 64 and height >= 18:
        return NARROW
    return SMALL


def with_lesson(layout: Layout, look: Sequence[str], *, only: bool) -> Layout:
    """The layout with a page for a lesson before the others.

    That page has the lesson and the panes it points at, as far as there is room. It also has the
    code, unless ``only`` those panes are wanted.
    """
    if layout is NONE:
        return NONE
    places = [PLACES[each] for each in look if each in PLACES]
    room = _BESIDE[layout.name]
    # The plots are side by side, the rest one below the other.
    rows = ("details" in places) + any(each in PLOTS for each in places)
    most = 3 if layout is WIDE else 2
    if not only and "code" not in places and rows < most and len(places) < room:
        places.insert(0, "code")
    panes = tuple(dict.fromkeys(("lesson", *places[:room])))
    others = {name or "All": panes for name, panes in layout.pages.items()}
    return Layout(layout.name, {LESSON: panes, **others})
