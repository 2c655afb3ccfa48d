"""The statements of an epoch that have run, and at which of them a run pauses."""

from __future__ import annotations

import math
import os
import types
from collections import deque
from collections.abc import Callable
from enum import Enum
from itertools import islice
from typing import Any

from gdtui.engine.program.instrumenting import Statement
from gdtui.engine.program.program import Program
from gdtui.engine.run.opened import OpenedFunctions
from gdtui.engine.run.scope import Scope

NEVER = math.inf
_MOST = 1_000_000
"""How many statements of one epoch are counted. A loop inside an epoch that never ends would
otherwise fill the memory with its count."""

_LOOKED_AT = 10_000


class Reach(Enum):
    """Which functions a run that goes on may pause in: any, ``INTO``; the one it is in and those
    that have called it, ``OVER``; those alone, ``OUT``."""

    INTO = "into"
    OVER = "over"
    OUT = "out"


class Steps:
    """What has run of the present epoch.

    Attributes:
        scope: the frame of the training loop.
        here: the frame of the function in which the run is paused; None where it is in none that
            the training loop has called.
        stepping: whether the run is to pause at a statement.
        note: notes that a statement of the loop has run, and does nothing else.
    """

    def __init__(
        self,
        program: Program,
        opened: OpenedFunctions,
        scope: Scope,
        pause: Callable[[], object],
    ) -> None:
        """``pause`` is called at the statement at which the run is to pause."""
        self.scope = scope
        self.here: types.FrameType | None = None
        self.stepping = False
        self._program = program
        self._opened = opened
        self._pause = pause
        # Adding to it is all that happens after each statement in a run that does not pause.
        self._ran: deque[int] = deque(maxlen=_MOST)
        self.note = self._ran.append
        # The statements of opened functions since the last one of the epoch, each with how deep
        # it stands below the training loop.
        self._inner: list[tuple[int, int]] = []
        self._pause_at = self._inner_at = NEVER
        self._reach_out()
        # A process that the script starts holds a copy of all this.
        self._process = os.getpid()

    def _reach_out(self) -> None:
        """Let the run pause in any function."""
        # Where a run that is not to pause in other functions comes from, how deep that is, and
        # whether it is to pause only once that has returned.
        self._from: types.FrameType | None = None
        self._deepest = 0
        self._left = False

    # For whoever runs the script ------------------------------------------------------

    def begin(self, scope: Scope) -> None:
        """Nothing has run, and the run is not to pause."""
        self.scope = scope
        self.here = None
        self.stepping = False
        self._pause_at = self._inner_at = NEVER
        self._reach_out()
        self.clear()
        self._inner.clear()

    def clear(self) -> None:
        """An epoch begins."""
        self._ran.clear()

    def plan(self, steps: float, inner: float, reach: Reach) -> None:
        """Pause where so many statements of the epoch have run, or so many of functions that the
        next one of the epoch calls, as far as ``reach`` allows."""
        # Statements beyond the most that are counted are steps all the same.
        self._pause_at = steps if steps == NEVER else min(steps, _MOST)
        self._inner_at = inner
        self._left = reach is Reach.OUT
        self._from = None if reach is Reach.INTO else self.here
        self._deepest = 0 if self._from is None else self._depth(self._from)
        self.stepping = steps != NEVER

    def pause_at_once(self) -> None:
        """Pause at the next statement."""
        self._pause_at = self._inner_at = -1
        self._reach_out()
        self.stepping = True

    def pause_after(self, more: int) -> None:
        """Pause after so many more statements of the epoch, and in no opened function."""
        self._pause_at = min(len(self._ran) + more, _MOST)
        self._inner_at = NEVER
        self._reach_out()
        self.stepping = True

    def leave_functions(self) -> None:
        """The run goes on without regard to the opened function that it may be in."""
        self._inner.clear()

    # For the instrumented script ------------------------------------------------------

    def report(self, index: int) -> None:
        """A statement of the loop has run, in a run that is to pause."""
        self._ran.append(index)
        self._inner.clear()
        # After the last statement of an epoch the pause is the end of the epoch.
        if len(self._ran) >= self._pause_at and index >= 0:
            self._pause()

    def report_in(self, index: int, frame: types.FrameType) -> None:
        """A statement of a function that trains has run, in a run that is to pause."""
        self._ran.append(index)
        self._inner.clear()
        if len(self._ran) >= self._pause_at and self._may_pause_in(frame, self._depth(frame)):
            self._pause_in(frame)

    def report_inner(self, index: int, frame: types.FrameType) -> None:
        """A statement of an opened function has run."""
        if os.getpid() != self._process:
            return
        depth = self._depth(frame)
        self._inner.append((index, depth))
        if len(self._inner) >= self._inner_at and self._may_pause_in(frame, depth):
            self._pause_in(frame)

    def _pause_in(self, frame: types.FrameType) -> None:
        self.here = frame
        try:
            self._pause()
        finally:
            self.here = None

    def _may_pause_in(self, frame: types.FrameType, depth: int) -> bool:
        if self._from is None:
            return True
        return depth < self._deepest or (frame is self._from and not self._left)

    def _depth(self, frame: types.FrameType) -> int:
        """How many calls of functions of the script lie between the training loop and a frame."""
        path, depth = self._program.script.path, 0
        around: types.FrameType | None = frame
        while around is not None and not self.scope.is_own(around):
            depth += around.f_code.co_filename == path
            around = around.f_back
        return depth

    # For whoever looks at a pause -----------------------------------------------------

    @property
    def count(self) -> int:
        """How many statements of the epoch have run."""
        return len(self._ran)

    @property
    def inner(self) -> int:
        """How many statements have run of functions that the next statement of the epoch calls and
        that it was stepped into; 0 where it was not."""
        return len(self._inner)

    def inner_before(self) -> int:
        """The statement of an opened function to go back to: the last one before this that is
        not in a function called since. 0 if there is none."""
        *earlier, (_, depth) = self._inner
        return next((n for n, each in reversed([*enumerate(earlier, 1)]) if each[1] <= depth), 0)

    @property
    def ended_by_statement(self) -> bool:
        """Whether the statement that ran last said that it ends the epoch."""
        return bool(self._ran) and self._ran[-1] < 0

    @property
    def last_statement(self) -> Statement | None:
        """The statement that ran last; None before the first."""
        if self._inner:
            return self._opened.statement(self._inner[-1][0])
        return self._program.statement(self._ran[-1]) if self._ran else None

    @property
    def batch(self) -> int:
        """The batch of this epoch that is running or has just ended, counted from 1; 0 before the
        first and where an epoch has none."""
        batches = self._program.batches
        return sum(map(batches.__contains__, self._ran)) if batches else 0

    @property
    def batch_starts(self) -> list[int]:
        """After how many statements of this epoch each of its batches so far began."""
        batches = self._program.batches
        return [step for step, each in enumerate(self._ran, 1) if each in batches]

    @property
    def assigned(self) -> tuple[str, ...]:
        """The names that have been given a value in this epoch, the latest first."""
        # Of the statements of many batches the last ones are those of the last batch.
        latest = dict.fromkeys(islice(reversed(self._ran), _LOOKED_AT))
        names = (name for each in latest for name in self._program.statement(each).assigns)
        return tuple(dict.fromkeys(names))

    @property
    def assigned_inside(self) -> tuple[str, ...]:
        """Those of functions that the next statement was stepped into, the latest first."""
        ran = [self._opened.statement(each).assigns for each, _ in reversed(self._inner)]
        return tuple(dict.fromkeys(name for names in ran for name in names))

    @property
    def calls(self) -> list[tuple[str, int]]:
        """The functions of the script between the training loop and where the run is paused, the
        outermost first, each with the line that calls it."""
        found: list[tuple[str, int]] = []
        path, name = self._program.script.path, ""
        frame = self.here
        while frame is not None:
            if frame.f_code.co_filename == path:
                if name:  # between the two may be frames of a library
                    found.append((name, frame.f_lineno))
                name = frame.f_code.co_name
            if self.scope.is_own(frame):
                break
            frame = frame.f_back
        return found[::-1]

    def reachable(self, namespace: dict[str, Any]) -> list[dict[str, Any]]:
        """The names through which the functions are to be found that the script may call: its
        global ones, ``namespace``, and those of the functions that it is in."""
        found = [namespace]
        frame = self.here or self.scope.frame
        while frame is not None and frame.f_locals is not namespace:
            found.append(frame.f_locals)
            frame = frame.f_back
        return found
