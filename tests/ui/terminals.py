"""The app in a real terminal, for tests."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios

GDTUI = "from gdtui.cli import main; main()"
SHELL = f"""
import os, signal, sys
# A job in the foreground, as a shell that can suspend one starts it.
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-c", {GDTUI!r}, *sys.argv[1:]])
while os.WIFSTOPPED(status := os.waitpid(job, os.WUNTRACED)[1]):
    os.tcsetpgrp(0, os.getpgrp())
    print("suspended by", os.WSTOPSIG(status), flush=True)
    input()
    os.tcsetpgrp(0, job)
    os.killpg(job, signal.SIGCONT)
os.tcsetpgrp(0, os.getpgrp())
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs gdtui as a job that ctrl+z suspends, and goes on with it when it gets a line."""

LEFT = b"\x1b[?1049l"
"""What leaves the screen that belongs to full-screen programs."""


class Terminal:
    """A process in a terminal of 120x36, which is its controlling one: ctrl+c before the app
    takes it over is a signal, as in a shell."""

    def __init__(
        self, code: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> None:
        self.seen = b""
        self.handle, self._other = pty.openpty()
        fcntl.ioctl(self._other, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self._before = termios.tcgetattr(self._other)
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=self._other,
            stdout=self._other,
            stderr=self._other,
            env=os.environ | {"TERM": "xterm-256color"} | (environment or {}),
            start_new_session=True,
            preexec_fn=_take_terminal,
        )

    def read_until(self, sign: bytes) -> None:
        while sign not in self.seen:
            self.seen += os.read(self.handle, 65536)

    def read_some(self) -> None:
        """What there is to read now."""
        if select.select([self.handle], [], [], 0)[0]:
            self.seen += os.read(self.handle, 65536)

    def type(self, keys: bytes) -> None:
        os.write(self.handle, keys)

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal treats what is typed as it did before; asked after the end."""
        return self._after == self._before

    @property
    def is_as_before_now(self) -> bool:
        """The same, while the process lives."""
        return termios.tcgetattr(self._other) == self._before

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed."""
        os.close(self._other)
        os.close(self.handle)

    def end(self) -> int:
        """All there is to read, and the exit code."""
        while self.process.poll() is None:
            if select.select([self.handle], [], [], 0.05)[0]:
                self.seen += os.read(self.handle, 65536)
        self._after = termios.tcgetattr(self._other)
        os.close(self._other)
        try:
            while more := os.read(self.handle, 65536):
                self.seen += more
        except OSError:
            pass  # how Linux says that nobody is at the other end any more
        os.close(self.handle)
        return self.process.returncode


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
