"""The common part of the screens with a list to choose from."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.screen import ModalScreen

from gdtui.ui.late_messages import ClosesOnce

Result = TypeVar("Result")


class ListScreen(ClosesOnce, ModalScreen[Result], Generic[Result]):
    """A frame in the middle of the screen with a short text and a list. Where a list may be longer
    than the screen, a single text has the class ``above``, so that the list ends where the frame
    does."""

    DEFAULT_CSS = """
    ListScreen { align: center middle; }
    ListScreen > Vertical {
        width: 84; max-width: 100%; height: auto; max-height: 100%;
        background: $surface; border: round $accent; padding: 0 1;
    }
    ListScreen Static { height: auto; margin: 0 0 1 0; }
    ListScreen .above { dock: top; }
    ListScreen OptionList {
        height: auto; max-height: 1fr; background: $surface; border: none; padding: 0;
    }
    ListScreen OptionList > .option-list--option-highlighted,
    ListScreen OptionList:focus > .option-list--option-highlighted {
        background: $accent 22%; color: $text; text-style: bold;
    }
    """
