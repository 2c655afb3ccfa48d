"""A file that a command is to write: checked before the work, written whole after it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gdtui.whole_files import write_whole


class OutputError(Exception):
    """A file is not to be written; the text says which and why, in one line."""


@dataclass(frozen=True)
class OutputFile:
    """A file to be written.

    Attributes:
        name: its path as the user has given it.
        force: whether a file that exists already may be replaced.
        instead: what to do where the name is that of a folder or a device.
    """

    name: str
    force: bool = False
    instead: str = "give a file or -"

    def check(self) -> None:
        """Look whether the file can be written, as far as that can be told beforehand.

        Raises:
            OutputError: it exists and is not to be replaced, it is a folder or a device, or its
                folder is missing or cannot be written to.
        """
        path = Path(self.name)
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            mode = None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OutputError(f"{self.name} cannot be written: {reason}") from None
        if mode is not None and not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
            raise OutputError(f"{self.name} cannot be written: it is {what}; {self.instead}")
        if mode is not None and not self.force:
            raise OutputError(f"{self.name} exists already; --force replaces it")
        folder = path.resolve().parent
        if not folder.is_dir():
            raise OutputError(f"{self.name} cannot be written: there is no folder {path.parent}")
        if not os.access(folder, os.W_OK):
            raise OutputError(f"{self.name} cannot be written: its folder is read-only")

    def write(self, text: str | Iterable[str]) -> None:
        """Write the file, whole or not at all.

        Raises:
            OutputError: as :meth:`check`, or the file cannot be written.
        """
        self.check()
        # A link stays a link.
        path = Path(self.name).resolve()
        try:
            mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666
            write_whole(path, text, mode=mode, beside=".{}.gdtui-new")
        except OSError as error:
            raise OutputError(f"{self.name} cannot be written: {error.strerror}") from None
