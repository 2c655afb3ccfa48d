"""Exit codes and error messages."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn

import click

FAILED = 1
USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


def leave(code: int) -> NoReturn:
    """Exit at once. A normal exit would try to flush a buffer that nobody reads, and after an
    interrupt Python may end itself by the signal again."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def complain(message: str) -> None:
    """Print a one-line error message on standard error."""
    from gdtui.engine.printable import clean_line

    click.echo(f"gdtui: {clean_line(' '.join(message.split()))}", err=True)
