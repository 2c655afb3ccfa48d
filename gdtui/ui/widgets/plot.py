"""The pane of a plot."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.color import Color
from textual.content import Content
from textual.widget import Widget

from gdtui.ui.picture import Colour, Picture

Palette = Callable[[str], Colour]
"""A theme's colour by its name."""


class PlotPane(Widget, can_focus=True):
    """Shows one picture, drawn to its size."""

    DEFAULT_CSS = """
    PlotPane { color: $text-muted; }
    """

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = title
        self.redraws = 0
        self._picture: Callable[[Palette], Picture] | None = None
        self._drawn: tuple[object, Text] = (None, Text())

    def show(self, title: Content, picture: Callable[[Palette], Picture]) -> None:
        """Draw another picture. It is asked for when it is needed, with the theme's colours."""
        self.border_title = title
        self._picture = picture
        self._drawn = (None, Text())
        self.refresh()

    def render(self) -> Text:
        if self._picture is None:
            return Text()
        # plotext takes a third of the time that the first screen has.
        from gdtui.ui.plotting import draw

        key = (self.size, self.app.theme)
        if self._drawn[0] != key:
            self._drawn = (key, draw(self._picture(self._colour), *self.size))
            self.redraws += 1
        return self._drawn[1]

    def _colour(self, name: str) -> Colour:
        variables = self.app.theme_variables
        plain = Color.parse(variables["foreground"])
        if name == "faint":
            return plain.blend(Color.parse(variables["background"]), 0.5).rgb
        return Color.parse(variables[name]).rgb
