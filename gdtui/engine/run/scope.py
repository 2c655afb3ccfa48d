"""The names that a training loop sees."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any


class Scope:
    """The frame that a training loop runs in, and its names: those of its function, if it stands
    in one, and then the global ones.

    Attributes:
        of_function: whether it is the frame of a function or a class, whose names have to be
            read anew whenever they are needed.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        """``namespace`` are the global names of the script."""
        self.of_function = False
        self._globals = namespace
        self._frame: FrameType | None = None
        self._names = namespace
        # Which names of the function and which global ones there were, when they were last read.
        self._own: frozenset[str] = frozenset()
        self._others: frozenset[str] | None = None

    @property
    def frame(self) -> FrameType | None:
        """The frame of the training loop; None before it and when it is over."""
        return self._frame

    def hold(self, names: dict[str, Any]) -> None:
        """The names of a function that a run is about to enter in the middle."""
        self.of_function = True
        self._names = own_first(names, self._globals)

    def enter(self, frame: FrameType) -> None:
        """A training loop begins in a frame."""
        self._frame = frame
        self.of_function = frame.f_locals is not self._globals
        self._names = {} if self.of_function else self._globals
        self._others = None
        self.read()

    def leave(self) -> None:
        """The loop is over. The names stay as they were last."""
        if self._frame is not None:
            self.read()
        self._frame = None

    def is_own(self, frame: FrameType) -> bool:
        """Whether a frame is the one that the loop runs in."""
        return frame is self._frame

    def is_around(self, frame: FrameType) -> bool:
        """Whether what runs in a frame was called, by whatever way, from the loop's own."""
        around = frame.f_back
        while around is not None and around is not self._frame:
            around = around.f_back
        return around is not None

    @property
    def names(self) -> dict[str, Any]:
        """The names with what they hold now."""
        self.read()
        return self._names

    def read(self) -> None:
        """Bring the names of a function up to date. The dict stays the same as long as the loop
        runs."""
        if not self.of_function or self._frame is None:
            return
        own, others, names = self._frame.f_locals, self._globals, self._names
        if own.keys() == self._own and others.keys() == self._others:
            # The usual case, several times an epoch: the same names, and what they hold now. Those
            # of the function come second, and so they win.
            names.update(others)
            names.update(own)
            return
        merged = own_first(own, others)
        names.clear()
        names.update(merged)
        self._own, self._others = frozenset(own), frozenset(others)


def own_first(own: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a function, and then those of what is around it that it does not hide."""
    return {**own, **{name: value for name, value in others.items() if name not in own}}
