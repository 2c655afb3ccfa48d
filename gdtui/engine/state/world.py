"""What a run of a script owns of the process, while it runs and while it is paused.

A script expects a process of its own. Here it shares one with the code around it and with other
runs, so it has a world: entered when the script runs on, and left when it pauses. Nobody's
random numbers, filters of warnings or default types are changed by what others do in between.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from gdtui.engine.state import generators
from gdtui.engine.state.holdings import (
    ABSENT,
    ATTRIBUTE_KEYS,
    HOLDINGS,
    NOTHING,
    PLACES,
    State,
    as_at_the_start,
    keep_all,
    read_all,
    write_where,
)
from gdtui.engine.state.memory import bytes_of_plain
from gdtui.engine.state.traces import (
    NO_TRACES,
    Traces,
    filters_version,
    logger_count,
    note_loggers,
    read_traces,
    stamp_again,
    write_traces,
)

_LOOK_AGAIN = 0.05

# Whose world the process is in, and whose traces are in its libraries.
_turn = threading.Condition(threading.RLock())
_inside: World | None = None
_last: weakref.ref[World] | None = None


@dataclass(frozen=True, eq=False)
class Surroundings:
    """A world at one time: what a checkpoint keeps of it. ``nbytes`` is how much memory that
    takes, without what it shares with an earlier one."""

    state: State
    traces: Traces
    nbytes: int


class World:
    """What one run owns of the process.

    Use it in a ``with`` statement around all that the script does. Runs on several threads take
    turns: to enter waits until the other has left. Within one thread a world may be entered
    inside another.
    """

    def __init__(self) -> None:
        self._own: State = NOTHING
        self._outside: State = NOTHING
        self._traces = NO_TRACES
        self._version: object = None
        self._loggers = 0
        self._thread: int | None = None
        self._under: World | None = None

    def begin(self, changes: Mapping[str, Any], *, reseed: bool = False) -> None:
        """Own what the process holds now, with some ``changes`` to :data:`ATTRIBUTE_KEYS`, with
        a root logger that nobody has set up, with torch's own modes and types, and with new seeds
        for random numbers if they are to be those of a process of its own."""
        with _turn:
            _wait_for_turn()
            state = list(as_at_the_start(keep_all(read_all(NOTHING), None)))
        first = PLACES["attributes"]
        state[first] = tuple(
            changes.get(place, value)
            for place, value in zip(ATTRIBUTE_KEYS, state[first], strict=True)
        )
        state[PLACES["root logger"]] = ABSENT
        for name, value in generators.fresh().items() if reseed else ():
            state[PLACES[name]] = value
        self._own = tuple(state)
        self._forget(NO_TRACES)

    def surroundings(self, previous: Surroundings | None = None) -> Surroundings:
        """The world as it is. What equals the ``previous`` one is shared with it."""
        entered = _inside is self
        state = read_all(self._own) if entered else self._own
        own_traces = _last is not None and _last() is self
        traces = read_traces() if own_traces else self._traces
        kept = keep_all(state, previous.state if previous else None)
        shared = set(map(id, previous.state)) if previous else set()
        new = [each for each in kept if id(each) not in shared]
        return Surroundings(kept, traces, bytes_of_plain((new, traces)))

    def restore(self, surroundings: Surroundings) -> None:
        """Go back to how the world was, and on from there. It must not be entered."""
        self._own = keep_all(surroundings.state, None)
        self._forget(surroundings.traces)

    def put_back(self, surroundings: Surroundings) -> None:
        """Undo what has been done to the world since, by others than the script. It must be
        entered."""
        now = read_all(surroundings.state)
        # Objects that only the script changes are the same ones, and stay.
        wanted = list(surroundings.state)
        wanted[PLACES["attributes"]] = now[PLACES["attributes"]]
        write_where(now, tuple(wanted))

    @property
    def is_entered(self) -> bool:
        """Whether this thread is in the world."""
        return _inside is self and self._thread == threading.get_ident()

    def attribute(self, name: str) -> Any:
        """One of :data:`ATTRIBUTE_KEYS`, as the script has it."""
        place = PLACES["attributes"]
        holding = HOLDINGS[place]
        values = holding.read(None, None) if _inside is self else self._own[place]
        return values[ATTRIBUTE_KEYS.index(name)]

    def outside(self, name: str) -> Any:
        """The same, as the code around the script has it. The world must be entered."""
        return self._outside[PLACES["attributes"]][ATTRIBUTE_KEYS.index(name)]

    def abandon(self) -> None:
        """The thread that is in this world hangs and will not leave it. Give the process back
        without it, so that others may enter; what it does when it comes back is not undone, and
        undoes nothing. Any thread may call this."""
        global _inside
        with _turn:
            if _inside is None or _inside._thread != self._thread:
                return
            first = _inside
            while first._under is not None:
                first = first._under
            now = read_all(NOTHING)
            pairs = zip(HOLDINGS, now, first._outside, strict=True)
            # Another thread has its own, and cannot reach those of the one that hangs.
            wanted = tuple(here if each.of_thread else there for each, here, there in pairs)
            _inside = None
            write_where(now, wanted)
            _turn.notify_all()

    def __enter__(self) -> World:
        global _inside
        with _turn:
            _wait_for_turn()
            now = self._outside = read_all(self._outside)
            self._under, self._thread = _inside, threading.get_ident()
            _inside = self
            try:
                write_where(now, self._own)
                self._take_traces()
                self._loggers = logger_count()
            except BaseException:  # such as an exception thrown into this thread
                self._give_back(read_all(NOTHING))
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _turn:
            if not self.is_entered:
                return  # it was abandoned, and the process is somebody else's
            try:
                self._own = now = read_all(self._own)
                if logger_count() != self._loggers:
                    note_loggers(self._loggers)
                self._version = filters_version()
            except BaseException:
                self._give_back(read_all(NOTHING))
                raise
            self._give_back(now)

    def _give_back(self, now: State) -> None:
        """Let the process hold what the code around the script has."""
        global _inside
        try:
            write_where(now, self._outside)
        finally:
            _inside, self._under = self._under, None
            _turn.notify_all()

    def _take_traces(self) -> None:
        global _last
        last = _last() if _last is not None else None
        version = filters_version()
        if last is not self:
            if last is not None:
                last._traces = read_traces()
            write_traces(self._traces)
            _last = weakref.ref(self)
        if self._version not in (None, version):
            stamp_again(self._version, version)
        self._version = version

    def _forget(self, traces: Traces) -> None:
        global _last
        self._traces = traces
        if _last is not None and _last() is self:
            _last = None


def _wait_for_turn() -> None:
    """Wait until nobody is in a world, or nobody but this thread."""
    me = threading.get_ident()
    while _inside is not None and _inside._thread != me:
        # Not for long at once, so that an exception thrown into this thread arrives.
        _turn.wait(_LOOK_AGAIN)
