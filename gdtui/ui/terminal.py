"""Gives the terminal back, however the app ends."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

termios: ModuleType | None
try:
    import termios
except ImportError:  # not on every system
    termios = None

_GRACE = 2.0
"""Seconds that the app may take to end. It may be blocked, writing to a terminal that is gone."""

# The terminal's input settings before the app changed them.
_before: list[Any] | None = None

_OUTPUTS = (1, 2)
"""The descriptors of standard output and standard error."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
_DUMB = ("", "dumb", "unknown")

# Switches off everything that a full-screen program may have switched on: the keyboard protocol
# first, since it belongs to the alternate screen, then that screen, the hidden cursor, and the
# reports of focus, mouse, paste and size.
_GIVE_BACK = (
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    "\x1b[?2004l\x1b[?2048l\x1b[?7h\x1b[0m"
)


def is_dumb() -> bool:
    """Whether the terminal declares that it can only print lines, or on POSIX declares nothing."""
    return os.environ.get("TERM", "" if os.name == "posix" else os.name).lower() in _DUMB


def has_shell_above() -> bool:
    """Whether a shell with job control started the process. Such a shell gives each job its own
    process group; otherwise the process leads the session, or is in its leader's group."""
    return hasattr(os, "getsid") and os.getpgrp() != os.getsid(0)


def is_gone() -> bool:
    """Whether the terminal has been closed."""
    stream = sys.__stdin__
    if stream is None or not hasattr(select, "poll"):
        return False
    try:
        poll = select.poll()
        poll.register(stream.fileno(), 0)
        return any(event & (select.POLLHUP | select.POLLNVAL) for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


def end_without_fail(number: int = signal.SIGTERM) -> None:
    """End the process after a delay, unless it has ended by then, with the exit status of a process
    that the signal ``number`` ended."""
    timer = threading.Timer(_GRACE, _end_now, (number,))
    timer.daemon = True
    timer.start()


@contextlib.contextmanager
def guarded(leave: Callable[[], object]) -> Iterator[None]:
    """A context in which the app owns the terminal. A signal that would end the process calls
    ``leave`` instead, on the app's event loop; a second signal ends the process at once. On
    leaving, the terminal is restored, even if an exception interrupted the app's start."""
    global _before
    _before = _attributes()
    heard: list[int] = []

    def hear(number: int, _: object) -> None:
        heard.append(number)
        if len(heard) > 1:
            _end_now(number)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # The app has not started or has ended, so it does not own the terminal.
            raise SystemExit(128 + number) from None
        end_without_fail(number)
        loop.call_soon_threadsafe(leave)

    handlers: dict[int, Any] = {}
    for name in _SIGNALS:
        # Some systems lack some of these signals, and only the main thread may handle them.
        with contextlib.suppress(AttributeError, ValueError):
            number = getattr(signal, name)
            handlers[number] = signal.signal(number, hear)
    try:
        yield
    except BaseException:
        _give_back()
        raise
    finally:
        _set_attributes(_before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def screen_for_itself(heard: Callable[[str], object]) -> Iterator[None]:
    """A context in which only the app writes to the terminal. What anything else writes to standard
    output or standard error, such as a process that a script starts, goes to ``heard`` instead, on
    another thread."""
    streams = sys.__stdout__, sys.__stderr__
    if streams[0] is None or streams[1] is None or sys.platform == "win32":
        yield
        return
    kept = [os.dup(each) for each in _OUTPUTS]
    reader, writer = os.pipe()
    for each in _OUTPUTS:
        os.dup2(writer, each)
    os.close(writer)
    threading.Thread(target=_pass_on, args=(reader, heard), daemon=True).start()
    # Textual's driver writes to the second, and takes the size from the first.
    own = [
        os.fdopen(os.dup(each), "w", encoding=stream.encoding, errors=stream.errors)
        for each, stream in zip(kept, streams, strict=True)
        if stream is not None
    ]
    before = sys.stdout, sys.stderr
    sys.__stdout__, sys.__stderr__ = own  # type: ignore[misc]
    sys.stdout, sys.stderr = own  # for messages after the app has ended
    try:
        yield
    finally:
        sys.__stdout__, sys.__stderr__ = streams  # type: ignore[misc]
        sys.stdout, sys.stderr = before
        for each, terminal in zip(_OUTPUTS, kept, strict=True):
            os.dup2(terminal, each)
            os.close(terminal)
        for stream in own:
            with contextlib.suppress(OSError):
                stream.close()


def _pass_on(reader: int, heard: Callable[[str], object]) -> None:
    """Read until every writer has closed its end. A process that outlives the app keeps its end
    open."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    while data := os.read(reader, 65536):
        heard(decode(data))
    os.close(reader)


def _end_now(number: int) -> None:
    _give_back()
    os._exit(128 + number)


def _give_back() -> None:
    _set_attributes(_before)
    stream = sys.__stderr__
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        # A blocked write must not block this one as well.
        os.set_blocking(stream.fileno(), False)
        try:
            os.write(stream.fileno(), _GIVE_BACK.encode())
        finally:
            os.set_blocking(stream.fileno(), True)


def _attributes() -> list[Any] | None:
    """The terminal's input settings; None if it has none."""
    if termios is None or sys.__stdin__ is None:
        return None
    try:
        return list(termios.tcgetattr(sys.__stdin__.fileno()))
    except (OSError, ValueError, termios.error):
        return None


def _set_attributes(attributes: list[Any] | None) -> None:
    if attributes is None or termios is None or sys.__stdin__ is None:
        return
    with contextlib.suppress(OSError, ValueError, termios.error):
        termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, attributes)
