"""The standard streams, made fit for what gdtui reads and writes."""

from __future__ import annotations

import contextlib
import io
import os
import sys


def prepare_streams() -> None:
    """Make writing to standard output and reading from standard input never fail for what the
    text is, and writing to a closed standard output go nowhere. A closed standard input stays
    ``None``."""
    _fill_gaps()
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A script is refused what Python would refuse it, so that is kept.
            stream.errors_of_script = stream.errors  # type: ignore[attr-defined]
            # What the encoding has not is written as Python would quote it.
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def _fill_gaps() -> None:
    """Open nothing in the place of each standard stream that is closed. The next file that is
    opened would have its number, and whoever writes to standard output would write into it."""
    with contextlib.suppress(OSError):
        number = os.open(os.devnull, os.O_RDWR)
        while number <= 2:
            number = os.dup(number)
        os.close(number)
