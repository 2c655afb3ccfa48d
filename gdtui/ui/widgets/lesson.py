"""The pane of a lesson: what it says, what it asks, and where to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gdtui.ui.messages import AnswerGiven, CommandClicked
from gdtui.ui.wording import FAINT

if TYPE_CHECKING:
    from textual.widgets import Markdown

    from gdtui.lessons.walk import Page

_NUMBER = "0123456789.,-+e/\N{MINUS SIGN}"
_DIGITS = "0123456789"
_LETTERS = "abcdef"


class AnswerField(Input):
    """A line to answer in. It takes the characters that an answer can have; all others are keys
    of the app, as everywhere else."""

    BINDINGS = [
        Binding("up", "scroll_code(-1)", show=False),
        Binding("down", "scroll_code(1)", show=False),
        Binding("pageup", "scroll_text(-1)", show=False),
        Binding("pagedown", "scroll_text(1)", show=False),
        Binding("escape", "clear", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self.kind = ""

    def takes(self, character: str) -> bool:
        """Whether a character is part of an answer."""
        if self.kind == "number":
            return character in _NUMBER
        if self.kind == "bug":
            return bool(self.value) or character in _DIGITS + "+"
        return character in _DIGITS

    async def _on_key(self, event: Key) -> None:
        if event.character is None or not event.is_printable or self.takes(event.character):
            await super()._on_key(event)
        else:
            # Input would type it as well.
            event.prevent_default()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isprintable() and self.takes(character)

    # In an empty field there is nothing to delete and nowhere to go.

    def action_delete_left(self) -> None:
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(CommandClicked("lesson_back"))

    def action_cursor_left(self, select: bool = False) -> None:
        if self.value:
            super().action_cursor_left(select)
        else:
            self.post_message(CommandClicked("previous_statement"))

    def action_cursor_right(self, select: bool = False) -> None:
        if self.value:
            super().action_cursor_right(select)
        else:
            self.post_message(CommandClicked("next_statement"))

    async def action_submit(self) -> None:
        self.post_message(AnswerGiven(self.value))

    def action_clear(self) -> None:
        self.value = ""

    # A field has one line, so these keys are free for what there is to read beside it.

    def action_scroll_code(self, direction: int) -> None:
        for pane in self.screen.query("#code"):
            pane.scroll_relative(y=2 * direction, animate=False, force=True)

    def action_scroll_text(self, direction: int) -> None:
        for pane in self.screen.query(LessonText):
            pane.scroll_relative(y=direction * max(1, pane.size.height - 2), animate=False)


class AnswerList(OptionList):
    """Answers to choose from, by their letters or with the arrows."""

    BINDINGS = [
        Binding(letter, f"letter({place})", show=False) for place, letter in enumerate(_LETTERS)
    ]

    def __init__(self) -> None:
        super().__init__(compact=True)

    def show(self, options: tuple[str, ...]) -> None:
        """Show other answers, with none of them chosen yet."""
        self.clear_options()
        self.add_options(
            Option(Content.assemble((f"{letter}  ", "bold $text-accent"), text.replace("`", "")))
            for letter, text in zip(_LETTERS, options, strict=False)
        )
        self.highlighted = None

    def action_letter(self, place: int) -> None:
        if place < self.option_count:
            self.highlighted = place

    def action_select(self) -> None:
        place = self.highlighted
        self.post_message(AnswerGiven("" if place is None else _LETTERS[place]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(AnswerGiven(_LETTERS[event.option_index]))


class LessonText(VerticalScroll):
    """What a lesson says; the arrows scroll it. Left and right step through the run, as
    everywhere."""

    BINDINGS = [
        Binding("left", "app.previous_statement", show=False),
        Binding("right", "app.next_statement", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]


class LessonKeys(Widget):
    """The keys that a lesson needs, in as many lines as they take; a key and what it does stay
    together."""

    DEFAULT_CSS = """
    LessonKeys { height: auto; border-top: solid $foreground 20%; }
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


