"""The app in a real terminal: however it ends, the screen is given back and the process ends."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios

import pytest

GDTUI = "from gdtui.cli import main; main()"
BROKEN = f"import gdtui.ui.app as a; a.GdtuiApp.action_log_scale = lambda self: 1 / 0; {GDTUI}"
LEFT = b"\x1b[?1049l"
"""What leaves the screen that belongs to full-screen programs."""


class Terminal:
    """A process in a terminal of 120x36."""

    def __init__(self, code: str, *arguments: str) -> None:
        self.seen = b""
        self.handle, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=other,
            stdout=other,
            stderr=other,
            env=os.environ | {"TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(other)

    def read_until(self, sign: bytes) -> None:
        while sign not in self.seen:
            self.seen += os.read(self.handle, 65536)

    def type(self, keys: bytes) -> None:
        os.write(self.handle, keys)

    def end(self) -> int:
        """All there is to read, and the exit code."""
        try:
            while more := os.read(self.handle, 65536):
                self.seen += more
        except OSError:
            pass  # how Linux says that nobody is at the other end any more
        os.close(self.handle)
        return self.process.wait()


ENDS = {
    "q": lambda terminal: terminal.type(b"q"),
    "ctrl+c": lambda terminal: terminal.type(b"\x03"),
    "SIGTERM": lambda terminal: terminal.process.send_signal(signal.SIGTERM),
    "SIGHUP": lambda terminal: terminal.process.send_signal(signal.SIGHUP),
}


@pytest.mark.parametrize("how", ENDS)
def test_it_ends_while_it_plays_and_gives_the_screen_back(how):
    settings = ["--set", "epochs=9000000", "--set", "print_every=100000"]
    terminal = Terminal(GDTUI, "1", *settings)
    terminal.read_until(b"ready")
    terminal.type(b"G")
    terminal.read_until(b"flat out")
    ENDS[how](terminal)
    assert terminal.end() == 0
    assert LEFT in terminal.seen
    assert b"Traceback" not in terminal.seen


def test_a_fault_of_ours_gives_the_screen_back_too():
    terminal = Terminal(BROKEN, "1")
    terminal.read_until(b"ready")
    terminal.type(b"l")
    assert terminal.end() == 1
    assert b"ZeroDivisionError" in terminal.seen[terminal.seen.index(LEFT) :]


def test_a_script_that_asks_for_input_gets_none(tmp_path):
    path = tmp_path / "asks.py"
    path.write_text("w = float(input())\nfor e in range(3):\n    loss = w\n    w -= 0.1 * w\n")
    terminal = Terminal(GDTUI, str(path))
    terminal.read_until(b"EOFError")
    terminal.type(b"q")
    assert terminal.end() == 0


@pytest.mark.parametrize("playing", [False, True])
def test_it_ends_when_the_terminal_is_gone(playing):
    """As when its window is closed: what it writes goes nowhere, and nothing more is read."""
    terminal = Terminal(GDTUI, "1", "--set", "epochs=9000000", "--set", "print_every=100000")
    terminal.read_until(b"ready")
    if playing:
        terminal.type(b"G")
        terminal.read_until(b"flat out")
    os.close(terminal.handle)
    terminal.process.wait()
