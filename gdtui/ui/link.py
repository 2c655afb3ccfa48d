"""The app's end of the line to the worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from gdtui.engine.report import Report
from gdtui.engine.script import Script
from gdtui.engine.stopping import StopRule

if TYPE_CHECKING:
    from gdtui.engine.worker import Worker

PATIENCE = 1.0
"""Seconds after which a worker that has not answered is taken to be held up by the script."""


class Link:
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
        # What was asked before there was a worker to ask.
        self._early: list[Callable[[Worker], object]] = []
        self._is_over = False

    def load(self, script: Script, pace: float, stop: StopRule) -> None:
        """Have a new run of a script begun, by a new worker if there is none."""
        if self._is_over:
            return
        if self._worker is None:
            self._start(pace)
        early, self._early = self._early, []
        self.answered = False
        self.ask(lambda worker: worker.load(script, stop))
        for command in early:
            self.ask(command)

    def ask(self, command: Callable[[Worker], object]) -> None:
        """Give the worker a command. Before the first script it waits for that."""
        if self._is_over:
            return
        if self._asked is None:
            self._asked = time.monotonic()
        if self._worker is None:
            self._early.append(command)
        else:
            command(self._worker)

    def replace(self, pace: float) -> None:
        """Leave the worker behind, held up as it is, for another one that ends it and then does
        what it is asked."""
        if not self._is_over:
            self._start(pace)

    def take(self) -> Report | None:
        """The last report."""
        self._waiting = False
        return self._latest

    def accept(self) -> None:
        """What was taken is an answer to what was asked."""
        self._asked, self.answered, self._heard = None, True, time.monotonic()

    @property
    def idle(self) -> bool:
        """Whether the worker has answered all that it was asked."""
        return self._asked is None and not self._waiting

    def is_late(self, *, playing: bool) -> bool:
        """Whether a command, or the next epoch of a run that plays, takes its time."""
        now = time.monotonic()
        if playing and now - self._heard > 2 * PATIENCE:
            return True
        return self._asked is not None and now - self._asked > PATIENCE

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
            self._worker.stop(PATIENCE)
            self._retired.append(self._worker)
            self._worker = None
        self._retired = [each for each in self._retired if each.is_alive]
        return not self._retired

    def _start(self, pace: float) -> None:
        # Brings in NumPy, for which the first screen does not wait.
        from gdtui.engine.worker import Worker

        old = self._worker
        if old is not None:
            old.retire()
            self._retired = [each for each in self._retired if each.is_alive] + [old]
        worker = Worker(lambda report: self._hear(worker, report), self._clock, after=old)
        self._worker = worker
        worker.set_pace(pace)

    def _hear(self, worker: Worker, report: Report) -> None:
        if worker is not self._worker:
            return  # from one that has been left behind
        self._latest = report
        if not self._waiting:
            self._waiting = True
            self._notify()
