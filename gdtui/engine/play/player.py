"""Plays a timeline at a pace. It has no thread and no clock of its own: whoever drives it
says when to go on and gets told how long to wait."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from gdtui.engine.play.report import FLAT_OUT, Activity, Report
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

SLICE = 0.02
"""Seconds of running flat out before others get a turn. To stop and to go on takes about half a
millisecond, and more where others compute meanwhile."""

PAUSE = 0.001
"""Seconds that others then get. Without it a thread that waits for the interpreter may wait
for seconds, since running NumPy hardly ever gives it up by itself."""

_REPORTS = 1 / 30
_SHARE = 4
"""A report of a run that goes flat out may take one part in so many of the time until the next: to
read the large arrays of a script may take longer than its epoch."""


Runs = Callable[[Timeline, float, float], bool]
"""Runs a timeline for some seconds, at most to the end of an epoch, and returns whether to go on:
:meth:`Timeline.run_for`, or what pauses as well where something becomes true."""


class Player:
    """Drives one timeline after another and reports after every command.

    The driver calls :meth:`tick` again and again, waiting in between as long as it says.
    """

    def __init__(
        self,
        report: Callable[[Report], object],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.timeline: Timeline | None = None
        self.playing = False
        self.pace = 10.0
        self._runs: Runs = Timeline.run_for
        self._hurried = False
        self._report = report
        self._clock = clock
        self._next_epoch = 0.0
        self._next_report = 0.0

    def load(self, script: Script, stop: StopRule = NO_RULE) -> None:
        """Begin a new run of a script, paused at the start of its training loop."""
        self.close()
        # Without seeds of its own a script gets other random numbers in each run, as in Python.
        self.timeline = Timeline(script, stop=stop, clock=self._clock, reseed=True)
        self._tell(Activity.LOADING)
        self.timeline.start()
        self._tell()

    def play(self) -> None:
        """Run on at the pace until paused or until the script ends."""
        self._go(hurried=False)

    def finish(self) -> None:
        """Run on flat out until paused or until the script ends. The pace stays as it is set."""
        self._go(hurried=True)

    def pause(self) -> None:
        """Stop playing."""
        self.playing = False
        self._tell()

    def set_pace(self, pace: float) -> None:
        """Play at so many epochs a second from now on.

        Raises:
            ValueError: the pace is not a positive number.
        """
        if not pace > 0:
            raise ValueError(f"pace {pace} is not allowed; it must be more than 0 epochs a second")
        self.pace = pace
        self._hurried = False
        self._next_epoch = self._clock()
        self._tell()

    def play_by(self, runs: Runs) -> None:
        """Run by this from now on while playing, in every script."""
        self._runs = runs
        self._tell()

    def move(self, how: Callable[[Timeline], object]) -> None:
        """Stop playing and make one move, such as ``Timeline.step``."""
        self.playing = False
        if self.timeline:
            how(self.timeline)
        self._tell()

    def tick(self) -> float | None:
        """Do what is due now. Returns the seconds until something is due again, or None when
        nothing is until the next command."""
        timeline = self.timeline
        if timeline is None or not self.playing:
            return None
        now = self._clock()
        if self._flat_out:
            going = self._runs(timeline, SLICE, math.inf)
            wait = PAUSE
        elif now >= self._next_epoch:
            # After a slow epoch the beat starts anew; it does not hurry to catch up.
            self._next_epoch = max(self._next_epoch + 1 / self.pace, now)
            target = timeline.epoch + 1 if timeline.between_epochs else timeline.epoch
            going = self._runs(timeline, math.inf, target)
            wait = max(0.0, self._next_epoch - self._clock())
        else:
            return self._next_epoch - now
        if not going:
            self.playing = False
            self._tell()
            return None
        if not self._flat_out or self._clock() >= self._next_report:
            self._tell()
        return wait

    def stay(self) -> None:
        """Stop playing and report, since something ended the run from within."""
        self.playing = False
        self._tell()

    def close(self) -> None:
        """End the script that is loaded."""
        self.playing = False
        if self.timeline:
            self.timeline.close()
            self.timeline = None

    def fail(self, error: str) -> None:
        """Report a fault of the engine and stop playing."""
        self.playing = False
        self._report(Report(Activity.BROKEN, self.pace, error=error))

    @property
    def _flat_out(self) -> bool:
        return self._hurried or self.pace == FLAT_OUT

    def _go(self, *, hurried: bool) -> None:
        can_go_on = self.timeline is not None and self.timeline.outcome is None
        if can_go_on and (not self.playing or self._hurried != hurried):
            self.playing, self._hurried = True, hurried
            self._next_epoch = self._clock()
        self._tell()

    def _tell(self, activity: Activity | None = None) -> None:
        begun = self._clock()
        self._make_report(activity)
        ended = self._clock()
        self._next_report = max(begun + _REPORTS, ended + _SHARE * (ended - begun))

    def _make_report(self, activity: Activity | None) -> None:
        timeline = self.timeline
        if timeline is None:
            self._report(Report(Activity.EMPTY, self.pace))
            return
        self._report(
            Report(
                activity=activity or (Activity.PLAYING if self.playing else Activity.PAUSED),
                pace=FLAT_OUT if self.playing and self._hurried else self.pace,
                script=timeline.script,
                moment=None if activity is Activity.LOADING else timeline.moment,
                history=timeline.history,
                transcript=timeline.transcript,
            )
        )
