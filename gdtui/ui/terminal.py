"""The terminal that the app runs in, and what to do when it is gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator

_GRACE = 2.0
"""Seconds that an app has to end by itself once its terminal is gone. It may be stuck in writing
to it."""

_EXIT_CODE = 129  # as a shell says of a process that ended by a hangup


def is_gone() -> bool:
    """Whether nobody is at the other end of the terminal any more."""
    stream = sys.__stdin__
    if stream is None or not hasattr(select, "poll"):
        return False
    try:
        poll = select.poll()
        poll.register(stream.fileno(), 0)
        return any(event & (select.POLLHUP | select.POLLNVAL) for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


def end_without_fail() -> None:
    """End the process in a while, if it has not ended by then."""
    timer = threading.Timer(_GRACE, os._exit, (_EXIT_CODE,))
    timer.daemon = True
    timer.start()


@contextlib.contextmanager
def hangups(handle: Callable[[], object]) -> Iterator[None]:
    """Have a hangup handled, even while the app is stuck in writing."""
    try:
        before = signal.signal(signal.SIGHUP, lambda *_: handle())
    except (AttributeError, ValueError):  # not on every system, and only in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
