"""What the script printed."""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from gdtui.engine.transcript import Line, Transcript

_CONTROL = dict.fromkeys((*range(32), 127), "·") | {9: "    "}


class TranscriptPane(ScrollView, can_focus=True):
    """The printed lines, each with the epoch in which it was printed. Lines from later than
    the moment that is shown are grey. It follows the run unless scrolled back."""

    COMPONENT_CLASSES = {"transcript--epoch", "transcript--later"}

    DEFAULT_CSS = """
    TranscriptPane {
        overflow-x: hidden;
        scrollbar-gutter: stable;
        & > .transcript--epoch { color: $text-disabled; }
        & > .transcript--later { color: $text-disabled; }
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "Transcript"
        self._transcript: Transcript | None = None
        self._recorded = 0
        self._until = 0
        self._shown: tuple[int, list[Line]] = (0, [])

    def show(self, transcript: Transcript | None, epoch: int, recorded: int, *, over: bool) -> None:
        """Show what was printed up to an epoch, of so many recorded. ``over`` says that the
        run has ended there."""
        following = transcript is not self._transcript or self._follows
        self._transcript, self._recorded = transcript, recorded
        count = transcript.line_count if transcript else 0
        back = transcript is not None and epoch <= recorded and not over
        self._until = transcript.lines_until(epoch) if transcript and back else count
        self._shown = (0, [])
        self.virtual_size = Size(self.size.width, count)
        if following:
            self.scroll_to(y=max(0, self._until - self.size.height), animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        self._shown = (0, [])
        self.virtual_size = Size(self.size.width, self.virtual_size.height)

    @property
    def _follows(self) -> bool:
        """Whether the line where the run is stands in sight."""
        top = self.scroll_offset.y
        return top <= self._until <= top + self.size.height or self.is_vertical_scroll_end

    def render_line(self, y: int) -> Strip:
        top, width = self.scroll_offset.y, self.size.width
        line = self._line(top, y)
        if line is None:
            return Strip.blank(width, self.rich_style)
        later = self.get_component_rich_style("transcript--later")
        style = self.rich_style if top + y < self._until else later
        segments = [
            Segment(self._number(line), self.get_component_rich_style("transcript--epoch")),
            Segment(line.text[: 4 * width].translate(_CONTROL), style),
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
        """The epoch, beside the first line that was printed in it. What comes before and after
        the loop belongs to none."""
        inside = line.first and 1 <= line.epoch <= self._recorded
        return f"{line.epoch if inside else '':>6} "
