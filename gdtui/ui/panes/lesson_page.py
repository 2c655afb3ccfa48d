"""A page of a lesson: text, question, and the place for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key, Resize
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Markdown, OptionList, Static
from textual.widgets.option_list import Option

from gdtui.lessons.kinds.options import LETTERS
from gdtui.ui.commands.text_keys import place_of, takes, takes_any
from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.messages import AnswerGiven, CommandClicked
from gdtui.ui.texts.wording import FAINT
from gdtui.ui.widgets.lines import MORE

if TYPE_CHECKING:
    from gdtui.lessons.walk.page import Page


_MORE = f"{MORE}: page down"


class AnswerField(Input):
    """A field for an answer. It takes the characters that an answer can contain; all others stay
    keys of the app. Escape leaves the field, and makes them all keys again."""

    BINDINGS = [
        Binding("up", "scroll_code(-1)", show=False),
        Binding("down", "scroll_code(1)", show=False),
        Binding("pageup", "scroll_text(-1)", show=False),
        Binding("pagedown", "scroll_text(1)", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self.kind = ""

    async def _on_key(self, event: Key) -> None:
        if event.character is None or not event.is_printable or self._takes(event.character):
            await super()._on_key(event)
        else:
            # Input would also type it.
            event.prevent_default()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isprintable() and self._takes(character)

    def _takes(self, character: str) -> bool:
        return takes(self.kind, 0, character)

    # An empty field has nothing to delete and no place to go to.

    def action_delete_left(self) -> None:
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(CommandClicked("lesson_back"))

    def action_cursor_left(self, select: bool = False) -> None:
        if self.value:
            super().action_cursor_left(select)
        else:
            self.post_message(CommandClicked("previous_epoch" if select else "previous_statement"))

    def action_cursor_right(self, select: bool = False) -> None:
        if self.value:
            super().action_cursor_right(select)
        else:
            self.post_message(CommandClicked("next_epoch" if select else "next_statement"))

    async def action_submit(self) -> None:
        self.post_message(AnswerGiven(self.value))

    def action_leave(self) -> None:
        """Clear the field, or leave it if it is empty. A mend is long, so it is never cleared."""
        if self.value and not takes_any(self.kind):
            self.value = ""
            return
        for text in self.screen.query(LessonText):
            text.focus(scroll_visible=False)

    # A field has one line, so these keys are free to scroll the text.

    def action_scroll_code(self, direction: int) -> None:
        for pane in self.screen.query("#code"):
            pane.scroll_relative(y=2 * direction, animate=False, force=True)

    def action_scroll_text(self, direction: int) -> None:
        scroll_text(self, direction)


def scroll_text(beside: Widget, direction: int) -> None:
    """Scroll the lesson's text by a page while the answer has the focus."""
    for pane in beside.screen.query(LessonText):
        pane.scroll_relative(y=direction * max(1, pane.size.height - 2), animate=False)


class AnswerList(ListOfOptions, OptionList):
    """The answers to choose from, by letter or with the arrows."""

    # The list shows all its answers, so a page key scrolls the text, which may be longer.
    BINDINGS = [
        Binding("pageup", "scroll_text(-1)", show=False),
        Binding("pagedown", "scroll_text(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True)
        self._texts: tuple[Content, ...] = ()

    def action_scroll_text(self, direction: int) -> None:
        scroll_text(self, direction)

    def show(self, options: tuple[str, ...]) -> None:
        """Show other answers, none of them chosen."""
        self._texts = tuple(Content(text.replace("`", "")) for text in options)
        self.clear_options()
        self.add_options(Option(self._prompt(place)) for place in range(len(options)))
        self.highlighted = None

    def on_resize(self, _: Resize) -> None:
        self._mark()

    def watch_highlighted(self, highlighted: int | None) -> None:
        super().watch_highlighted(highlighted)
        self._mark()

    def _mark(self) -> None:
        """Mark the chosen answer, for the present width."""
        for place, option in enumerate(self.options[: len(self._texts)]):
            prompt = self._prompt(place)
            if prompt != option.prompt:
                self.replace_option_prompt_at_index(place, prompt)

    def _prompt(self, place: int) -> Content:
        """An answer with its mark and letter before it, the rows of its text below each other."""
        mark = "●" if place == self.highlighted else "○"
        head = Content.assemble(
            (f"{mark} ", "$text-accent"), (f"{LETTERS[place]}  ", "bold $text-accent")
        )
        room = self.scrollable_content_region.width - head.cell_length
        text = self._texts[place]
        rows = text.wrap(room) if room > 0 else [text]
        return head + Content("\n" + " " * head.cell_length).join(rows)

    def choose(self, character: str) -> None:
        """Choose the answer of a letter or a digit."""
        place = place_of(character, self.option_count)
        if place is not None:
            self.highlighted = place

    def action_select(self) -> None:
        place = self.highlighted
        self.post_message(AnswerGiven("" if place is None else LETTERS[place]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(AnswerGiven(LETTERS[event.option_index]))


class LessonText(VerticalScroll):
    """The text of a lesson; up and down scroll it. Left and right step through the run, as
    everywhere. It takes as many rows as its text has, so that the question stands close to it."""

    BINDINGS = [
        Binding("left", "app.previous_statement", show=False),
        Binding("right", "app.next_statement", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]

    class Inside(Vertical):
        """All of the text. Its rows follow from its width alone, so the limit that they set to the
        rows in sight cannot change them."""

        DEFAULT_CSS = "Inside { height: auto; }"

        def on_resize(self, event: Resize) -> None:
            if isinstance(self.parent, LessonText):
                self.parent.styles.max_height = max(1, event.size.height)

    def __init__(self, *parts: Widget) -> None:
        super().__init__()
        self._parts = parts

    def compose(self) -> ComposeResult:
        with self.Inside():
            yield from self._parts


class LessonKeys(Widget):
    """The keys of a lesson, wrapped; a key stays on one line with its meaning."""

    DEFAULT_CSS = """
    LessonKeys { dock: bottom; height: auto; border-top: solid $foreground 20%; }
    """

    keys: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for key, label in self.keys:
            entry = Content.assemble((key, "bold $text-accent"), (f" {label}", FAINT))
            if lines and lines[-1].cell_length + 2 + entry.cell_length <= width:
                lines[-1] = Content.assemble(lines[-1], "  ", entry)
            else:
                lines.append(entry)
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))


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
