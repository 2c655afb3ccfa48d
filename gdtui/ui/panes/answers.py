"""The places for an answer to a lesson: a field to type in, and a list to choose from."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.events import Key, Resize
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from gdtui.lessons.kinds.options import LETTERS
from gdtui.ui.commands.text_keys import place_of, takes, takes_any
from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.messages import AnswerGiven, CommandClicked
from gdtui.ui.panes.lesson_text import LessonText, scroll_text


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
