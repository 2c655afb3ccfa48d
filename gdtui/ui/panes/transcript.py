"""The script's standard output and standard error."""

from __future__ import annotations

import re
from typing import Any

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from gdtui.engine.printable import clean_line
from gdtui.engine.record.transcript import Line, Transcript
from gdtui.ui.texts.hits import marked_segments

# Marks a line of standard error: colour alone is not enough.
_MARK = "!"

MOST_SEARCHED = 100_000
"""The most lines that are searched, of more the last ones: the next key waits for it."""


class TranscriptPane(ScrollView, can_focus=True):
    """The printed lines, each with its epoch. Lines of standard error, such as warnings, have a
    ``!`` before them and their own colour. Lines from after the present moment are grey. The pane
    follows the run unless scrolled back."""

    COMPONENT_CLASSES = {"transcript--epoch", "transcript--error", "transcript--later"}

    DEFAULT_CSS = """
    TranscriptPane {
        overflow-x: hidden;
        scrollbar-gutter: stable;
        & > .transcript--epoch { color: $text-disabled; }
        & > .transcript--error { color: $text-warning; }
        & > .transcript--later { color: $text-disabled; }
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "Transcript"
        self._transcript: Transcript | None = None
        self._epochs = 0
        self._until = 0
        self._count = 0
        self._following = True
        self._own_scroll = False
        self._shown: tuple[int, list[Line]] = (0, [])
        self._pattern: re.Pattern[str] | None = None
        self._found: int | None = None

    def show(
        self,
        transcript: Transcript | None,
        epoch: int,
        epochs: int,
        *,
        over: bool = False,
        playing: bool = False,
    ) -> None:
        """Show the lines up to an epoch, of so many begun. ``over`` means that the run has ended
        there, ``playing`` that it continues."""
        if transcript is not self._transcript:
            self._following = True
        self._transcript, self._epochs = transcript, epochs
        count = transcript.line_count if transcript else 0
        back = transcript is not None and epoch <= epochs and not over
        self._until = transcript.lines_until(epoch) if transcript and back else count
        self._count = count
        self._shown = (0, [])
        # A new size lays out the whole screen, too much for every tick of a playing run. A pane
        # that follows the run is drawn from the end anyway.
        stale = self.virtual_size.height
        if not playing or count < stale or count > stale + stale // 4 + self.size.height:
            self._lay_out()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._own_scroll:
            self._following = self._end_in_sight
            if not self._following:
                self._lay_out()

    def _scroll_to(self, *to: float | None, **options: Any) -> bool:
        # Without animation: new lines would stop an animation at its start.
        return super()._scroll_to(*to, **{**options, "animate": False})

    def on_resize(self) -> None:
        self._shown = (0, [])
        self._lay_out()

    @property
    def text_to_copy(self) -> str:
        """The line that was printed last, or once scrolled back the first in sight; empty if there
        is none."""
        if self._transcript is None:
            return ""
        at = self._until - 1 if self._following else self._top
        return next((line.text for line in self._transcript.lines(at, at + 1)), "")

    # The search ---------------------------------------------------------------------

    def found_lines(self, pattern: re.Pattern[str]) -> list[int]:
        """The lines in which a pattern is found, counted from 0: of the last
        :data:`MOST_SEARCHED`."""
        if self._transcript is None:
            return []
        first = max(0, self._count - MOST_SEARCHED)
        lines = enumerate(self._transcript.lines(first, self._count), first)
        return [at for at, line in lines if pattern.search(line.text)]

    @property
    def first_in_sight(self) -> int:
        """The first line in sight, counted from 0."""
        return self._top

    @property
    def is_searched_whole(self) -> bool:
        """Whether all lines are searched."""
        return self._count <= MOST_SEARCHED

    def show_found(self, pattern: re.Pattern[str] | None, number: int | None) -> None:
        """Mark what a pattern finds, and bring the line with a number among those found into view;
        None for no pattern, or for no line."""
        self._pattern = pattern
        lines = self.found_lines(pattern) if pattern and number is not None else []
        self._found = lines[number] if number is not None and number < len(lines) else None
        if self._found is not None:
            self._following = False
            self._lay_out()
            top = max(0, self._found - self.size.height // 2)
            self._own_scroll = True
            self.scroll_to(y=top, animate=False, force=True, immediate=True)
            self._own_scroll = False
        self.refresh()

    @property
    def _end_in_sight(self) -> bool:
        """Whether the current line is in sight."""
        top = self.scroll_offset.y
        return top < self._until <= top + self.size.height or self.is_vertical_scroll_end

    @property
    def _top(self) -> int:
        """The first line in sight: as scrolled by the reader, or near the end."""
        if self._following:
            return max(0, self._until - self.size.height)
        return self.scroll_offset.y

    def _lay_out(self) -> None:
        size = Size(self.size.width, self._count)
        if self.virtual_size != size:
            self.virtual_size = size
        if self._following:
            self._own_scroll = True
            self.scroll_to(y=self._top, animate=False, force=True, immediate=True)
            self._own_scroll = False

    def render_line(self, y: int) -> Strip:
        top, width = self._top, self.size.width
        line = self._line(top, y)
        if line is None:
            return Strip.blank(width, self.rich_style)
        error = self.get_component_rich_style("transcript--error")
        style = error if line.error else self.rich_style
        if top + y >= self._until:
            style = self.get_component_rich_style("transcript--later")
        segments = [
            Segment(self._number(line), self.get_component_rich_style("transcript--epoch")),
            Segment(_MARK if line.error else " ", style),
            *marked_segments(
                clean_line(line.text, 4 * width), style, self._pattern, here=top + y == self._found
            ),
        ]
        return Strip(segments).adjust_cell_length(width, style)

    def _line(self, top: int, y: int) -> Line | None:
        if self._transcript is None:
            return None
        if not self._shown[1] or self._shown[0] != top:
            self._shown = (top, self._transcript.lines(top, top + self.size.height))
        lines = self._shown[1]
        return lines[y] if y < len(lines) else None

    def _number(self, line: Line) -> str:
        """The epoch, beside its first line. Lines from before and after the loop have none."""
        inside = line.first and 1 <= line.epoch <= self._epochs
        return f"{line.epoch if inside else '':>6}"
