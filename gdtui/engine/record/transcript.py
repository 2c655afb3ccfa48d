"""What the script printed, and what it wrote to standard error, with the epoch it belongs to."""

from __future__ import annotations

import marshal
import threading
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

_CHUNK = 512

# What an entry is besides its text: written to standard error, not the first of its epoch.
_ERROR, _LATER = 1, 2


class Entry(NamedTuple):
    """What was written to one stream in one epoch without a break; several lines, if so many
    were written.

    ``epoch`` is 0 for what came before the training loop and one more than the last epoch
    for what came after it. ``error`` says that it was written to standard error: a warning, a
    message of ``logging``, a traceback.
    """

    epoch: int
    text: str
    error: bool = False


class Line(NamedTuple):
    """One line, without its ending. ``first`` says whether it is the first of its epoch, and
    ``error`` whether it was written to standard error."""

    epoch: int
    text: str
    first: bool
    error: bool = False


_Packed = tuple[int, str, int]


class Transcript:
    """The text that a run wrote, in the order in which it came, an entry for each epoch in which
    something was written, or several where both streams were.

    A stretch of the run that is played again writes the same again; what is here already is
    not taken a second time, of either stream. Full chunks are kept compressed: a million lines
    of ``epoch 1: w = 1.200, loss = 30.00000000`` take a few bytes each. One thread writes; any
    thread may read.
    """

    def __init__(
        self,
        listener: Callable[[str], object] | None = None,
        errors: Callable[[str], object] | None = None,
    ) -> None:
        """``listener`` gets each new piece of text as it is printed, and ``errors`` each that is
        written to standard error."""
        self._listeners = (listener, errors)
        self._lock = threading.Lock()
        self._packed: list[bytes] = []
        # The number of lines up to the end of each packed chunk, and its last epoch.
        self._lines_packed: list[int] = []
        self._epochs_packed: list[int] = []
        self._open: list[_Packed] = []
        # The entry being written, in pieces: an epoch may print a great many of them.
        self._epoch = -1
        self._kind = 0
        self._pieces: list[str] = []
        # How much of this epoch's text is here, and how far into which epoch's text this pass
        # over the run has come; printed, and written to standard error.
        self._heard = [0, 0]
        self._pass_epoch = -1
        self._pass_at = [0, 0]
        self._unpacked: tuple[int, list[_Packed]] = (-1, [])

    def write(self, epoch: int, text: str, *, error: bool = False) -> None:
        """Add what was written in an epoch, unless that was heard before."""
        if epoch != self._pass_epoch:
            self._pass_epoch, self._pass_at = epoch, [0, 0]
        at = self._pass_at[error]
        self._pass_at[error] = at + len(text)
        if epoch < self._epoch:
            return
        with self._lock:
            if epoch > self._epoch:
                self._finish_entry()
                self._epoch, self._kind, self._heard = epoch, error, [0, 0]
            heard = self._heard[error]
            new = text[heard - at :] if at < heard else text
            if not new:
                return
            if self._kind & _ERROR != error:
                self._finish_entry()
                self._kind = error | (_LATER if any(self._heard) else 0)
            self._pieces.append(new)
            self._heard[error] = heard + len(new)
        listener = self._listeners[error]
        if listener:
            listener(new)

    def rewind(self) -> None:
        """The run has gone back in time: what it writes next may have been heard before."""
        self._pass_epoch = -1

    def printed_again(self, epoch: int) -> str:
        """What the run has printed in an epoch since it last came there, which is less than all
        that was printed in it where it has been farther before."""
        if epoch != self._pass_epoch:
            return ""
        start, stop = self.lines_until(epoch - 1), self.lines_until(epoch)
        printed = [each.text for each in self.lines(start, stop) if not each.error]
        return "\n".join(printed)[: self._pass_at[0]]

    def last_printed(self, stop: int) -> str:
        """The last of the lines before ``stop`` that was printed; empty where there is none."""
        for place in reversed(range(stop)):
            for line in self.lines(place, place + 1):
                if not line.error:
                    return line.text
        return ""

    def __len__(self) -> int:
        """How many entries there are."""
        with self._lock:
            return self._length()

    def __getitem__(self, index: int) -> Entry:
        with self._lock:
            length = self._length()
            if not -length <= index < length:
                raise IndexError(f"entry {index} is not among the {length} there are")
            chunk, place = divmod(index % length, _CHUNK)
            entries = self._unpack(chunk) if chunk < len(self._packed) else self._tail_chunk()
            epoch, text, kind = entries[place]
            return Entry(epoch, text, bool(kind & _ERROR))

    def __iter__(self) -> Iterator[Entry]:
        """The entries so far, in order."""
        for index in range(len(self)):
            yield self[index]

    def tail(self, count: int) -> list[Entry]:
        """The last ``count`` entries, or all if there are fewer."""
        length = len(self)
        return [self[index] for index in range(max(0, length - count), length)]

    @property
    def line_count(self) -> int:
        """How many lines there are; one that has no ending yet counts."""
        with self._lock:
            return self._packed_lines() + sum(_count(text) for _, text, _ in self._tail_chunk())

    def lines(self, start: int, stop: int) -> list[Line]:
        """The lines from ``start`` up to ``stop``, counted from 0, as far as there are any.
        What this costs does not depend on how many there are before them."""
        found: list[Line] = []
        start = max(0, start)
        with self._lock:
            while start + len(found) < stop:
                at = start + len(found)
                chunk = bisect_right(self._lines_packed, at)
                last = chunk == len(self._packed)
                before = self._lines_packed[chunk - 1] if chunk else 0
                entries = self._tail_chunk() if last else self._unpack(chunk)
                first = before
                for epoch, text, kind in entries:
                    after = first + _count(text)
                    if after > max(first, at):
                        # Of an entry of a million lines only those are made that are asked for.
                        found += _split(epoch, text, kind, max(0, at - first), stop - first)
                    if after >= stop:
                        break
                    first = after
                if last:
                    break
        return found

    def lines_until(self, epoch: int) -> int:
        """How many lines were printed up to the end of an epoch."""
        with self._lock:
            chunk = bisect_right(self._epochs_packed, epoch)
            before = self._lines_packed[chunk - 1] if chunk else 0
            last = chunk == len(self._packed)
            entries = self._tail_chunk() if last else self._unpack(chunk)
            return before + sum(_count(text) for each, text, _ in entries if each <= epoch)

    @property
    def text(self) -> str:
        """Everything that was printed, as one text."""
        return "".join(entry.text for entry in self if not entry.error)

    @property
    def error_text(self) -> str:
        """Everything that was written to standard error, as one text."""
        return "".join(entry.text for entry in self if entry.error)

    def _length(self) -> int:
        return len(self._packed) * _CHUNK + len(self._open) + bool(self._pieces)

    def _packed_lines(self) -> int:
        return self._lines_packed[-1] if self._lines_packed else 0

    def _tail_chunk(self) -> list[_Packed]:
        return [*self._open, (self._epoch, "".join(self._pieces), self._kind)]

    def _finish_entry(self) -> None:
        if not self._pieces:
            return
        self._open.append((self._epoch, "".join(self._pieces), self._kind))
        self._pieces = []
        if len(self._open) == _CHUNK:
            lines = sum(_count(text) for _, text, _ in self._open)
            self._lines_packed.append(self._packed_lines() + lines)
            self._epochs_packed.append(self._epoch)
            self._packed.append(zlib.compress(marshal.dumps(self._open), level=1))
            self._open = []

    def _unpack(self, chunk: int) -> list[_Packed]:
        if self._unpacked[0] != chunk:
            self._unpacked = (chunk, marshal.loads(zlib.decompress(self._packed[chunk])))
        return self._unpacked[1]


def _count(text: str) -> int:
    """How many lines a text has."""
    return text.count("\n") + (not text.endswith("\n") and bool(text))


def _split(epoch: int, text: str, kind: int, start: int, stop: int) -> Iterator[Line]:
    """The lines of an entry from ``start`` up to ``stop``, counted from 0."""
    lines = text.removesuffix("\n").split("\n", stop)[start:stop]
    for number, line in enumerate(lines, start):
        yield Line(epoch, line, not number and not kind & _LATER, bool(kind & _ERROR))
