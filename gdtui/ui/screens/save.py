"""The name of a file to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.ui.late_messages import ClosesOnce


class SaveScreen(ClosesOnce, ModalScreen[Path | None]):
    """Asks for the path of a file and writes it; an existing file is replaced on the second enter.
    It closes with the path, or with None if nothing was written."""

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
        self, title: str, what: str, path: str, write: Callable[[Path], object], *, over: str = ""
    ) -> None:
        """
        Args:
            title: what is written.
            what: more about it, below.
            path: the path to begin with.
            write: writes the file. Raises ``OSError`` or ``ScriptError`` if it cannot.
            over: a path that is replaced without a question, for it was written here before.
        """
        super().__init__()
        self._title, self._what, self._write = title, what, write
        self._agreed = over
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._field = Input(path, select_on_focus=False)
        self._wrong = Static(id="wrong", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = self._title
            page.border_subtitle = "enter writes it, escape closes"
            yield Static(self._what, classes="what", markup=False)
            yield self._field
            yield self._wrong

    def on_mount(self) -> None:
        self._field.focus()
        self._field.cursor_position = len(self._field.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
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
            self._write(path)
        except OSError as error:
            self._wrong.update(clean_line(f"{text} cannot be written: {error.strerror or error}"))
        except (ScriptError, RuntimeError, ValueError) as error:
            self._wrong.update(clean_line(str(error)))
        else:
            self.dismiss(path)
