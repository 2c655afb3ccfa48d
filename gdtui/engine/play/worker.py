"""A thread that owns a timeline: commands in by a queue, frozen reports out."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
import time
import traceback
import types
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gdtui.engine.libraries import imports_library
from gdtui.engine.parsing import alone
from gdtui.engine.play.player import Player, Runs
from gdtui.engine.play.report import Report
from gdtui.engine.play.thrown import frame_of, take_back, throw
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

SWITCH_INTERVAL = 0.0002
"""How often Python offers the interpreter to another thread while the worker lives, in
seconds. Python's own 5 ms would let a key press wait that long behind one epoch."""

_STATEMENT = 0.05
"""Seconds in which most scripts come to their next statement, where they stop by themselves."""

_AGAIN = 0.05
"""Seconds after which a thread that is to end gets another exception: a script may catch one."""

_LONGEST_WAIT = 1.0
"""Seconds after which a script that cannot be ended is left behind."""

_LONGEST_IMPORT = 120.0
"""Seconds after which the import of a library that never ends is no longer waited for."""


@dataclass(frozen=True)
class _Command:
    """Something for the worker to do. A command takes the place of those before it, waiting
    or under way, whose ``patience`` is below its ``urgency``."""

    run: Callable[[Player], object]
    urgency: int = 0
    patience: int = 1


