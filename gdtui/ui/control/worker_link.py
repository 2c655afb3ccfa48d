"""The app's connection to the worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from gdtui.engine.play.report import Report
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.script import Script

if TYPE_CHECKING:
    from gdtui.engine.play.worker import Worker

ANSWER_LIMIT = 1.0
"""Seconds after which a worker that has not answered counts as blocked by the script."""


class WorkerLink:
    """Starts the worker, passes commands to it and keeps its last report.

    Nothing here waits for the worker: a script that never ends may block it.

    Attributes:
        answered: whether the worker has reported since the last script was sent.
    """

    def __init__(self, notify: Callable[[], object], clock: Callable[[], float]) -> None:
        """``notify`` is called on the worker's thread when a report arrives, and only once until
        the app takes a report."""
        self.answered = True
        self._notify = notify
        self._clock = clock
        self._worker: Worker | None = None
        self._retired: list[Worker] = []
        self._latest: Report | None = None
        self._waiting = False
        self._asked: float | None = None
        self._heard = 0.0
        # Commands without an answer: since the last script was sent, or from before the worker
        # existed.
        self._unanswered: list[Callable[[Worker], object]] = []
        self._is_over = False

    def load(self, script: Script, pace: float, stop: StopRule) -> None:
        """Start a new run of a script, with a new worker if there is none."""
        if self._is_over:
            return
        early = [] if self._worker else self._unanswered
        if self._worker is None:
            self._start(pace)
        self.answered, self._unanswered = False, []
        self.ask(lambda worker: worker.load(script, stop))
        for command in early:
            self.ask(command)

    def ask(self, command: Callable[[Worker], object]) -> None:
        """Give the worker a command. Before the first script the command is kept until then."""
        if self._is_over:
            return
        if self._asked is None:
            self._asked = time.monotonic()
        if not self.answered or self._worker is None:
            self._unanswered.append(command)
        if self._worker is not None:
            command(self._worker)

    def replace(self, pace: float) -> None:
        """Replace a blocked worker. The new one ends the old one, then runs the commands that the
        old one has not started: loading the last script, and what followed."""
        if self._is_over:
            return
        worker = self._start(pace)
        for command in self._unanswered:
            command(worker)

    def take(self) -> Report | None:
        """The last report."""
        self._waiting = False
        return self._latest

    def accept(self) -> None:
        """Accept the last report as the answer to the last command."""
        self._asked, self.answered, self._heard = None, True, time.monotonic()
        self._unanswered = []

    @property
    def is_started(self) -> bool:
        """Whether a script has been sent."""
        return self._worker is not None

    @property
    def idle(self) -> bool:
        """Whether the worker has answered all that it was asked."""
        return self._asked is None and not self._waiting

    def is_late(self, *, playing: bool) -> bool:
        """Whether a command, or the next epoch of a playing run, takes longer than expected."""
        now = time.monotonic()
        if playing and now - self._heard > 2 * ANSWER_LIMIT:
            return True
        return self._asked is not None and now - self._asked > ANSWER_LIMIT

    @property
    def whereabouts(self) -> tuple[str, int] | None:
        """The line and the epoch where the script is now; None if it is not running."""
        return self._worker.whereabouts if self._worker else None

    def rest(self, seconds: float) -> None:
        """Make the run yield for so many seconds, or until :meth:`go_on`."""
        if self._worker:
            self._worker.rest(seconds)

    def go_on(self) -> None:
        """Let the run continue."""
        if self._worker:
            self._worker.go_on()

    def retire(self) -> None:
        """Tell the worker to end, and take no more commands. Returns at once."""
        self._is_over = True
        if self._worker:
            self._worker.retire()

    def stop(self) -> bool:
        """End the worker, and take no more commands. Returns whether all its threads have ended: a
        script may hang in a call that never returns."""
        self.retire()
        if self._worker:
            self._worker.stop(ANSWER_LIMIT)
            self._retired.append(self._worker)
            self._worker = None
        self._retired = [each for each in self._retired if each.is_alive]
        return not self._retired

    def _start(self, pace: float) -> Worker:
        # Imports NumPy, which the first screen must not wait for.
        from gdtui.engine.play.worker import Worker

        old = self._worker
        if old is not None:
            old.retire()
            self._retired = [each for each in self._retired if each.is_alive] + [old]
        worker = Worker(lambda report: self._hear(worker, report), self._clock, after=old)
        self._worker = worker
        worker.set_pace(pace)
        return worker

    def _hear(self, worker: Worker, report: Report) -> None:
        if worker is not self._worker:
            return  # from a replaced worker
        self._latest = report
        if not self._waiting:
            self._waiting = True
            self._notify()
