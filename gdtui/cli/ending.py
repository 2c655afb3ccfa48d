"""How gdtui ends: its exit codes, and what it complains of."""

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
    """Exit at once. On the usual way out Python would try to write what is left in a buffer
    that nobody reads, and after an interrupt it may end itself by the signal once more."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def complain(message: str) -> None:
    """Say in one line on standard error what is wrong."""
    from gdtui.engine.printable import clean_line

    click.echo(f"gdtui: {clean_line(' '.join(message.split()))}", err=True)
