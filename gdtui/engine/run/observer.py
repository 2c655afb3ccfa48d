"""Who hears of every statement of a run."""

from __future__ import annotations

import operator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from gdtui.engine.program.observing import ShiftPlace, Watched


class Place(Protocol):
    """Where a run is.

    Attributes:
        epoch: the epoch that is running or has just ended, from 1; 0 before the first.
        in_epoch: whether it is not over.
    """

    epoch: int
    in_epoch: bool


class Observer:
    """Hears of every statement of a run, and does nothing. The calls come from the script's stack.

    Attributes:
        watched: the statements of which it hears, by their index; set when the script is compiled.
        shifts: where it may move variables.
    """

    watched: tuple[Watched, ...] = ()
    shifts: tuple[ShiftPlace, ...] = ()

    def begin(self, place: Place) -> None:
        """A run begins, whose ``place`` is up to date from now on."""

    def watching(self) -> AbstractContextManager[object]:
        """Is entered whenever the script goes on, and left whenever it pauses."""
        return nullcontext()

    def about(self, index: int) -> None:
        """A statement is about to run."""

    def seen(self, index: int) -> None:
        """A statement has run."""

    def difference(self, left: Any, right: Any) -> Any:
        """What the script has of ``left - right``."""
        return operator.sub(left, right)

    def shifted(self, path: str, value: Any) -> Any:
        """The value that a variable gets, instead of its own."""
        return value
