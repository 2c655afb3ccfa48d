"""The events of a run in the order in which they happened, as far as there is room for them."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from gdtui.analysis.diagnose.facts.events import Event, Spot
from gdtui.engine.run.observer import Place

_MOST_EVENTS = 60_000
_MOST_BYTES = 512 * 2**20
_DEEPEST = 200


class Log:
    """Where watchers write down what happens.

    Attributes:
        events: what has happened.
        is_full: whether something was left out because there was too much.
        epochs: the epochs to write down, by number; the others are left out. Before the first one
            everything is written down.
    """

    def __init__(self, path: str, epochs: range, from_epoch: float) -> None:
        """``path`` is the script's file. Beside the ``epochs`` all those are written down that
        begin at ``from_epoch``."""
        self.events: list[Event] = []
        self.is_full = False
        self._path = path
        self._epochs, self._from_epoch = epochs, from_epoch
        self._place: Place | None = None
        self._bytes = 0

    def begin(self, place: Place) -> None:
        """A run begins, which is at ``place`` from now on."""
        self._place = place

    @property
    def is_on(self) -> bool:
        """Whether what happens now is to be written down."""
        place = self._place
        if place is None or self.is_full:
            return False
        return place.epoch in self._epochs or place.epoch >= self._from_epoch

    def add(self, kind: type[Event], spots: tuple[Spot, ...], **facts: Any) -> None:
        """Write an event down."""
        place = self._place
        assert place is not None
        recorded = facts.pop("recorded", True)
        self.events.append(
            kind(len(self.events), place.epoch, place.in_epoch, spots, recorded, **facts)
        )
        if len(self.events) >= _MOST_EVENTS:
            self.is_full = True

    def keep(self, size: int) -> None:
        """So many bytes more are kept alive by the events."""
        self._bytes += size
        if self._bytes > _MOST_BYTES:
            self.is_full = True

    def spots(self, depth: int) -> tuple[tuple[Spot, ...], FrameType | None, list[str]]:
        """The script's lines that are being run, its innermost frame, and the files and functions
        of libraries inside of it, the innermost first. ``depth`` is how many calls are between the
        frame to begin with and this one."""
        frame: FrameType | None = sys._getframe(depth + 1)
        found: list[Spot] = []
        innermost: FrameType | None = None
        inside: list[str] = []
        for _ in range(_DEEPEST):
            if frame is None:
                break
            code = frame.f_code
            if code.co_filename == self._path:
                innermost = innermost or frame
                name = "" if code.co_name == "<module>" else code.co_name
                found.append(Spot(frame.f_lineno, name))
            elif innermost is None:
                inside.append(f"{code.co_filename}:{code.co_name}")
            frame = frame.f_back
        return tuple(found), innermost, inside
