"""The script, with the line of the run marked."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as VisualStyle

from gdtui.engine.printable import MOST, clean_line
from gdtui.engine.script.script import Script
from gdtui.ui.texts.hits import marked
from gdtui.ui.texts.wrapped_lines import WrappedLines
from gdtui.ui.widgets.lines import SCROLL_KEYS

if TYPE_CHECKING:
    from gdtui.engine.run.moment import Call

_TAB = 4
_HIGHLIGHTER = "textual.highlight"
_MOST_COLOURED = 200_000
"""The most characters of a script that is highlighted."""

_MOST_COMPARED = 5_000
"""The most lines of a text that is compared with one of another length, which takes long."""


class CodePane(ScrollView, can_focus=True, inherit_bindings=False):
    """The script, highlighted, its long lines wrapped. In a notebook each cell numbers its own
    lines. The last statement is marked and kept in view. The functions that it calls, lines that
    the learner has changed and lines that a lesson names have softer marks.
    """

    COMPONENT_CLASSES = {
        "code--number",
        "code--mark",
        "code--here",
        "code--called",
        "code--named",
        "code--changed",
        "code--fault",
        "code--message",
        "code--loading",
    }

    DEFAULT_CSS = """
    CodePane {
        scrollbar-gutter: stable;
        & > .code--number { color: $text-disabled; }
        & > .code--mark { color: $text-accent; }
        & > .code--here { background: $accent 35%; text-style: bold; }
        & > .code--called { background: $accent 12%; }
        & > .code--named { background: $secondary 22%; }
        & > .code--changed { color: $text-warning; text-style: bold; }
        & > .code--fault { background: $error 35%; text-style: bold; }
        & > .code--loading { color: $text-warning; text-style: bold italic; }
        & > .code--message { color: $text-error; text-style: bold italic; }
    }
    """

    BINDINGS = SCROLL_KEYS

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "Code"
        self._text = self._script_name = ""
        self._lines: list[Content] = []
        self._rows = WrappedLines([], 0)
        self._numbers: tuple[int | None, ...] = ()
        self._kept: dict[int, Strip] = {}
        self._kept_style: VisualStyle | None = None
        self._here = range(0)
        self._called: tuple[range, ...] = ()
        self._calls: tuple[Call, ...] = ()
        self._named: tuple[int, ...] = ()
        self._names_first = False
        self._changed: frozenset[int] = frozenset()
        self._fault = ""
        self._loading = ""
        self._edited = False
        self._pattern: re.Pattern[str] | None = None
        self._found: int | None = None

    def show_script(self, script: Script, original: Script) -> None:
        """Show a script. Lines that differ from the original are marked, and the first line that
        differs from the script shown before is scrolled into view."""
        if script.text == self._text:
            return
        before = [line.plain for line in self._lines]
        is_edited = script.name == self._script_name or len(before) == len(script.lines)
        self._text, self._script_name = script.text, script.name
        text = "\n".join(map(_printable, script.lines))
        self._colour(text, is_plain=_HIGHLIGHTER not in sys.modules)
        self._numbers = script.numbers
        self._kept = {}
        self._changed = frozenset(_differing(script.lines, original.lines))
        self._here, self._called, self._fault, self._loading = range(0), (), "", ""
        self._wrap()
        self.border_title = Content(f"Code: {_printable(script.name)}")
        if is_edited:
            shown = [line.plain for line in self._lines]
            line = next(_differing(shown, before), 0)
            self._edited = bool(line)
            self._bring_into_view(line)
        else:
            self._edited = False
            self.scroll_to(0, 0, animate=False, force=True)
        self.refresh()

    def _colour(self, text: str, *, is_plain: bool = False) -> None:
        """Take a text as lines, in colours. The first picture of the app is ``is_plain``: it does
        not wait for the highlighter to be imported."""
        if is_plain:
            content = Content(text)
            self.call_after_refresh(self._colour_later, text)
        else:
            from textual.highlight import highlight

            # Highlighting a long table of numbers takes seconds.
            language = "python" if len(text) < _MOST_COLOURED else "text"
            content = highlight(text, language=language)
        self._lines = content.split("\n", allow_blank=True)[: text.count("\n") + 1]

    def _colour_later(self, text: str) -> None:
        if "\n".join(line.plain for line in self._lines) == text:
            self._colour(text)
            self._wrap()
            self.refresh()

    def show_calls(self, calls: Sequence[Call]) -> None:
        """Show the functions that the run is in, and where the outermost is called."""
        if (now := tuple(calls)) == self._calls:
            return  # setting the same text again would redraw the whole pane
        self._calls = now
        path = " > ".join(f"{clean_line(each.name)}()" for each in now)
        said = f"in {path}, called in line {now[0].line}" if now else ""
        self.border_subtitle = Content(said)

    def show_place(
        self,
        here: range,
        called: tuple[range, ...] = (),
        fault: str = "",
        *,
        at_start: bool = False,
    ) -> None:
        """Mark the lines of the run, and those of the functions called there. ``fault`` is an error
        message for that place. With ``at_start`` nothing has run yet, so a line that has just been
        edited stays in view instead."""
        # A run that is loading has no place yet.
        self._edited = self._edited and (at_start or not here)
        if (here, called, fault, "") == (self._here, self._called, self._fault, self._loading):
            return
        self._loading = ""
        moved = here != self._here
        self._here, self._called = here, called
        if fault != self._fault:
            self._fault = fault
            self._lay_out()
        if moved and here and not self._edited:
            # Before the loop, the next lines are the ones to read.
            more = self.size.height if at_start else 0
            more = len(self._message(self.size.width)) if fault else more
            if self._named and not fault:
                self.place_in_view()
            else:
                self._bring_into_view(here.start, here.stop - 1, more)
        self.refresh()

    def show_loading(self, here: range, text: str) -> None:
        """Mark a slow import, with a message below it; an empty ``text`` removes the mark."""
        if (here, text) == (self._here, self._loading):
            return
        moved = here != self._here
        self._here, self._called, self._fault, self._loading = here, (), "", text
        if moved:
            self._lay_out()
            if here:
                self._bring_into_view(here.start, here.stop - 1, more=2)
        self.refresh()

    def show_named(self, lines: tuple[int, ...]) -> None:
        """Mark the lines that a lesson names, and scroll to them; the first one has priority."""
        if lines != self._named:
            self._named = lines
            self.refresh()
        self.place_in_view()

    def put_names_first(self, first: bool) -> None:
        """Whether the named lines have priority over the line of the run where not both fit."""
        self._names_first = first

    @property
    def text_to_copy(self) -> str:
        """The marked statement; empty before there is one."""
        lines = [self._lines[number - 1].plain for number in self._here]
        return textwrap.dedent("\n".join(lines)).strip()

    # The search ---------------------------------------------------------------------

    def found_lines(self, pattern: re.Pattern[str]) -> list[int]:
        """The lines in which a pattern is found, counted from 0."""
        return [at for at, line in enumerate(self._lines) if pattern.search(line.plain)]

    @property
    def first_in_sight(self) -> int:
        """The first line in sight, counted from 0."""
        row = min(self.scroll_offset.y, len(self._rows) - 1)
        return self._rows.line_at(row) if len(self._rows) else 0

    def show_found(self, pattern: re.Pattern[str] | None, number: int | None) -> None:
        """Mark what a pattern finds, and bring the line with a number among those found into view;
        None for no pattern, or for no line."""
        self._pattern = pattern
        lines = self.found_lines(pattern) if pattern and number is not None else []
        self._found = lines[number] if number is not None and number < len(lines) else None
        self._kept = {}
        if self._found is not None:
            self._bring_into_view(self._found + 1)
        self.refresh()

    def _wrap(self) -> None:
        self._rows = WrappedLines(self._lines, self._room)
        self._kept = {}
        self._lay_out()

    def _lay_out(self) -> None:
        rows = len(self._rows) + (len(self._message(self.size.width)) if self._said else 0)
        self.virtual_size = Size(self.scrollable_content_region.width, rows)

    def on_resize(self) -> None:
        if self._room != self._rows.width:
            self._wrap()
        self.call_after_refresh(self.place_in_view)

    def place_in_view(self) -> None:
        """Scroll to the marked lines, as many as fit."""
        here = [(self._here.start, self._here.stop - 1)] if self._here else []
        named = [(number, number) for number in self._named]
        if self._edited and not (named and self._names_first):
            return
        wanted = named + here if self._names_first else here + named
        if not wanted:
            return
        first, last = wanted[0]
        for top, bottom in wanted[1:]:
            if len(self._rows_between(min(first, top), max(last, bottom))) <= self.size.height:
                first, last = min(first, top), max(last, bottom)
        self._bring_into_view(first, last)

    def _rows_between(self, first: int, last: int) -> range:
        """The rows from one line to another, both numbered from 1."""
        return range(self._rows.rows_of(first - 1).start, self._rows.rows_of(last - 1).stop)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self.size.width
        # The message about a line follows it.
        below = self._rows.rows_of(self._here.stop - 1).start if self._here else 0
        if self._said and self._here and row >= below:
            message = self._message(width)
            if row - below < len(message):
                return self._message_strip(message[row - below], width)
            row -= len(message)
        if row >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        number = self._rows.line_at(row) + 1
        is_first = row == self._rows.rows_of(number - 1).start
        style, mark = self._style_of(number)
        gutter = self.get_component_rich_style("code--number") + RichStyle(bgcolor=style.bgcolor)
        if number in self._changed:
            gutter += RichStyle(color=self.get_component_rich_style("code--changed").color)
            mark = mark if mark != " " else "~"
        code = _over(self._strip(row).apply_style(style), style).crop_extend(
            0, width - self._gutter, style
        )
        pointer = gutter + RichStyle(color=self.get_component_rich_style("code--mark").color)
        said = (self._numbers[number - 1] or "") if is_first else ""
        mark = mark if is_first or mark == "│" else " "
        head = [Segment(mark, pointer), Segment(f"{said:>{self._gutter - 2}} ", gutter)]
        return Strip([*head, *code])

    def _strip(self, row: int) -> Strip:
        """A row without marks, cached between redraws."""
        style = self.visual_style
        if self._kept_style != style:
            self._kept_style, self._kept = style, {}
        if row not in self._kept:
            here = self._rows.line_at(row) == self._found
            content = marked(self._rows.content(row), self._pattern, here=here)
            self._kept[row] = Strip(content.render_segments(style))
        return self._kept[row]

    def _message(self, width: int) -> list[str]:
        """The message about the marked line, wrapped to the width."""
        return textwrap.wrap(f"▲ {clean_line(self._said)}", max(10, width - self._gutter - 1)) or [
            "▲"
        ]

    def _message_strip(self, text: str, width: int) -> Strip:
        kind = "fault" if self._fault else "here"
        back = RichStyle(bgcolor=self.get_component_rich_style(f"code--{kind}").bgcolor)
        message = "message" if self._fault else "loading"
        style = back + self.get_component_rich_style(f"code--{message}")
        return Strip([Segment(" " * self._gutter + text, style)]).adjust_cell_length(width, back)

    @property
    def _said(self) -> str:
        return self._fault or self._loading

    @property
    def _room(self) -> int:
        """The columns for the text of a line."""
        return self.scrollable_content_region.width - self._gutter

    @property
    def _gutter(self) -> int:
        return max(3, len(str(len(self._lines)))) + 2

    def _style_of(self, number: int) -> tuple[RichStyle, str]:
        if number in self._here:
            name = "code--fault" if self._fault else "code--here"
            return self.get_component_rich_style(name), "▶" if number == self._here.start else " "
        if number in self._named:
            return self.get_component_rich_style("code--named"), "•"
        if any(number in lines for lines in self._called):
            return self.get_component_rich_style("code--called"), "│"
        return self.rich_style, "›" if number - 1 == self._found else " "

    def _bring_into_view(self, first: int, last: int | None = None, more: int = 0) -> None:
        """Scroll as little as needed to show some lines and ``more`` rows below them, with two rows
        around them if they fit."""
        if not first:
            return
        rows = self._rows_between(first, last or first)
        count = len(rows) + more
        around = min(2, max(0, self.size.height - count) // 2)
        top = max(0, rows.start - around)
        height = min(count + 2 * around, max(1, self.size.height))
        self.scroll_to_region(Region(0, top, 1, height), animate=False, force=True, x_axis=False)


def _over(strip: Strip, style: RichStyle) -> Strip:
    """The strip with the background of a style in place of its own."""
    back = RichStyle(bgcolor=style.bgcolor, bold=style.bold)
    return Strip([Segment(text, (own or RichStyle()) + back) for text, own, _ in strip])


def _printable(line: str) -> str:
    """A line with tabs as blanks and without control characters."""
    return clean_line(line[:MOST].expandtabs(_TAB) + line[MOST:])


def _differing(lines: Sequence[str], others: Sequence[str]) -> Iterator[int]:
    """The numbers of the lines that differ from another text, from 1; of a text of another length,
    those that are not in it in this order."""
    if len(lines) == len(others) or max(len(lines), len(others)) > _MOST_COMPARED:
        pairs = zip(lines, others, strict=False)
        yield from (number for number, (line, other) in enumerate(pairs, 1) if line != other)
        return
    for kind, first, last, _, _ in SequenceMatcher(None, lines, others).get_opcodes():
        if kind != "equal":
            yield from range(first + 1, last + 1)
