"""A script's file, looked at now and then for whether it still is what was read."""

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
"""Nanoseconds for which a file may change without its time changing, on some file systems."""

_MISSED = 2
"""Looks for which a file has to be missing. Editors take it away for a moment as they save."""

_Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class News:
    """What has become of a file.

    Attributes:
        script: what stands in it now; None where that is no training script.
        reason: why it is none, in a line that names the file; empty where it is one.
    """

    script: Script | None
    reason: str = ""


class WatchedFile:
    """The file of a script. Only a regular file is ever opened.

    Attributes:
        is_newer: whether another script stands in it than the app has read.
        fault: why no script stands in it; empty where one does.
    """

    def __init__(self, script: Script, clock: Callable[[], int] = time.time_ns) -> None:
        """``script`` is what was read; ``clock`` gives the time in nanoseconds, as files have
        it."""
        self._script = script
        self._clock = clock
        self._stamp: _Stamp | None = None
        self._told: object = script.text
        self._missed = 0
        self.is_newer = False
        self.fault = ""

    def notice(self, *, in_lesson: bool) -> str:
        """What the learner is told about the file; empty for nothing."""
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
        """What has become of the file since the last look; None where nothing has."""
        stamp = self._look_at_stamp()
        if stamp is None:
            self._missed += 1
            if self._missed < _MISSED:
                return None
        elif stamp == self._stamp:
            return None
        else:
            self._missed = 0
            # A file that has just been written may be written again within the same tick.
            self._stamp = stamp if self._clock() - stamp[0] > _YOUNG else None
        news = self.read()
        told = news.script.text if news.script else news.reason
        if told == self._told:
            return None
        self._told = told
        return news

    def read(self) -> News:
        """What stands in the file now."""
        path = self._script.path
        try:
            if not stat.S_ISREG(Path(path).stat().st_mode):
                return News(None, f"{self.name} is no file any more")
            found = Script.from_file(path)
        except OSError:
            return News(None, f"{self.name} is gone")
        except ScriptError as error:
            return News(None, clean_line(str(error).replace(path, self.name, 1)))
        # What it is called and given is what it was opened with.
        return News(replace(found, name=self._script.name, arguments=self._script.arguments))

    def _look_at_stamp(self) -> _Stamp | None:
        try:
            found = Path(self._script.path).stat()
        except (OSError, ValueError):
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)
