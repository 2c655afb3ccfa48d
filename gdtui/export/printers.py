"""Printing a run while it goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from gdtui.engine.timeline import Timeline
from gdtui.export.jsonl import epoch_objects


class ScriptPrinter:
    """Prints what the script prints. A reader that has gone away stops the run.

    Attributes:
        broken: why nothing can be written any more; None as long as it can.
    """

    def __init__(self, complain: Callable[[str], object]) -> None:
        """``complain`` takes what standard output is not for."""
        self.broken: OSError | None = None
        self._complain = complain
        self._out = sys.stdout
        self._timeline: Timeline | None = None

    def follow(self, timeline: Timeline) -> None:
        """Print of this run."""
        self._timeline = timeline

    def printed(self, text: str) -> None:
        """Called inside the script's own ``print``, while sys.stdout is the engine's."""
        self._write(text)

    def catch_up(self) -> None:
        """Print what has come about since the last call."""

    def ended(self, status: str, epochs: int, message: str) -> None:
        """Print how the run ended, where the script's own output does not tell."""
        if status == "stopped":
            self._complain(message)

    def _write(self, text: str) -> None:
        if self.broken:
            return
        try:
            self._out.write(text)
        except OSError as error:
            # Not to be raised inside the script, which might handle it.
            self.broken = error
            if self._timeline:
                self._timeline.interrupt()


class SilentPrinter(ScriptPrinter):
    """Prints nothing of what the script prints."""

    def printed(self, text: str) -> None:
        pass


class JsonPrinter(SilentPrinter):
    """Prints an object for each epoch, and one for the end."""

    def __init__(self, complain: Callable[[str], object]) -> None:
        super().__init__(complain)
        self._done = 0

    def catch_up(self) -> None:
        if self._timeline:
            for each in epoch_objects(self._timeline.history, self._done):
                self._write(json.dumps(each) + "\n")
                self._done += 1

    def ended(self, status: str, epochs: int, message: str) -> None:
        self._write(json.dumps({"status": status, "epochs": epochs, "message": message}) + "\n")
