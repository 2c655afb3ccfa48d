"""The pane of a plot."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.text import Text
from textual.color import Color
from textual.content import Content
from textual.events import Click, Leave, MouseMove
from textual.strip import Strip
from textual.widget import Widget

from gdtui.ui.messages import CursorPointed, EpochSought

if TYPE_CHECKING:
    from gdtui.ui.plots.fit_plots import Plot
    from gdtui.ui.plots.picture import Colour, Sketch
    from gdtui.ui.plots.plotting import Drawing


class PlotPane(Widget, can_focus=True):
    """Shows one plot at the size of the pane, and reports the place of the mouse in it."""

    DEFAULT_CSS = """
    PlotPane {
        color: $text-muted;
        border-subtitle-align: left;
        border-subtitle-color: $text-muted;
    }
    """

    def __init__(self, title: str, *, id: str, has_epochs: bool = True, across: str = "") -> None:
        """``has_epochs`` tells whether a place in the plot belongs to an epoch. ``across`` names
        the horizontal axis; it stands below the plot while nothing else does."""
        super().__init__(id=id)
        self._has_epochs = has_epochs
        self._across = across
        self.border_title = self._title = title
        self.redraws = 0
        self._picture: Sketch | None = None
        self._reason = ""
        self._drawn: tuple[object, Drawing | None] = (None, None)
        self._strips: tuple[Drawing | None, list[Strip]] = (None, [])
        self._pointed = False

    def show(self, title: Content, picture: Sketch, said: str = "") -> None:
        """Show another plot; it is drawn only if it differs from the present one. ``said`` is the
        text below it."""
        # The first screen has no plot, and must not wait for the import of plotext.
        from gdtui.ui.plots.picture import NOTHING

        reason = said if picture.key == NOTHING.key else ""
        self.border_title = title
        self.border_subtitle = Content("" if reason else said or self._across)
        same = self._picture is not None and self._picture.key == picture.key
        if same and reason == self._reason:
            return
        self._picture, self._reason = picture, reason
        self._drawn = (None, None)
        self.refresh()

    def clear(self) -> None:
        """Clear the pane: its plot belongs to an earlier run."""
        self.border_title, self.border_subtitle = self._title, ""
        self._picture, self._reason = None, ""
        self._drawn = (None, None)
        self.refresh()

    def prepare(self) -> None:
        """Draw the plot now instead of at the next refresh: the caller lets the run continue right
        afterwards."""
        if self.size:
            self._lines_of(self.drawing)

    def render(self) -> Text:
        drawing = self.drawing
        return drawing.text if drawing else Text()

    def render_line(self, y: int) -> Strip:
        # Built directly from the drawn text: the layout that Textual applies to the result of
        # render() takes as long as the drawing.
        if self._reason:
            return self._reason_line(y)
        strips = self._lines_of(self.drawing)
        return strips[y] if y < len(strips) else Strip.blank(self.size.width, self.rich_style)

    def _lines_of(self, drawing: Drawing | None) -> list[Strip]:
        if self._strips[0] is not drawing:
            lines: Iterable[list[Segment]] = ()
            if drawing is not None:
                text = drawing.text.copy()
                text.style = self.rich_style
                lines = Segment.split_lines(text.render(self.app.console))
            self._strips = (drawing, [Strip(each) for each in lines])
        return self._strips[1]

    def _reason_line(self, y: int) -> Strip:
        """The reason for a missing plot, in the middle of the pane."""
        width, height = self.size
        lines = textwrap.wrap(self._reason, max(10, width - 2))
        place = y - (height - len(lines)) // 2
        text = lines[place].center(width) if 0 <= place < len(lines) else ""
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(width, self.rich_style)

    @property
    def drawing(self) -> Drawing | None:
        """The drawing for the present size and theme; None before the first plot."""
        if self._picture is None or self._reason:
            return None
        # Importing plotext takes a third of the time of the first screen.
        from gdtui.ui.plots.plotting import draw

        key = (self.size, self.app.theme)
        if self._drawn[0] != key:
            self._drawn = (key, draw(self._picture(self.colour), *self.size))
            self.redraws += 1
        return self._drawn[1]

    def labelled(self, plot: Plot) -> Plot:
        """A plot with the text that this pane would show below it."""
        title, picture, said = plot
        return title, picture, said or self._across

    @property
    def text_to_copy(self) -> str:
        """The title: what is drawn, with its present value."""
        return " ".join(Content.from_markup(self.border_title or "").plain.split())

    def colour(self, name: str) -> Colour:
        """A colour of the theme by its name, as for a picture."""
        variables = self.app.theme_variables
        plain = Color.parse(variables["foreground"])
        ground = Color.parse(variables["background"])
        if name == "faint":
            return plain.blend(ground, 0.5).rgb
        if name.startswith("dim "):
            return Color.parse(variables[name.removeprefix("dim ")]).blend(ground, 0.35).rgb
        return Color.parse(variables[name]).rgb

    # The cursor -----------------------------------------------------------------------

    def on_mouse_move(self, event: MouseMove) -> None:
        self._point_at(event)

    def on_click(self, event: Click) -> None:
        self._point_at(event)
        if event.chain == 2:
            self.post_message(EpochSought(None))

    def on_leave(self, _: Leave) -> None:
        if self._pointed:
            self._pointed = False
            self.post_message(CursorPointed(self.id or "", None, None))

    def _point_at(self, event: MouseMove | Click) -> None:
        offset = event.get_content_offset(self)
        drawing = self.drawing
        if offset is None or drawing is None or not self._has_epochs:
            return
        x = drawing.x_at(offset.x)
        if x is not None:
            self._pointed = True
            self.post_message(CursorPointed(self.id or "", x, drawing.y_at(offset.y)))