class LessonPane(Vertical):
    """Shows a page of a lesson."""

    DEFAULT_CSS = """
    LessonPane { height: 1fr; padding: 0 1; }
    LessonPane > LessonText {
        height: 1fr; scrollbar-size-vertical: 1;
        scrollbar-color: $foreground 30%; scrollbar-background: $background;
    }
    LessonPane Markdown { padding: 0; margin: 0; background: $background; }
    LessonPane MarkdownBlock { margin: 0 0 1 0; }
    LessonPane MarkdownH3 { margin: 0 0 1 0; color: $text-accent; text-style: bold; }
    LessonPane MarkdownH4 { margin: 0 0 1 0; color: $text-primary; text-style: bold; }
    LessonPane MarkdownFence { margin: 0 0 1 0; }
    LessonPane .prompt { height: auto; max-height: 40%; overflow-y: auto; }
    LessonPane .verdict.-right { color: $text-success; text-style: bold; }
    LessonPane .verdict.-wrong { color: $text-error; text-style: bold; }
    LessonPane .verdict.-skipped { color: $text-warning; text-style: bold; }
    LessonPane AnswerField { background: $boost; margin: 0; }
    LessonPane AnswerField:focus { background: $accent 25%; }
    LessonPane AnswerList {
        height: auto; max-height: 50%; background: $background; padding: 0; border: none;
    }
    LessonPane .form { color: $text-muted; height: auto; }
    LessonPane .complaint { color: $text-error; text-style: italic; height: auto; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._built = False
        self._shown: tuple[object, ...] = ()
        self._scroll = LessonText()
        self._field = AnswerField()
        self._list = AnswerList()
        self._form = Static(classes="form", markup=False)
        self._complaint = Static(classes="complaint", markup=False)
        self._keys = LessonKeys()
        self._text: Markdown
        self._prompt: Markdown
        self._verdict: Markdown
        self._why: Markdown

    async def show(self, heading: str, page: Page) -> None:
        """Show a page. What was typed into the field stays as long as the question does."""
        await self._build()
        self.border_title = Content(f"{heading}, {page.place}" if page.place else heading)
        answered = page.state == "answered"
        asking = page.state == "asking"
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
        # What is too long to stand in the field stands below it.
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
        elif page.hints:
            self.call_after_refresh(self._scroll.scroll_end, animate=False, force=True)

    async def _build(self) -> None:
        """Make the widgets, with the first page: most runs of the app show no lesson."""
        if self._built:
            return
        from textual.widgets import Markdown

        self._built = True
        self._text, self._verdict, self._why = Markdown(), Markdown(), Markdown()
        self._prompt = Markdown(classes="prompt")
        await self.mount(
            self._scroll,
            self._prompt,
            self._list,
            self._field,
            self._form,
            self._complaint,
            self._keys,
        )
        await self._scroll.mount(self._text, self._verdict, self._why)

    def complain(self, reason: str) -> None:
        """Say why what was typed is no answer; an empty reason says nothing."""
        self._complaint.update(reason)
        self._complaint.display = bool(reason)

    def focus_inside(self) -> None:
        """Focus where to answer, or the text."""
        if self._built and self.display:
            target: Widget = self._scroll
            if self._list.display:
                target = self._list
            elif self._field.display:
                target = self._field
            target.focus(scroll_visible=False)


def _text(page: Page) -> str:
    """What a page says before it is answered, in Markdown."""
    parts = [f"### {page.title}", page.note, page.text]
    if page.trouble:
        parts.append(f"**This step cannot go on.** {page.trouble}")
    if page.state == "asking":
        parts += [f"**Hint.** {hint}" for hint in page.hints]
    return "\n\n".join(filter(None, parts))


def _asked_text(page: Page) -> str:
    """What was asked: once it is answered, the answer is what there is to read."""
    return f"### {page.title}\n\n{page.prompt}"


def _keys(page: Page) -> list[tuple[str, str]]:
    """The keys that the page needs, each with what it does."""
    keys: list[tuple[str, str]] = []
    if page.state == "asking":
        keys.append((("a-" + _LETTERS[len(page.options) - 1]) if page.options else "", "choose"))
        keys.append(("↑↓" if page.kind in ("line", "bug") else "", "scroll the code"))
        keys += [("enter", "answer"), ("h" if page.hints_left else "", "hint"), ("s", "skip")]
    elif page.state == "stuck":
        keys.append(("u" if page.can_put_back else "", "the lesson's own again"))
        keys.append(("enter", "next step"))
    elif page.state == "over":
        keys.append(("enter", "next lesson"))
    else:
        keys.append(("enter", "go on"))
    keys += [("backspace", "before"), ("w", "leave")]
    return [(key, label) for key, label in keys if key]
