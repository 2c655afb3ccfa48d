"""What stands in for the standard streams while a script runs.

A script may keep a stream, as the handlers of ``logging`` do, close it, or write bytes to it.
Each run has stand-ins of its own, which stay the same objects as long as the run lives.
"""

from __future__ import annotations

import codecs
import io
from collections import deque
from collections.abc import Callable
from threading import get_ident
from typing import Any, Final, cast

from gdtui.engine.libraries import LIBRARIES

Heard = Callable[[str], object]

_MOST_PIECES = 1_000


class Elsewhere:
    """What reaches the standard streams of the process past Python: from processes that a script
    has started, and from libraries in C. Whoever has taken these streams adds it, on any thread;
    the run that is going takes it."""

    def __init__(self) -> None:
        self._pieces: deque[str] = deque(maxlen=_MOST_PIECES)

    def add(self, text: str) -> None:
        """There is more of it. Of very much the first is lost."""
        self._pieces.append(text)

    def take(self) -> str:
        """What has come since the last call."""
        taken = []
        while self._pieces:
            taken.append(self._pieces.popleft())
        return "".join(taken)


ELSEWHERE: Final = Elsewhere()


def _deaf(text: str) -> None:
    pass


class Output(io.TextIOBase):
    """What ``print`` writes to while a script runs. Other threads write where they would, and
    whatever else a script wants of the stream it gets from the real one."""

    def __init__(self, listener: Heard, flushed: Callable[[], object], errors: str) -> None:
        """``listener`` gets each piece of text, and ``flushed`` is called when the script wants
        it seen at once. ``errors`` says what becomes of text that cannot be encoded where the
        real stream does not say."""
        self._listener = listener
        self._flushed = flushed
        self._own_errors = errors
        self._hears = listener
        self._thread: int | None = None
        self._outside: Any = None
        self._shut = False
        self._bytes = _Bytes(self)

    def attach(self, outside: Any) -> None:
        """Listen to this thread and let the others write to ``outside``."""
        self._thread, self._outside = None if self._shut else get_ident(), outside

    def detach_from_thread(self) -> None:
        """Listen to nobody: the script does not run."""
        self._thread = None

    def mute(self, quiet: bool) -> None:
        """Let what is written be lost, or be heard again."""
        self._hears = _deaf if quiet else self._listener

    def reopen(self) -> None:
        """A run begins anew."""
        self._shut = False

    @property
    def closed(self) -> bool:
        """Whether the script has closed the stream."""
        return self._shut

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the real stream."""
        return getattr(self._outside, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """What the real stream does with text that it cannot encode."""
        kept = getattr(self._outside, "errors_of_script", None)
        return kept or getattr(self._outside, "errors", None) or self._own_errors

    @property
    def buffer(self) -> io.BufferedIOBase:
        """The same stream for bytes."""
        return self._bytes

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if get_ident() == self._thread and type(text) is str and text.isascii():
            self._hears(text)  # nearly always, and as quickly as can be
            return len(text)
        return self._write(text)

    def _write(self, text: str) -> int:
        if self._shut:
            raise ValueError("I/O operation on closed file.")
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        thread = self._thread
        if get_ident() == thread or (thread and LIBRARIES.works_for(thread)):
            # What the real stream refuses or writes otherwise, so does this one.
            self._hears(self._encodable(text))
        elif self._outside is not None:
            self._outside.write(text)
        return len(text)

    def flush(self) -> None:
        if self._shut:
            raise ValueError("I/O operation on closed file.")
        if get_ident() == self._thread and self._hears is self._listener:
            self._flushed()

    def close(self) -> None:
        # The real one belongs to the process.
        self._shut, self._thread = True, None

    def fileno(self) -> int:
        return int(self._outside.fileno())

    def isatty(self) -> bool:
        # A stream without a descriptor is an app that has the screen, not a terminal to write to.
        try:
            return bool(self._outside.isatty()) and self._outside.fileno() >= 0
        except (AttributeError, OSError, ValueError):
            return False

    def reconfigure(self, **options: object) -> None:
        """Lines are passed on at once in any case."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outside, name)

    def __del__(self) -> None:
        # Nothing is to be flushed. io.IOBase would try.
        pass

    def __deepcopy__(self, memo: object) -> Output:
        return self

    def _encodable(self, text: str) -> str:
        encoding = self.encoding
        return text.encode(encoding, self.errors).decode(encoding)


class _Bytes(io.BufferedIOBase):
    """The bytes of an output, as ``sys.stdout.buffer`` takes them."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        view = memoryview(data)
        self._output.write(self._decoder.decode(view.tobytes()))
        return view.nbytes

    def flush(self) -> None:
        self._output.flush()

    def close(self) -> None:
        self._output.close()

    def fileno(self) -> int:
        return self._output.fileno()

    def __del__(self) -> None:
        pass

    def __deepcopy__(self, memo: object) -> _Bytes:
        return self


class Input(io.TextIOBase):
    """The standard input of the process, which a script may close for itself alone: ``exit()``
    does so."""

    def __init__(self) -> None:
        self._outside: Any = None
        self._shut = False

    def attach(self, outside: Any) -> None:
        """Read from this stream."""
        self._outside = outside

    def reopen(self) -> None:
        """A run begins anew."""
        self._shut = False

    @property
    def closed(self) -> bool:
        """Whether the script has closed the stream."""
        return self._shut

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the real stream."""
        return getattr(self._outside, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """What the real stream does with bytes that it cannot decode."""
        return getattr(self._outside, "errors", None) or "strict"

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        return cast(str, self._open.read(size))

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        return cast(str, self._open.readline(size))

    def close(self) -> None:
        self._shut = True

    def fileno(self) -> int:
        return int(self._open.fileno())

    def isatty(self) -> bool:
        return self._outside is not None and bool(self._open.isatty())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outside, name)

    def __del__(self) -> None:
        pass

    def __deepcopy__(self, memo: object) -> Input:
        return self

    @property
    def _open(self) -> Any:
        if self._shut:
            raise ValueError("I/O operation on closed file.")
        return self._outside
