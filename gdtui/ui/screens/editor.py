"""The script's text in an editor."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.color import Color, ColorParseError
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea
from textual.widgets.text_area import TextAreaTheme

from gdtui.engine.errors import ScriptError
from gdtui.engine.parsing import parse
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.ui.late_messages import ClosesOnce, TakesAllKeys

_THEME = "gdtui"
_KEYWORDS = (
    "keyword",
    "keyword.function",
    "keyword.return",
    "keyword.operator",
    "conditional",
    "repeat",
    "include",
    "exception",
)
_KEYS = "ctrl+s runs it from the start, escape gives it up"
_KEYS_OF_MEND = "ctrl+s answers with it, escape gives it up"


class EditorScreen(TakesAllKeys, ClosesOnce, ModalScreen[Script | None]):
    """Edits the text of a script. It closes with the edited script, or with None if the learner
    gives up. A text that is no training script stays, with the reason below and the cursor at the
    place."""

    DEFAULT_CSS = """
    EditorScreen { align: center middle; }
    EditorScreen > Vertical {
        width: 100%; max-width: 110; height: 100%;
        background: $surface; border: round $accent; border-title-style: bold;
    }
    EditorScreen TextArea, EditorScreen TextArea:focus {
        height: 1fr; border: none; padding: 0; scrollbar-size-vertical: 1;
        scrollbar-color: $foreground 30%; scrollbar-background: $surface;
    }
    EditorScreen #fault { display: none; height: auto; max-height: 4; color: $text-error; }
    EditorScreen.-wrong #fault { display: block; }
    """

    BINDINGS = [
        Binding("ctrl+s", "take", "Run", priority=True),
        Binding("escape", "give_up", "Give up", priority=True),
    ]

    def __init__(
        self, script: Script, line: int, make: Callable[[str], Script], *, mends: bool = False
    ) -> None:
        """
        Args:
            script: the script to edit.
            line: the line to begin at, counted from 1.
            make: makes the script of an edited text. Raises ``ScriptError`` if it is none.
            mends: whether the edited script is the answer to a lesson's question for a bug.
        """
        super().__init__()
        self._title = "Mend the script" if mends else f"Edit {clean_line(script.name)}"
        self._keys = _KEYS_OF_MEND if mends else _KEYS
        self._text = script.text
        self._make = make
        self._given_up = False
        self._area = TextArea.code_editor(script.text, language="python", soft_wrap=True)
        self._line = line
        self._fault = Static(id="fault", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = self._title
            page.border_subtitle = self._keys
            yield self._area
            yield self._fault

    def on_mount(self) -> None:
        self._area.register_theme(_theme(self.app.theme_variables))
        self._area.theme = _THEME
        self._area.focus()
        self._area.move_cursor((max(0, self._line - 1), 0), center=True)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._given_up = False
        self.remove_class("-wrong")

    def action_take(self) -> None:
        """Close with the text as a script, or say why it is none."""
        text = self._area.text
        try:
            script = self._make(text)
        except ScriptError as error:
            self._complain(str(error), text)
            return
        self.dismiss(script)

    def action_give_up(self) -> None:
        """Close without the changes; of a changed text only the second time."""
        if self._given_up or self._area.text == self._text:
            self.dismiss(None)
            return
        self._given_up = True
        self._tell("Your changes are not run yet. Escape again gives them up; ctrl+s runs them.")

    def _complain(self, reason: str, text: str) -> None:
        self._tell(clean_line(reason))
        try:
            parse(text)
        except SyntaxError as error:
            if error.lineno:
                self._area.move_cursor(
                    (error.lineno - 1, max(0, (error.offset or 1) - 1)), center=True
                )
        except (ValueError, RecursionError, MemoryError):
            pass  # it has no place
        self._area.focus()

    def _tell(self, text: str) -> None:
        self._fault.update(text)
        self.add_class("-wrong")


def _theme(variables: Mapping[str, str]) -> TextAreaTheme:
    """The colours of the code pane, for an editor."""

    def style(name: str, *, bold: bool = False, italic: bool = False) -> Style:
        # The colours of some themes are those of the terminal.
        with contextlib.suppress(ColorParseError, KeyError):
            return Style(color=Color.parse(variables[name]).rich_color, bold=bold, italic=italic)
        return Style(bold=bold, italic=italic)

    keyword, text = style("text-accent"), style("text-success")
    name, number = style("text-primary"), style("text-warning")
    return TextAreaTheme(
        name=_THEME,
        syntax_styles={
            "comment": style("faint"),
            "string": text,
            "string.documentation": style("text-success", italic=True),
            "number": number,
            "float": number,
            "boolean": style("text-success", bold=True),
            "constant.builtin": style("text-success", bold=True),
            "variable": name,
            "function": number,
            "function.call": name,
            "method": number,
            "method.call": name,
            "type": style("text-warning", bold=True),
            "operator": Style(bold=True),
            **dict.fromkeys(_KEYWORDS, keyword),
        },
    )
