"""A page of a lesson: text, question, and the place for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Markdown, Static

from gdtui.lessons.kinds.options import LETTERS
from gdtui.ui.commands.text_keys import takes_any
from gdtui.ui.messages import AnswerGiven
from gdtui.ui.panes.answers import AnswerField, AnswerList
from gdtui.ui.panes.lesson_text import LessonKeys, LessonText
from gdtui.ui.widgets.lines import MORE

if TYPE_CHECKING:
    from gdtui.lessons.walk.page import Page


_MORE = f"{MORE}: page down"


class LessonPage(Vertical):
    """Shows one page after another."""

    DEFAULT_CSS = """
    LessonPage { height: 1fr; }
    LessonPage > LessonText {
        height: 1fr; scrollbar-size-vertical: 1;
        scrollbar-color: $foreground 30%; scrollbar-background: $background;
    }
    LessonPage Markdown { padding: 0; margin: 0; background: $background; }
    LessonPage MarkdownBlock { margin: 0 0 1 0; }
    LessonPage MarkdownH3 { margin: 0 0 1 0; color: $text-accent; text-style: bold; }
    LessonPage MarkdownH4 { margin: 0 0 1 0; color: $text-primary; text-style: bold; }
    LessonPage MarkdownFence { margin: 0 0 1 0; }
    LessonPage .prompt { height: auto; max-height: 40%; overflow-y: auto; }
    LessonPage .verdict.-right { color: $text-success; text-style: bold; }
    LessonPage .verdict.-wrong { color: $text-error; text-style: bold; }
    LessonPage .verdict.-skipped { color: $text-warning; text-style: bold; }
    LessonPage AnswerField { background: $boost; margin: 0; }
    LessonPage AnswerField:focus { background: $accent 25%; }
    LessonPage AnswerList {
        height: auto; max-height: 65%; background: $background; padding: 0; border: none;
        scrollbar-gutter: stable; scrollbar-size-vertical: 1;
    }
    LessonPage .more { display: none; height: 1; color: $text-accent; text-align: right; }
    LessonPage .form { color: $text-muted; height: auto; }
    LessonPage .complaint { color: $text-error; text-style: italic; height: auto; }
    """

    def on_mount(self) -> None:
        for name in ("scroll_y", "virtual_size"):
            self.watch(self._scroll, name, self._tell_of_more, init=False)

    def on_resize(self, _: Resize) -> None:
        self.call_after_refresh(self._tell_of_more)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._text, self._verdict, self._why = Markdown(), Markdown(), Markdown()
        self._scroll = LessonText(self._text, self._verdict, self._why)
        self._prompt = Markdown(classes="prompt")
        self._list = AnswerList()
        self._field = AnswerField()
        self._form = Static(classes="form", markup=False)
        self._complaint = Static(classes="complaint", markup=False)
        self._keys = LessonKeys()
        self._more = Static(_MORE, classes="more", markup=False)

    def compose(self) -> ComposeResult:
        yield self._scroll
        yield self._more
        yield self._prompt
        yield self._list
        yield self._field
        yield self._form
        yield self._complaint
        yield self._keys

    async def show(self, page: Page, way: str = "") -> None:
        """Show a page. Typed text stays as long as the question. ``way`` is a message for the time
        until the run reaches the page."""
        answered = page.state == "answered"
        asking = page.state == "asking"
        if way:
            await self._text.update(f"### {page.title}\n\n*{way}*")
        else:
            await self._text.update(_asked_text(page) if answered else _text(page))
        await self._prompt.update(f"#### {page.prompt}" if asking else "")
        self._prompt.display = asking
        await self._verdict.update(page.said if answered else "")
        await self._why.update(page.why if answered else "")
        self._verdict.set_classes(f"verdict -{page.outcome or 'none'}")
        self._verdict.display = self._why.display = answered
        choosing = asking and bool(page.options)
        self._list.display = choosing
        self._field.display = asking and not choosing
        form = f"{page.form[:1].upper()}{page.form[1:]}"
        # A hint too long for the field is shown below it.
        fits = len(form) < self._scroll.size.width or not self._scroll.size.width
        self._field.placeholder = form if fits else ""
        self._form.display = asking and not choosing and not fits
        self._form.update(form)
        self.complain("")
        self._keys.keys = tuple(_keys(page))
        key = (page.place, page.title, page.state)
        if key != self._shown:
            self._shown = key
            self._field.kind, self._field.value = str(page.kind or ""), ""
            self._list.show(page.options)
            self._scroll.scroll_home(animate=False, force=True)
            self.call_after_refresh(self.focus_inside)
            if answered:
                self.call_after_refresh(self._bring_verdict)
        elif page.hints:
            self.call_after_refresh(self._scroll.scroll_end, animate=False, force=True)
            # A learner who left the field to ask for a hint continues to type.
            self.call_after_refresh(self.focus_inside)
        self.call_after_refresh(self._tell_of_more)

    def _bring_verdict(self) -> None:
        """Scroll to the result of an answer, at the cost of anything else."""
        verdict, text = self._verdict.virtual_region, self._scroll
        if verdict.bottom > text.scroll_offset.y + text.size.height:
            text.scroll_to(y=verdict.y, animate=False, force=True)

    def _tell_of_more(self) -> None:
        """Show whether there is more text below: on the edge of the pane, or in a line of its own
        if the pane has no edge."""
        more = self._scroll.scroll_y < self._scroll.max_scroll_y
        self._more.set_class(more, "-needed")
        if isinstance(self.parent, Widget):
            self.parent.border_subtitle = _MORE if more else ""

    def forget(self) -> None:
        """The lesson is left: whatever page comes next is a new one."""
        self._shown = ()

    def complain(self, reason: str) -> None:
        """Show why the typed text is no answer; an empty reason shows nothing."""
        self._complaint.update(reason)
        self._complaint.display = bool(reason)

    def type(self, character: str) -> None:
        """Take in a character of an answer that was typed elsewhere."""
        self.focus_inside()
        if self._list.display:
            self._list.choose(character)
        elif self._field.display:
            self._field.insert_text_at_cursor(character)

    def submit(self) -> None:
        """Submit the chosen or typed answer; without one, focus its place."""
        if self._list.display and self._list.highlighted is not None:
            self._list.action_select()
        elif self._field.display and self._field.value:
            self.post_message(AnswerGiven(self._field.value))
        else:
            self.focus_inside()

    @property
    def places_to_answer(self) -> tuple[Widget, Widget]:
        """The list and the field."""
        return self._list, self._field

    def focus_inside(self) -> None:
        """Focus where to answer, or the text."""
        target: Widget = self._scroll
        if self._list.display:
            target = self._list
        elif self._field.display:
            target = self._field
        target.focus(scroll_visible=False)


def _text(page: Page) -> str:
    """The text of a page before the answer, in Markdown."""
    parts = [f"### {page.title}", page.note, page.text]
    if page.trouble:
        parts.append(f"**This step cannot go on.** {page.trouble}")
    if page.state == "asking":
        parts += [f"**Hint.** {hint}" for hint in page.hints]
    return "\n\n".join(filter(None, parts))


def _asked_text(page: Page) -> str:
    """The question after it is answered: then the answer is what matters."""
    return f"### {page.title}\n\n{page.prompt}"


def _keys(page: Page) -> list[tuple[str, str]]:
    """The keys of the page, each with its meaning."""
    keys: list[tuple[str, str]] = []
    # The field for a mend takes every letter.
    away = "esc " if page.state == "asking" and takes_any(page.kind) else ""
    if page.state == "asking":
        keys.append((("a-" + LETTERS[len(page.options) - 1]) if page.options else "", "choose"))
        keys.append(("enter", "answer"))
        keys.append((f"{away}e" if page.takes_script else "", "mend it in the editor"))
        keys += [(f"{away}h" if page.hints_left else "", "hint"), (f"{away}s", "skip")]
    elif page.state == "stuck":
        keys.append(("u" if page.can_put_back else "", "the lesson's own again"))
        keys.append(("enter", "next step"))
    elif page.state == "over":
        keys.append(("enter", "next lesson"))
    else:
        keys.append(("enter", "go on"))
    keys.append(("" if page.only else "shift+↑↓", "scroll the code"))
    keys += [("backspace", "before"), (f"{away}w", "leave")]
    return [(key, label) for key, label in keys if key]
