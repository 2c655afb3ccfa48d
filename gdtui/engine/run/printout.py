"""What a running script writes, cut into lines that belong to one epoch each."""

from __future__ import annotations

from typing import Protocol

from gdtui.engine.record.transcript import Transcript
from gdtui.engine.state.streams import ELSEWHERE


class Place(Protocol):
    """Where in its loop a script is that writes."""

    epoch: int
    in_loop: bool
    in_epoch: bool


class Printout:
    """Writes to a transcript what a script writes to its streams.

    Printed text is passed on by the line, or when the script flushes it or pauses. A line belongs
    to one epoch alone, so that it is the same line again when the epoch is run again.
    """

    def __init__(self, transcript: Transcript, place: Place) -> None:
        self._transcript = transcript
        self._place = place
        self._line, self._epoch = "", 0

    def begin(self, epoch: int) -> None:
        """The script starts anew, or goes on from an epoch that it was at before."""
        self._line, self._epoch = "", epoch
        self._transcript.rewind()

    def printed(self, text: str) -> None:
        """The script has written to standard output."""
        place = self._place
        # What comes after an epoch counts to the next, so after the loop to one more.
        epoch = place.epoch + (place.in_loop and not place.in_epoch)
        if epoch != self._epoch:
            self.flush()
            self._epoch = epoch
        self._line += text
        if text.endswith("\n"):
            self.flush()

    def complained(self, text: str) -> None:
        """The script, or Python on its behalf, has written to standard error."""
        place = self._place
        epoch = place.epoch + (place.in_loop and not place.in_epoch)
        if epoch != self._epoch:
            self.flush()
            self._epoch = epoch
        self._transcript.write(epoch, text, error=True)

    def pause(self) -> None:
        """The script pauses: pass on what there is of a line, and what others have written."""
        self.flush()
        text = ELSEWHERE.take()
        if text:
            self.complained(text if text.endswith("\n") else f"{text}\n")

    def flush(self) -> None:
        """Pass on what there is of a line."""
        if self._line:
            line, self._line = self._line, ""
            self._transcript.write(self._epoch, line)
