"""The app's end of the line to the worker."""

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
"""Seconds after which a worker that has not answered is taken to be held up by the script."""


class WorkerLink:
    """Starts the worker, passes commands to it and keeps its last report.

    Nothing here waits for the worker: it may be held up by a script that never ends.

    Attributes:
        answered: whether anything has been heard since the last script was sent.
    """

    def __init__(self, notify: Callable[[], object], clock: Callable[[], float]) -> None:
        """``notify`` is called on the worker's thread when there is a report to take; however
        many there are, only once until one is taken."""
        self.answered = True
        self._notify = notify
        self._clock = clock
        self._worker: Worker | None = None
        self._retired: list[Worker] = []
        self._latest: Report | None = None
        self._waiting = False
        self._asked: float | None = None
        self._heard = 0.0
        # What has been asked and not been answered: since the last script was sent, or before
        # there was a worker to ask.
        self._unanswered: list[Callable[[Worker], object]] = []
        self._is_over = False

    def load(self, script: Script, pace: float, stop: StopRule) -> None:
        """Have a new run of a script begun, by a new worker if there is none."""
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
        """Give the worker a command. Before the first script it waits for that."""
        if self._is_over:
            return
        if self._asked is None:
            self._asked = time.monotonic()
        if not self.answered or self._worker is None:
            self._unanswered.append(command)
        if self._worker is not None:
            command(self._worker)

    def replace(self, pace: float) -> None:
        """Leave the worker behind, held up as it is, for another one. That one ends it, and then
        does what this one has not begun with: to load the last script, and what came after."""
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
        """What was taken is an answer to what was asked."""
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
        """Whether a command, or the next epoch of a run that plays, takes its time."""
        now = time.monotonic()
        if playing and now - self._heard > 2 * ANSWER_LIMIT:
            return True
        return self._asked is not None and now - self._asked > ANSWER_LIMIT

    @property
    def whereabouts(self) -> tuple[str, int] | None:
        """The line and the epoch of the script at this moment; None where none of it runs."""
        return self._worker.whereabouts if self._worker else None

    def rest(self, seconds: float) -> None:
        """Have the run make way for some time, or until :meth:`go_on`."""
        if self._worker:
            self._worker.rest(seconds)

    def go_on(self) -> None:
        """The run need not make way any longer."""
        if self._worker:
            self._worker.go_on()

    def retire(self) -> None:
        """Have the worker end, and take no more commands. Returns at once."""
        self._is_over = True
        if self._worker:
            self._worker.retire()

    def stop(self) -> bool:
        """End the worker, and take no more commands. Returns whether no thread of it is left:
        a script may hang in a call that never returns."""
        self.retire()
        if self._worker:
            self._worker.stop(ANSWER_LIMIT)
            self._retired.append(self._worker)
            self._worker = None
        self._retired = [each for each in self._retired if each.is_alive]
        return not self._retired

    def _start(self, pace: float) -> Worker:
        # Brings in NumPy, for which the first screen does not wait.
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
            return  # from one that has been left behind
        self._latest = report
        if not self._waiting:
            self._waiting = True
            self._notify()