class Worker:
    """Runs scripts on a thread of its own.

    Every method returns at once; what comes of it arrives at the listener, which is called
    on the worker's thread. Use it in a ``with`` statement, or call :meth:`stop`.
    """

    def __init__(
        self,
        listener: Callable[[Report], object],
        clock: Callable[[], float] = time.perf_counter,
        *,
        after: Worker | None = None,
    ) -> None:
        """``after`` is a worker that this one takes the place of. It is ended before anything
        is run, by this worker's thread, so that nobody else has to wait for that."""
        self._after = after
        self._plays = False
        self._player = Player(listener, clock)
        self._commands: deque[_Command] = deque()
        self._changed = threading.Condition()
        self._now: _Command | None = None
        self._running = False
        self._stopped = False
        # The thread closes its run, and nothing is thrown into it but into the script's code.
        self._is_closing = False
        # What had been thrown before has arrived or is taken back.
        self._is_left_alone = False
        self._rests_until = 0.0
        self._script: Script | None = None
        self._stop = NO_RULE
        self._thread = threading.Thread(target=self._work, name="gdtui worker", daemon=True)
        self._thread.start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def load(self, script: Script, stop: StopRule = NO_RULE) -> None:
        """Begin a new run of a script, which stops by itself when the rule ``stop`` is met."""
        self._script, self._stop = script, stop
        self._submit(_Command(lambda player: player.load(script, stop), urgency=2))

    def change(self, values: Mapping[str, object]) -> Script:
        """Begin a new run of the same script with other settings and the same rule to stop, and
        return that script.

        Raises:
            SettingError: a name is not a setting or a value is not allowed; the run goes on.
            ValueError: no script is loaded.
        """
        if self._script is None:
            raise ValueError("no script is loaded")
        script = self._script.with_settings(values)
        self.load(script, self._stop)
        return script

    def play(self) -> None:
        """Run on at the pace."""
        self._submit(_Command(Player.play), plays=True)

    def toggle(self) -> None:
        """Play at the pace, or pause if it will be playing once all is done that it has been
        asked to do."""
        if self._plays:
            self.pause()
        else:
            self.play()

    def finish(self) -> None:
        """Run on flat out to the end of the script, whatever the pace."""
        self._submit(_Command(Player.finish), plays=True)

    def pause(self) -> None:
        """Stop playing, at the next statement."""
        self._submit(_Command(Player.pause, urgency=1))

    def set_pace(self, pace: float) -> None:
        """Play at so many epochs a second; ``math.inf`` for flat out.

        Raises:
            ValueError: the pace is not a positive number.
        """
        if not pace > 0:
            raise ValueError(f"pace {pace} is not allowed; it must be more than 0 epochs a second")
        # It holds for every script, so loading another one is no reason to drop it.
        self._submit(_Command(lambda player: player.set_pace(pace), patience=2), plays=self._plays)

    def step(self) -> None:
        """Run one statement."""
        self._submit(_move(Timeline.step))

    def step_into(self) -> None:
        """Run one statement, and if it calls a function of the script, only the first of that."""
        self._submit(_move(Timeline.step_into))

    def step_out(self) -> None:
        """Run to where the function returns that the run is in."""
        self._submit(_move(Timeline.step_out))

    def back(self) -> None:
        """Undo one statement."""
        self._submit(_move(Timeline.back))

    def next_batch(self) -> None:
        """Run to where the next batch begins."""
        self._submit(_move(Timeline.next_batch, patience=0))

    def previous_batch(self) -> None:
        """Go back to where the batch began."""
        self._submit(_move(Timeline.previous_batch))

    def next_epoch(self) -> None:
        """Run to the end of this epoch or of the next."""
        self._submit(_move(Timeline.next_epoch, patience=0))

    def previous_epoch(self) -> None:
        """Go back to the end of the epoch before."""
        self._submit(_move(Timeline.previous_epoch))

    def seek(self, epoch: int) -> None:
        """Go to the end of an epoch. A later seek takes the place of one that waits."""
        seek = functools.partial(Timeline.seek, epoch=epoch)
        self._submit(_move(seek, urgency=1, patience=0))

    def perform(self, how: Callable[[Timeline], object]) -> None:
        """Make a move of the caller's own, on the worker's thread. Only :meth:`stop` cuts it
        short. Nothing happens where no script is loaded."""
        self._submit(_move(how, patience=2))

    def search(self, how: Callable[[Timeline], object]) -> None:
        """Make a move that may take long. To pause, to play or to seek cuts it short."""
        self._submit(_move(how, patience=0), plays=True)

    def play_by(self, runs: Runs) -> None:
        """Run by this from now on while playing, in every script: it may pause by itself."""
        self._submit(_Command(lambda player: player.play_by(runs), patience=2), plays=self._plays)

    def rest(self, seconds: float) -> None:
        """Do not play on for some time, or until :meth:`go_on`.

        For a thread that has a burst of work, such as drawing a screen. While both work, each
        gets the interpreter half of the time, so resting costs the run nothing and gets the
        other thread done in half the time. Commands are carried out all the same.
        """
        with self._changed:
            self._rests_until = time.monotonic() + seconds
            if self._running and self._player.timeline:
                self._player.timeline.pause_soon()

    def go_on(self) -> None:
        """The burst of work is over."""
        with self._changed:
            self._rests_until = 0.0
            self._changed.notify()

    def retire(self) -> None:
        """Have the thread end as soon as the script lets it, without waiting for that."""
        with self._changed:
            self._stopped = True
            self._commands.clear()
            if self._player.timeline:
                self._player.timeline.interrupt()
            self._changed.notify()

    def stop(self, timeout: float = 5.0, *, longest_import: float = 0.0) -> bool:
        """End the script and the thread, and wait for that. A script in a loop of its own is
        ended by an exception, but never in the middle of importing a library; that is waited
        for up to ``longest_import`` seconds, where they are more than ``timeout``.

        Returns whether the thread has ended: one that is caught in a call that never returns
        cannot be ended from Python, and goes with the process."""
        if self._thread is threading.current_thread():
            raise RuntimeError("the worker cannot wait for itself")
        self.retire()
        self._thread.join(min(_STATEMENT, timeout))
        begun = time.monotonic()
        while self._thread.is_alive():
            waited = time.monotonic() - begun
            importing = imports_library(self._thread.ident or 0, self._folder)
            if waited > (max(timeout, longest_import) if importing else timeout):
                if self._player.timeline:
                    self._player.timeline.abandon()
                return False
            with self._changed:
                # What the thread does to close a run is not to be cut short, but a script has
                # its `finally` blocks there as well.
                engine = self._is_closing and self._script_frame is None
                if not (importing or engine or self._after is not None):
                    throw(_Ended, self._thread.ident or 0)
            self._thread.join(_AGAIN)
        return True

    @property
    def is_alive(self) -> bool:
        """Whether the thread is there."""
        return self._thread.is_alive()

    @property
    def _folder(self) -> str:
        timeline = self._player.timeline
        return timeline.script.folder if timeline else ""

    @property
    def whereabouts(self) -> tuple[str, int] | None:
        """Where the script is at this moment, which may be far from the last report: its line in
        words, and the epoch that is running or over; None where none of its code is running. Any
        thread may ask."""
        timeline, frame = self._player.timeline, self._script_frame
        if timeline is None or frame is None:
            return None
        return timeline.script.place(frame.f_lineno), timeline.epoch

    @property
    def _script_frame(self) -> types.FrameType | None:
        """The frame of the script's own file that is running on the thread."""
        timeline = self._player.timeline
        return frame_of(timeline.script.path, self._thread.ident or 0) if timeline else None

    def _submit(self, command: _Command, *, plays: bool = False) -> None:
        with self._changed:
            if self._stopped:
                return
            self._plays = plays
            self._commands = deque(
                each for each in self._commands if each.patience >= command.urgency
            )
            self._commands.append(command)
            replaced = self._now is not None and self._now.patience < command.urgency
            # Playing makes way for anything.
            if (self._running or replaced) and self._player.timeline:
                self._player.timeline.interrupt()
            self._changed.notify()

    # On the thread --------------------------------------------------------------------

    def _work(self) -> None:
        if self._after is not None:
            # Nothing is thrown into this thread meanwhile: it ends when the other one does.
            self._after.stop(_LONGEST_WAIT, longest_import=_LONGEST_IMPORT)
            self._after = None
        before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL)
        while not self._is_left_alone:
            try:
                self._serve()
                with self._changed:
                    self._is_closing = True
                take_back()
                self._is_left_alone = True
            except _Ended:
                pass
        sys.setswitchinterval(before)
        with contextlib.suppress(_Ended):
            self._player.close()

    def _serve(self) -> None:
        wait: float | None = None
        while not self._stopped:
            wait = self._turn(wait)

    def _turn(self, wait: float | None) -> float | None:
        """Carry out the next command, or else play on. Returns how long to wait after it."""
        with self._changed:
            if not self._commands and not self._stopped:
                self._changed.wait(wait)
            rest = self._rests_until - time.monotonic()
            if rest > 0 and not self._commands and not self._stopped:
                self._changed.wait(rest)
            if self._stopped:
                return None
            self._now = self._commands.popleft() if self._commands else None
            self._running = self._now is None
            # What it was for is in the queue, or has just been taken from it.
            if self._player.timeline:
                self._player.timeline.clear_interrupt()
        try:
            if self._now is not None:
                self._now.run(self._player)
                return 0.0 if self._player.playing else None
            return self._player.tick()
        except Exception:
            self._player.fail(alone(traceback.format_exc))
            return None
        except BaseException as error:
            # The script's own, such as KeyboardInterrupt. It has ended the run, not this thread.
            if isinstance(error, _Ended):
                raise
            self._player.stay()
            return None
        finally:
            with self._changed:
                self._now, self._running = None, False
                if not self._commands:
                    self._plays = self._player.playing


def _move(how: Callable[[Timeline], object], *, urgency: int = 0, patience: int = 1) -> _Command:
    return _Command(lambda player: player.move(how), urgency, patience)


class _Ended(BaseException):
    """Raised in the worker's thread from outside to get it out of a script's own loop."""
