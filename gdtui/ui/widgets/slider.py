"""The slider over the epochs."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.events import MouseDown, MouseMove, MouseUp, Resize
from textual.reactive import reactive
from textual.widget import Widget

from gdtui.ui.messages import EpochSought
from gdtui.ui.texts.wording import FAINT, GREY


class TimelineSlider(Widget, can_focus=True):
    """The place of the run among its epochs. Drag it, click on it, or use the keys.

    Attributes:
        epoch: the epoch that is shown.
        recorded: the epochs recorded so far; the slider ends here.
        total: the number of epochs; None if unknown.
    """

    DEFAULT_CSS = """
    TimelineSlider { height: 1; padding: 0 1; background: $surface; }
    TimelineSlider:focus { background: $boost; text-style: bold; }
    """

    BINDINGS = [
        Binding("home", "seek(0)", "First epoch", show=False),
        Binding("end", "seek(1)", "Last recorded epoch", show=False),
        Binding("pageup", "move(-0.1)", "A tenth back", show=False),
        Binding("pagedown", "move(0.1)", "A tenth on", show=False),
    ]

    epoch: reactive[int] = reactive(0)
    recorded: reactive[int] = reactive(0)
    total: reactive[int | None] = reactive(None)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._dragged = False

    @property
    def _span(self) -> int:
        return max(self.total or 0, self.recorded, self.epoch, 1)

    @property
    def _label(self) -> str:
        return f"epoch {self.epoch:>{len(str(self._span))}} "

    @property
    def _length(self) -> int:
        return max(2, self.size.width - len(self._label) - len(self._end))

    @property
    def _end(self) -> str:
        return f" {self._span}"

    def render(self) -> Content:
        last = self._length - 1
        here = round(self.epoch / self._span * last)
        there = round(min(self.recorded, self._span) / self._span * last)
        there = max(here, there)
        return Content.assemble(
            (self._label, FAINT),
            ("━" * here, "$text-accent"),
            ("●", "bold $text-accent"),
            ("━" * (there - here), FAINT),
            ("┄" * (last - there), GREY),
            (self._end, FAINT),
        )

    def on_resize(self, _: Resize) -> None:
        self.refresh()

    def on_mouse_down(self, event: MouseDown) -> None:
        self._dragged = True
        self.capture_mouse()
        self._point_at(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragged:
            self._point_at(event.x)

    def on_mouse_up(self, _: MouseUp) -> None:
        self._dragged = False
        self.release_mouse()

    def action_seek(self, fraction: float) -> None:
        self._seek(round(fraction * self.recorded))

    def action_move(self, fraction: float) -> None:
        step = max(1, round(abs(fraction) * self.recorded))
        self._seek(self.epoch + (step if fraction > 0 else -step))

    def _point_at(self, x: int) -> None:
        column = x - self.styles.padding.left - len(self._label)
        self._seek(round(column / (self._length - 1) * self._span))

    def _seek(self, epoch: int) -> None:
        self.post_message(EpochSought(max(0, min(epoch, self.recorded))))
