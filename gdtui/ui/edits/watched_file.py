"""A script's file, checked from time to time for changes."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script

_YOUNG = 2_000_000_000
"""Nanoseconds within which a file may change without a new time stamp, on some file systems."""

_MISSED = 2
"""Checks in a row for which a file must be missing. Editors remove it for a moment while saving."""

_Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class News:
    """The state of a file.

    Attributes:
        script: the script in it; None if it holds no training script.
        reason: why it holds none, in a line that names the file; empty if it holds one.
    """

    script: Script | None
    reason: str = ""


class WatchedFile:
    """The file of a script. Only a regular file is ever opened.

    Attributes:
        is_newer: whether it holds another script than the app has read.
        fault: why it holds no script; empty if it holds one.
    """

    def __init__(self, script: Script, clock: Callable[[], int] = time.time_ns) -> None:
        """``script`` is the script as read; ``clock`` returns the time in nanoseconds since the
        epoch, as file systems record it."""
        self._script = script
        self._clock = clock
        self._stamp: _Stamp | None = None
        self._told: object = script.text
        self._missed = 0
        self.is_newer = False
        self.fault = ""

    def notice(self, *, in_lesson: bool) -> str:
        """The notice about the file; empty for none."""
        if self.fault:
            return f"{self.fault}. The run goes on with what was read."
        if not self.is_newer:
            return ""
        if in_lesson:
            return f"{self.name} has changed. Once you leave the lesson, R reads it again."
        return f"R reads {self.name} again: it has changed."

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return clean_line(Path(self._script.path).name)

    def look(self) -> News | None:
        """The state of the file if it has changed since the last check; None otherwise."""
        stamp = self._look_at_stamp()
        if stamp is None:
            self._missed += 1
            if self._missed < _MISSED:
                return None
        elif stamp == self._stamp:
            return None
        else:
            self._missed = 0
            # A file just written may be written again within the same clock tick.
            self._stamp = stamp if self._clock() - stamp[0] > _YOUNG else None
        news = self.read()
        told = news.script.text if news.script else news.reason
        if told == self._told:
            return None
        self._told = told
        return news

    def read(self) -> News:
        """Read the file now."""
        path = self._script.path
        try:
            if not stat.S_ISREG(Path(path).stat().st_mode):
                return News(None, f"{self.name} is no file any more")
            found = Script.from_file(path)
        except OSError:
            return News(None, f"{self.name} is gone")
        except ScriptError as error:
            return News(None, clean_line(str(error).replace(path, self.name, 1)))
        # It keeps the name and the arguments that it was opened with.
        return News(replace(found, name=self._script.name, arguments=self._script.arguments))

    def _look_at_stamp(self) -> _Stamp | None:
        try:
            found = Path(self._script.path).stat()
        except (OSError, ValueError):
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)
