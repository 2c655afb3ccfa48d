"""Prints a run while it goes on."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from typing import TextIO

from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.export.jsonl import epoch_objects


class ScriptPrinter:
    """Prints the script's output. If the reader of the output goes away, the run stops.

    Attributes:
        broken: the error that prevents further output; None if there is none.
    """

    def __init__(self, complain: Callable[[str], object]) -> None:
        """``complain`` takes messages that do not belong on standard output."""
        self.broken: OSError | None = None
        self._complain = complain
        self._out: TextIO = sys.stdout
        self._errors = sys.stderr
        self._timeline: Timeline | None = None

    def follow(self, timeline: Timeline) -> None:
        """Attach to a run."""
        self._timeline = timeline

    def printed(self, text: str) -> None:
        """Called inside the script's own ``print``, while the engine replaces sys.stdout."""
        self._write(text)

    def complained(self, text: str) -> None:
        """Called while the script, or Python on its behalf, writes to standard error."""
        # Standard error is closed, or its reader has gone: like Python, be silent.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._errors.write(text)
            self._errors.flush()

    def catch_up(self) -> None:
        """Print what is new since the last call."""

    def ended(self, status: Status, epochs: int, message: str) -> None:
        """Print how the run ended, if the script's own output does not say so."""
        if status is Status.STOPPED:
            self._complain(message)

    def _write(self, text: str) -> None:
        if self.broken:
            return
        try:
            self._out.write(text)
            if not text.endswith("\n"):
                self._out.flush()  # the script flushes, or pauses
        except OSError as error:
            # Not raised inside the script, which might catch it.
            self.broken = error
            if self._timeline:
                self._timeline.interrupt()


class SilentPrinter(ScriptPrinter):
    """Drops the script's output."""

    def printed(self, text: str) -> None:
        pass


class JsonPrinter(SilentPrinter):
    """Prints an object for each epoch, and one for the end. Only these go to standard output: what
    a script writes past Python, by a process of its own or by ``os.write``, goes to standard error.
    """

    def __init__(self, complain: Callable[[str], object]) -> None:
        super().__init__(complain)
        self._done = 0
        self._out = taken_from_others(self._out)

    def catch_up(self) -> None:
        if self._timeline:
            timeline = self._timeline
            for each in epoch_objects(timeline.history, self._done, timeline.epochs_total):
                self._write(json.dumps(each) + "\n")
                self._done += 1

    def ended(self, status: Status, epochs: int, message: str) -> None:
        self._write(json.dumps({"status": status, "epochs": epochs, "message": message}) + "\n")


def taken_from_others(stream: TextIO) -> TextIO:
    """A copy of a stream's destination. From now on the stream itself and its descriptor lead to
    standard error."""
    try:
        descriptor = stream.fileno()
        kept = os.dup(descriptor)
        os.dup2(2, descriptor)
    except (OSError, ValueError):  # closed, or not a real stream
        return stream
    return open(kept, "w", buffering=1, encoding=stream.encoding)  # noqa: PTH123
