"""The name of a file to write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from gdtui.engine.printable import clean_line
from gdtui.ui.late_messages import ClosesOnce
from gdtui.ui.texts.wording import FAINT

_KEYS = "enter writes it, escape closes"


class SaveScreen(ClosesOnce, ModalScreen[Path | None]):
    """Asks for the path of a file and writes it; an existing file is replaced on the second enter.
    It closes with the path, or with None if nothing was written.

    What takes a while goes on while the screen stays, and ends when it closes."""

    DEFAULT_CSS = """
    SaveScreen { align: center middle; }
    SaveScreen > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    SaveScreen Input, SaveScreen Input:focus { border: none; height: 1; padding: 0; }
    SaveScreen .what { height: auto; color: $text-muted; margin: 0 0 1 0; }
    SaveScreen #wrong { height: auto; max-height: 4; color: $text-error; }
    """

    BINDINGS = [Binding("escape", "dismiss", "Close")]

    def __init__(
        self,
        title: str,
        what: str,
        path: str,
        write: Callable[[Path], object],
        *,
        over: str = "",
        meanwhile: str = "",
    ) -> None:
        """
        Args:
            title: what is written.
            what: more about it, below.
            path: the path to begin with.
            write: writes the file, or returns an awaitable that does. Either raises ``OSError`` or
                ``ScriptError`` if it cannot.
            over: a path that is replaced without a question, for it was written here before.
            meanwhile: what happens while an awaitable is awaited.
        """
        super().__init__()
        self._title, self._what, self._write = title, what, write
        self._agreed = over
        self._meanwhile = meanwhile
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._field = Input(path, select_on_focus=False)
        self._wrong = Static(id="wrong", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = self._title
            page.border_subtitle = _KEYS
            self._page = page
            yield Static(self._what, classes="what", markup=False)
            yield self._field
            yield self._wrong

    def on_mount(self) -> None:
        self._field.focus()
        self._field.cursor_position = len(self._field.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if self._field.disabled:
            return
        if not text:
            self._wrong.update("A file needs a name.")
            return
        try:
            path = Path(text).expanduser()
            if path.exists() and self._agreed != text:
                self._agreed = text
                name = clean_line(str(path))
                self._wrong.update(f"{name} exists; enter again replaces it.")
                return
            writing = self._write(path)
        except (OSError, RuntimeError, ValueError) as error:
            self._refuse(text, error)
            return
        if isawaitable(writing):
            self._wait_for(writing, path, text)
        else:
            self.dismiss(path)

    @work(exclusive=True)
    async def _wait_for(self, writing: Awaitable[object], path: Path, text: str) -> None:
        self._field.disabled = True
        self._page.border_subtitle = "escape leaves it, and writes nothing"
        self._wrong.update(Content.styled(self._meanwhile, FAINT))
        try:
            await writing
        except (OSError, RuntimeError, ValueError) as error:
            self._field.disabled = False
            self._field.focus()
            self._page.border_subtitle = _KEYS
            self._refuse(text, error)
        else:
            self.dismiss(path)

    def _refuse(self, text: str, error: Exception) -> None:
        """Say why nothing has been written; a ``ScriptError`` says it itself."""
        reason = str(error)
        if isinstance(error, OSError):
            reason = f"{text} cannot be written: {error.strerror or error}"
        self._wrong.update(clean_line(reason))
