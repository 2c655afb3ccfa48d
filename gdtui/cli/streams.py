"""The standard streams: prepared, and a script written to one of them."""

from __future__ import annotations

import contextlib
import io
import os
import sys


def prepare_streams() -> None:
    """Make standard output accept and standard input deliver any text, and make output to a closed
    standard output disappear. A closed standard input stays ``None``."""
    _fill_gaps()
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A script meets the same errors as under Python, so its handler is kept.
            stream.errors_of_script = stream.errors  # type: ignore[attr-defined]
            # Characters that the encoding lacks are written as Python escapes.
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def put_text(text: str) -> None:
    """Write a script to standard output, as bytes, so that its line endings stay as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _fill_gaps() -> None:
    """Open the null device for each closed standard stream. Otherwise the next opened file would
    get its number, and output to the stream would go into that file."""
    with contextlib.suppress(OSError):
        number = os.open(os.devnull, os.O_RDWR)
        while number <= 2:
            number = os.dup(number)
        os.close(number)
