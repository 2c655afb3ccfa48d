"""The list of lessons."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from gdtui.lessons.format.library import LibraryEntry, library
from gdtui.lessons.walk.progress import Record
from gdtui.ui.late_messages import ListOfOptions
from gdtui.ui.screens.choice_list import ListScreen
from gdtui.ui.texts.wording import FAINT

_TITLE = 40

Chosen = tuple[str, bool]
"""The name of a lesson, and whether to begin it again from its first step."""


class LessonList(ListOfOptions, OptionList):
    """The lessons and the bugs, one a line."""


class LessonsScreen(ListScreen[Chosen | None]):
    """A list of the lessons and the bugs, with the learner's progress. It closes with the chosen
    name and whether to begin at the first step; with None if none was chosen.
    """

    BINDINGS = [
        Binding("escape,q,w", "dismiss", "Close"),
        Binding("r", "again", "From its first step"),
    ]

    def __init__(self, records: Mapping[str, Record], *, offer: bool = False) -> None:
        """``offer`` greets a learner who is new here."""
        super().__init__()
        self._records = records
        self._offer = offer
        self._entries = library()
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._list = LessonList(*self._options(), compact=True)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = "Lessons"
            page.border_subtitle = "enter begins, escape closes"
            if self._offer:
                yield Static(_greeting(self._entries))
            yield self._list
            if any(record.is_open for record in self._records.values()):
                yield Static(
                    Content.styled(
                        "Enter goes on where you left; r begins at the first step.", FAINT
                    )
                )

    def on_mount(self) -> None:
        self._list.focus()
        self._list.highlighted = self._list.get_option_index(self._next)

    @property
    def _next(self) -> str:
        """The next lesson: one begun and left, or else one never finished."""
        found = [each for each in self._entries if self._record(each).is_open]
        found += [each for each in self._entries if self._record(each).best is None]
        return (found or [*self._entries])[0].name

    def _record(self, entry: LibraryEntry) -> Record:
        return self._records.get(entry.name, Record())

    def _options(self) -> list[Option | None]:
        options: list[Option | None] = []
        for entry in self._entries:
            if entry.key == "b1":
                options.append(
                    Option(Content.styled("Bug lab", "bold $text-accent"), disabled=True)
                )
            options.append(Option(_line(entry, self._record(entry)), id=entry.name))
        return options

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.dismiss((event.option_id, False))

    def action_again(self) -> None:
        chosen = self._list.highlighted_option
        if chosen is not None and chosen.id is not None:
            self.dismiss((chosen.id, True))


def _greeting(entries: tuple[LibraryEntry, ...]) -> Content:
    minutes = next((entry.minutes for entry in entries), 0)
    return Content.assemble(
        ("Never seen gdtui? ", "bold"),
        f"The first lesson takes about {minutes} minutes: you compute one step of gradient "
        "descent, and watch the script do the same. ",
        ("Enter", "bold $text-accent"),
        " begins it, ",
        ("escape", "bold $text-accent"),
        " looks around first; later ",
        ("w", "bold $text-accent"),
        " brings this list back.",
    )


def _line(entry: LibraryEntry, record: Record) -> Content:
    mark = "✓" if record.best is not None else "▸" if record.is_open else " "
    return Content.assemble(
        (f"{mark} ", "bold $text-success"),
        (f"{entry.key:>3}  ", FAINT),
        f"{entry.title:<{_TITLE}} ",
        (f"{entry.minutes:>2} min  {record.text.removeprefix('done, ')}", FAINT),
    )
