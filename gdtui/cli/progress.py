"""A line on standard error that says how far many runs have come."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from gdtui.experiments.remaining import progress_text

_EVERY = 0.2
"""Seconds between two lines."""


class ProgressLine:
    """A line that is written over again and again; nothing where standard error is no terminal."""

    def __init__(
        self, total: int, what: str = "runs", clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``total`` is the number of ``what`` to come."""
        self._total = total
        self._what = what
        self._clock = clock
        self._begun = clock()
        self._last = float("-inf")
        self._width = 0
        self._shown = sys.stderr is not None and sys.stderr.isatty()

    def show(self, done: int) -> None:
        """Say that so many are done."""
        now = self._clock()
        if self._shown and (now - self._last >= _EVERY or done == self._total):
            self._last = now
            self._write(progress_text(done, self._total, now - self._begun, self._what))

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text.ljust(self._width)}" + ("" if text else "\r"))
        sys.stderr.flush()
        self._width = len(text)
