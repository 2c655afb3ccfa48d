"""A pane of lines that scrolls."""

from __future__ import annotations

import re
from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from gdtui.engine.printable import clean_line
from gdtui.ui.texts.hits import marked

# Without left and right: they step through the run, here too.
SCROLL_KEYS: list[BindingType] = [
    Binding("up", "scroll_up", "Up", show=False),
    Binding("down", "scroll_down", "Down", show=False),
    Binding("pageup", "page_up", "A page up", show=False),
    Binding("pagedown", "page_down", "A page down", show=False),
    Binding("home", "scroll_home", "Top", show=False),
    Binding("end", "scroll_end", "Bottom", show=False),
    Binding("ctrl+left", "scroll_left", "Left", show=False),
    Binding("ctrl+right", "scroll_right", "Right", show=False),
]

MORE = "▼ more below"
"""The mark at the lower edge of a pane with more text below."""

_USUAL = (80, 24)
"""The columns and rows for which the lines of a hidden pane are made."""

_SLACK = 6
"""The rows or columns by which the virtual size may exceed that of the lines."""

Lines = Callable[[int, int], list[Content]]
"""Makes the lines for so many columns and rows."""


class LinesPane(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines of text, made for its present size. They are made when they are drawn, so a
    hidden pane costs nothing."""

    DEFAULT_CSS = """
    LinesPane { scrollbar-gutter: stable; }
    """

    BINDINGS = SCROLL_KEYS

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = self._title = title
        self._make: Lines | None = None
        self._made: tuple[object, list[Content]] = (None, [])
        self._key: object = None
        self._pattern: re.Pattern[str] | None = None
        self._found: int | None = None

    def show(self, title: str, make: Lines, key: object) -> None:
        """Show other lines, from the top. Does nothing if ``key`` equals that of the present
        lines."""
        if key == self._key:
            return
        self._key, self._make, self._made = key, make, (None, [])
        self.border_title = Content(title)
        if self.scroll_offset.y or self.scroll_offset.x:
            self.scroll_to(0, 0, animate=False, force=True, immediate=True)
        self.refresh()

    @property
    def text_to_copy(self) -> str:
        """The first line in sight that has any text; empty if there is none."""
        texts = (line.plain.strip() for line in self.lines[self.scroll_offset.y :])
        return next(filter(None, texts), "")

    # The search ---------------------------------------------------------------------

    def found_lines(self, pattern: re.Pattern[str]) -> list[int]:
        """The lines in which a pattern is found, counted from 0; of a hidden pane, those that it
        would have at a usual size."""
        lines = self.lines if self._room.width else []
        if not lines and self._make:
            lines = self._make(*_USUAL)
        return [at for at, line in enumerate(lines) if pattern.search(line.plain)]

    @property
    def first_in_sight(self) -> int:
        """The first line in sight, counted from 0."""
        return self.scroll_offset.y

    def show_found(self, pattern: re.Pattern[str] | None, number: int | None) -> None:
        """Mark what a pattern finds, and bring the line with a number among those found into view;
        None for no pattern, or for no line."""
        self._pattern = pattern
        lines = self.found_lines(pattern) if pattern and number is not None else []
        self._found = lines[number] if number is not None and number < len(lines) else None
        if self._found is not None:
            top = max(0, self._found - self.size.height // 2)
            self.scroll_to(y=top, animate=False, force=True)
        self.refresh()

    def clear(self) -> None:
        """Clear the pane: its content belongs to an earlier run."""
        self.show(self._title, lambda width, height: [], None)

    def on_resize(self, _: Resize) -> None:
        self._made = (None, [])
        self.refresh()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        self._tell_of_more()

    def _tell_of_more(self) -> None:
        """Show whether there is more to read below."""
        more = self.scroll_offset.y + self.size.height < len(self._made[1])
        self.border_subtitle = MORE if more else ""

    @property
    def lines(self) -> list[Content]:
        """The lines for the present size."""
        size = self._room
        if self._made[0] != size:
            made = self._make(size.width, size.height) if self._make and size.width else []
            self._made = (size, made)
            if (self.scroll_offset.y + size.height < len(made)) != bool(self.border_subtitle):
                self.call_later(self._tell_of_more)
            extent = self._extent_for(made)
            if extent != self.virtual_size:
                # A new size lays out the screen, which must not happen during drawing.
                self.call_later(self._set_extent, extent)
        return self._made[1]

    @property
    def _room(self) -> Size:
        """The columns without the scroll bar, and all rows: the number of rows must not depend on
        the width of the lines."""
        return Size(self.scrollable_content_region.width, self.size.height)

    def _extent_for(self, lines: list[Content]) -> Size:
        """The virtual size for scrolling. It changes as rarely as possible, because every change
        lays out the whole screen again; an exact size would change with every statement."""
        size, now = self._room, self.virtual_size
        widest = max((line.cell_length for line in lines), default=0)
        width = size.width if widest <= size.width else widest
        height = size.height if len(lines) <= size.height else len(lines)
        if size.width < width <= now.width <= width + _SLACK:
            width = now.width
        if size.height < height <= now.height <= height + _SLACK:
            height = now.height
        return Size(width, height)

    def _set_extent(self, extent: Size) -> None:
        self.virtual_size = extent

    def render_line(self, y: int) -> Strip:
        lines, width = self.lines, self._room.width
        row = y + self.scroll_offset.y
        if row >= len(lines):
            return Strip.blank(self.size.width, self.rich_style)
        line = marked(lines[row], self._pattern, here=row == self._found)
        segments = line.render_segments(self.visual_style)
        strip = Strip(Segment(_clean(each.text), each.style) for each in segments)
        shown = _cut(strip, self.scroll_offset.x, width)
        return shown.extend_cell_length(self.size.width, self.rich_style)


def _cut(strip: Strip, left: int, width: int) -> Strip:
    """The visible part of a line, with an ellipsis in its first or last cell where it is cut: the
    first digits of a cut number would look like a smaller number."""
    length = cell_len(strip.text.rstrip())
    more_before, more_behind = left > 0 and length > 0, length > left + width
    if not (more_before or more_behind) or width < 2:
        return strip.crop(left, left + width)
    mark = Strip([Segment("…", next(iter(strip)).style)])
    inside = strip.crop(left + more_before, left + width - more_behind)
    return Strip.join([mark] * more_before + [inside] + [mark] * more_behind)


def _clean(text: str) -> str:
    """Text without control sequences: a script's names and messages may contain some."""
    return text if text.isprintable() else clean_line(text, 4 * len(text))
