"""A file to choose: typed, a recent one, or from the tree of folders."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import DirectoryTree, Input, OptionList, Static
from textual.widgets.option_list import Option

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.ui.late_messages import ClosesOnce, ListOfOptions
from gdtui.ui.texts.wording import FAINT

Loaded = TypeVar("Loaded")


class FileTree(DirectoryTree):
    """The folders, and the files with certain endings."""

    # Emoji take another width in some terminals than in others.
    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "▸ ", "▾ ", "  "

    def __init__(self, folder: Path, endings: Collection[str]) -> None:
        super().__init__(folder)
        self._endings = endings

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        return [path for path in paths if self._is_shown(path)]

    def _is_shown(self, path: Path) -> bool:
        if path.name.startswith("."):
            return False
        with contextlib.suppress(OSError):
            return path.is_dir() or path.suffix.lower() in self._endings
        return False


class RecentList(ListOfOptions, OptionList):
    """The files that were opened last, one a line."""


class FileScreen(ClosesOnce, ModalScreen[Loaded | None], Generic[Loaded]):
    """Lets the learner choose a file. It closes with what the file holds; with None if none was
    chosen. A file that cannot be used stays, with the reason."""

    DEFAULT_CSS = """
    FileScreen { align: center middle; }
    FileScreen > Vertical {
        width: 84; max-width: 100%; height: 28; max-height: 100%;
        background: $surface; border: round $accent; border-title-style: bold; padding: 0 1;
    }
    FileScreen Input, FileScreen Input:focus { border: none; height: 1; padding: 0; }
    FileScreen #wrong { height: auto; max-height: 4; color: $text-error; }
    FileScreen .head { height: 1; margin: 1 0 0 0; }
    FileScreen OptionList, FileScreen OptionList:focus {
        height: auto; max-height: 30%; background: $surface; border: none; padding: 0;
    }
    FileScreen FileTree, FileScreen FileTree:focus {
        height: 1fr; background: $surface; padding: 0; scrollbar-size-vertical: 1;
    }
    """

    BINDINGS = [Binding("escape", "dismiss", "Close")]

    def __init__(
        self,
        title: str,
        endings: Sequence[str],
        load: Callable[[Path], Loaded],
        *,
        recent: Sequence[Path] = (),
        folder: Path | None = None,
    ) -> None:
        """
        Args:
            title: what the file is for.
            endings: the endings of the files that the tree shows, such as ``.py``.
            load: makes what is wanted of a file. Raises ``ScriptError`` if it cannot.
            recent: the files that were opened last, the latest first.
            folder: where the tree begins; by default the working folder.
        """
        super().__init__()
        self._title = title
        self._endings = endings
        self._load = load
        self._recent = recent
        self._refused: str | None = None
        # Kept, not looked up: a key may close the screen before its parts are there.
        self._field = Input(placeholder=f"a path ({', '.join(endings)}), or choose below")
        self._wrong = Static(id="wrong", markup=False)
        self._list = RecentList(
            *(Option(Content(clean_line(str(path), 200))) for path in recent), compact=True
        )
        self._tree = FileTree(folder or Path.cwd(), endings)

    def compose(self) -> ComposeResult:
        with Vertical() as page:
            page.border_title = self._title
            page.border_subtitle = "enter opens, tab goes on, escape closes"
            yield self._field
            yield self._wrong
            if self._recent:
                yield Static(Content.styled("recent", FAINT), classes="head")
                yield self._list
            yield Static(Content.styled(clean_line(str(self._tree.path)), FAINT), classes="head")
            yield self._tree

    def on_mount(self) -> None:
        if self._recent:
            self._list.highlighted = 0
            self._list.focus()
        else:
            self._tree.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._refused:
            self._wrong.update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if text := event.value.strip():
            self._refused = event.value
            self._take(Path(text))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(self._recent[event.option_index])

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self._take(event.path)

    def _take(self, path: Path) -> None:
        try:
            found = self._load(path.expanduser())
        except (ScriptError, RuntimeError) as error:  # there may be no home to expand
            self._wrong.update(clean_line(str(error)))
            return
        self.dismiss(found)
