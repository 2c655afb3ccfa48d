"""Runs an instrumented script up to a pause and on from there.

The script runs as an ordinary module, on a stack of its own (a greenlet). Where the run is
to pause, the probe switches back to whoever called :meth:`Execution.advance`, and the next
call switches into the script again, in the middle of whatever it was doing. The pause may
happen at any depth: in a loop inside a function, and in a function that the loop calls.
"""

from __future__ import annotations

import contextlib
import math
import sys
import time
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_of_engine
from gdtui.engine.libraries import LIBRARIES
from gdtui.engine.program.probe import Probe
from gdtui.engine.program.program import Program, with_probe
from gdtui.engine.record.recording import Recorder
from gdtui.engine.record.transcript import Transcript
from gdtui.engine.run.frames import frames_to
from gdtui.engine.run.lengths import turns_left
from gdtui.engine.run.observer import Observer
from gdtui.engine.run.opened import OpenedFunctions
from gdtui.engine.run.printout import Printout
from gdtui.engine.run.scope import Scope, own_first
from gdtui.engine.run.stack import Closed, Stack, leave_stack
from gdtui.engine.run.status import Status
from gdtui.engine.run.steps import NEVER, Reach, Steps
from gdtui.engine.run.totals import Totals
from gdtui.engine.script.loop import TrainingLoop
from gdtui.engine.state.checkpoint import Checkpoint
from gdtui.engine.state.copying import GraphLost, NotCopyableError
from gdtui.engine.state.failure import Failure, call_hook, failure_of, is_success
from gdtui.engine.state.host import Host
from gdtui.engine.workings.again import work_out
from gdtui.engine.workings.chain import Chain, read_chain
from gdtui.engine.workings.kept import Kept
from gdtui.engine.workings.working import Working

_MOST_AT_CLOSE = 10_000
"""Statements that a run may execute while it ends, in its ``with`` and ``finally`` blocks."""

_CHECK_EVERY = 64
_CHECK_SECONDS = 0.002


class Execution:
    """A running script.

    A position in it is an epoch, counted from 1, and how many statements have run in it
    (``steps``). Between two epochs the position is the end of the one that is over; epoch 0
    is before the first. All calls have to come from one thread, except :meth:`interrupt`.

    Attributes:
        namespace: the script's global names.
        epoch: the epoch that is running or has just ended.
        in_loop: whether the run has come to the training loop.
        in_epoch: whether an epoch has begun and is not over.
        outcome: how the run ended; None while it can go on.
        failure: the exception that ended it.
        remaining: the iterator of a ``for`` loop.
        total: how many epochs there will be, if no ``break`` ends a loop; where that cannot be
            told, how many when the present loop is over; None where only the end will tell.
        due: when, by the clock, ``on_time`` is called next.
        pauses: asked at the end of each epoch whether to pause there; None asks nobody. It is
            called on the script's stack, and is not to raise anything.
        changes: how often what the script holds may have changed: as long as it is the same number,
            nothing of the script has run.
    """

    def __init__(
        self,
        program: Program,
        recorder: Recorder,
        transcript: Transcript,
        clock: Callable[[], float] = time.perf_counter,
        on_time: Callable[[], object] = lambda: None,
        *,
        reseed: bool = False,
        observer: Observer | None = None,
    ) -> None:
        """``on_time`` is called at the start of the loop and, between two epochs in which the
        run could be resumed, once the clock has reached ``due``. With ``reseed`` random numbers
        begin with new seeds, and else with the state that the process has. An ``observer`` is told
        of the statements of a program that was compiled for it."""
        self.program = program
        self.due = NEVER
        self.pauses: Callable[[], bool] | None = None
        self.changes = 0
        self._recorder = recorder
        self._observer = observer
        self._clock = clock
        self._on_time = on_time
        self._printout = Printout(transcript, self)
        heard, complained = self._printout.printed, self._printout.complained
        flush = self._printout.flush
        self._host = Host(program.script, heard, complained, flush, reseed=reseed)
        self.namespace = self._host.namespace
        self._probe = Probe()
        self._whole = with_probe(program.whole, self._probe.module)
        self._stack: Stack | None = None
        self._interrupted = False
        self._pausing = False
        self._closing = False
        self._totals = Totals(program.script)
        self._opened = OpenedFunctions(program, self._whole, self._probe.module)
        self._scope = Scope(self.namespace)
        self.ran = Steps(program, self._opened, self._scope, self._switch_out)
        self._set_position(0)

    def _set_position(self, epoch: int) -> None:
        self.changes += 1
        self.epoch = epoch
        self.in_loop = False
        self.in_epoch = False
        self.outcome: Status | None = None
        self.failure: Failure | None = None
        self.remaining: Any = None
        # The loop that the run has come to last, and the one whose turns are counted now.
        self._number = 0
        self._active: int | None = None
        self._scope = Scope(self.namespace)
        self._resumed = False
        self._until = self._deadline = self._check_at = NEVER
        self._checked = (epoch, 0.0)
        self._functions: list[types.FunctionType] = []
        self.ran.begin(self._scope)

    # For whoever runs the script ------------------------------------------------------

    def start(self) -> None:
        """Run from the first line of the script to the start of its training loop."""
        self.close()
        self._host.set_up({})
        self._begin(epoch=0)
        self._stack = Stack(lambda: self._run(self._whole))
        self._switch_in()

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go back, or forward, to the end of the epoch of a checkpoint.

        Raises:
            NotCopyableError: the checkpoint's state cannot be copied.
            ValueError: the script cannot be entered between two epochs.
        """
        names = tuple(map(tuple, checkpoint.frames))
        rest = self.program.rest(checkpoint.loop, checkpoint.calls, names)
        if rest is None:
            raise ValueError("this script can only be run from its start")
        probe = self._probe.module
        code = with_probe(rest.code, probe)
        with self._host.running(), self._host.aside():
            namespace, remaining, frames = checkpoint.restore()
        self.close()
        self._host.set_up(namespace, checkpoint.surroundings)
        self._begin(checkpoint.epoch)
        self.in_loop = self._resumed = True
        self.remaining = probe.remaining = remaining
        probe.locals = frames
        self._number = checkpoint.loop
        self._functions = [
            types.FunctionType(with_probe(each, probe), self.namespace) for each in rest.functions
        ]
        if frames:
            self._scope.hold(frames[-1])
        self._bind()
        self._stack = Stack(lambda: self._run(code), checkpoint.context)

    def advance(
        self,
        *,
        steps: float = math.inf,
        epoch: float = math.inf,
        deadline: float = math.inf,
        inner: float = math.inf,
        reach: Reach = Reach.INTO,
    ) -> None:
        """Run on until the first of: ``steps`` statements have run in this epoch (in the
        next one, if this one is over); the end of ``epoch``; the clock has reached
        ``deadline``, at the end of an epoch; an interrupt; the end of the script.

        With ``inner`` the functions that the next statement calls are stepped into: it pauses
        as well where so many statements of them have run. ``reach`` says which functions it may
        pause in.
        """
        if inner == NEVER:
            self._opened.close()
        else:
            self._opened.open(self.ran.reachable(self.namespace))
        self.ran.plan(steps, inner, reach)
        self._deadline = deadline
        # Wherever it may pause inside an epoch, it pauses at the end of it at the latest.
        this_epoch = self.epoch + (not self.in_epoch)
        self._until = epoch if steps == NEVER else min(epoch, this_epoch)
        self._checked = (self.epoch, self._clock())
        self._check_at = min(self._until, self.epoch + 1)
        self._probe.module.ran = self._report
        if self.outcome is None and not self._interrupted:
            if inner == NEVER:
                self.ran.leave_functions()
            self._switch_in()
        if not self.ran.inner:
            self._opened.close()

    def interrupt(self) -> None:
        """Make :meth:`advance` return at the next statement, and at once from now on, until
        :meth:`clear_interrupt`. Any thread may call this."""
        self._interrupted = True
        self._until = self._check_at = -1
        self.ran.pause_at_once()
        self._probe.module.ran = self._report

    def pause_soon(self) -> None:
        """Make :meth:`advance` return at the end of an epoch, of this one or a little later, and
        at the first one from now on, until :meth:`clear_interrupt`. Any thread may call this."""
        self._pausing = True
        self._until = self._check_at = -1

    @property
    def is_interrupted(self) -> bool:
        """Whether :meth:`interrupt` holds."""
        return self._interrupted

    def clear_interrupt(self) -> None:
        """Let :meth:`advance` run again as far as it is told to."""
        self._interrupted = self._pausing = False

    def abandon(self) -> None:
        """The thread that runs the script hangs and is given up. Any thread may call this."""
        self._host.abandon()

    @property
    def writes_elsewhere(self) -> bool:
        """Whether the script has put something in the place of standard output or standard
        error, or has closed one, which no checkpoint can hold."""
        return self._host.writes_elsewhere

    def checkpoint(self, previous: Checkpoint | None = None) -> Checkpoint:
        """Copy the state between two epochs. What equals the ``previous`` is shared with it.

        Raises:
            NotCopyableError: the state cannot be copied.
        """
        stack = self._stack
        if stack is None:
            raise NotCopyableError("a script that has ended")
        frames: list[types.FrameType] = []
        calls: tuple[int, ...] = ()
        if self.loop.function is not None:
            stand_in = Execution.resumed.__code__
            frames, calls = frames_to(self._scope.frame, self.program, self._number, stand_in)
        around = self._host.surroundings(previous.surroundings if previous else None)
        # Copying may call code of the script's classes, which may write and draw numbers.
        entered = contextlib.nullcontext() if stack.is_current else self._host.running()
        with entered, self._host.aside(around):
            return Checkpoint.take(
                self.epoch,
                self.namespace,
                self.remaining,
                around,
                stack.context(),
                previous,
                self._number,
                [frame.f_locals for frame in frames],
                calls,
            )

    def work_out(self, kept: Kept) -> Working | None:
        """The statement that ran last, worked out part by part without running it again; None where
        it computes no number. ``kept`` is what it may have overwritten."""
        statement = self.ran.last_statement
        if statement is None or self.failure is not None:
            return None
        with self._host.running(), self._host.aside():
            return work_out(self.program.script, statement.line, self.names, self.namespace, kept)

    def chain(self, root: str) -> Chain | None:
        """The chain rule through the graph of the tensor of a name, without going back through it
        in the script's place; None where that cannot be had."""
        with self._host.running(), self._host.aside():
            return read_chain(root, self.names, self.program.script)

    def resumed(self, level: int) -> Any:
        """Stands for the call of a function that a run enters in the middle."""
        return self._functions[level]()

    def close(self) -> None:
        """End the script where it is. Its ``with`` and ``finally`` blocks run, unheard."""
        stack, self._stack = self._stack, None
        self._opened.close()
        self.changes += 1
        if stack and stack.is_active:
            self._closing = True
            self._host.mute(True)
            self._until = self._check_at = -1
            self.ran.pause_after(_MOST_AT_CLOSE)
            self._probe.module.ran = self._report
            try:
                with self._host.running():
                    stack.end()
            finally:
                self._closing = False
                self._host.mute(False)
        self._scope.leave()
        self._probe.disarm()

    @property
    def steps(self) -> int:
        """How many statements have run in this epoch.

        Where an inner loop or a ``try`` comes last, the end of the epoch is a step of its own.
        """
        own_step = self.epoch > 0 and not self.in_epoch and not self.ran.ended_by_statement
        return self.ran.count + own_step

    @property
    def total(self) -> int | None:
        whole = self._totals.of_run(self.epoch)
        return self._totals.of_loop(self.epoch) if whole is None else whole

    def whole_total(self, epoch: int) -> int | None:
        """How many epochs the whole run will have, as was to be told when the loop of an epoch
        began; None where only the end will tell."""
        return self._totals.of_run(epoch)

    # For the instrumented script ------------------------------------------------------

    def epochs(self, loop: int, iterable: Iterable[Any]) -> Iterator[Any]:
        """Stands around what a ``for`` loop iterates over. Yields no more when the run stops.
        What runs inside another training loop goes through its batches."""
        frame = sys._getframe(1)
        if self._is_inside(frame):
            yield from iterable
            return
        self.remaining = remaining = iter(iterable if self._goes_on else ())
        self._arrive(loop, frame, turns_left(remaining))
        clear, record = self.ran.clear, self._recorder.end_epoch
        for item in remaining:
            # As in begin() and _end_epoch(), written out: it happens in every epoch, and a
            # call costs as much as all the rest.
            clear()
            self.epoch = epoch = self.epoch + 1
            self.in_epoch = True
            yield item
            self.in_epoch = False
            if (record(epoch) or epoch >= self._check_at) and not self._check():
                self.remaining = None  # as Python lets go of what is used up
                return

    def turn(self, loop: int) -> bool:
        """Stands before the test of a ``while`` loop, which is not asked when the run stops.

        Returns whether the loop may go on."""
        frame = sys._getframe(1)
        if self._is_inside(frame):
            return True
        if self._active == loop and self.in_epoch:
            return self._end_epoch()
        self._arrive(loop, frame)
        return self._goes_on

    def begin(self, loop: int) -> None:
        """An epoch of a ``while`` loop begins."""
        if loop != self._active or self._is_inside(sys._getframe(1)):
            return
        self.ran.clear()
        self.epoch += 1
        self.in_epoch = True

    def bring(self, module: str) -> None:
        """Stands before an ``import``: have a library imported by a thread that nothing
        interrupts. An interrupt pauses the script while it waits for that."""
        LIBRARIES.bring(module, self._host.folder, self._give_up_waiting)

    def _give_up_waiting(self) -> None:
        if self._interrupted and not self._closing:
            self._switch_out()

    def leave(self, loop: int) -> None:
        """The loop is over, by itself or by ``break``."""
        if loop != self._active or self._is_inside(sys._getframe(1)):
            return
        self._leave()

    def returns(self, loop: int, index: int, value: Any) -> Any:
        """The function in which the loop stands returns a value in the middle of a turn."""
        self._probe.module.ran(index)
        if loop == self._active and not self._is_inside(sys._getframe(1)):
            self._leave()
        return value

    def passed(self, index: int, value: Any = None) -> Any:
        """A statement of a function that trains has run; it returns ``value``. Only what the loop
        calls counts."""
        if self.in_epoch:
            if not self.ran.stepping:
                self.ran.note(index)
            elif self._is_on_stack:
                self.ran.report_in(index, sys._getframe(1))
        return value

    def inner(self, index: int, value: Any = None) -> Any:
        """A statement of an opened function has run; it returns ``value``."""
        if self.in_epoch and self.ran.stepping and not self._closing and self._is_on_stack:
            self.ran.report_inner(index, sys._getframe(1))
        return value

    @property
    def _is_on_stack(self) -> bool:
        """Whether it is the script's own stack that asks, and no other thread."""
        return self._stack is not None and self._stack.is_current

    @property
    def _report(self) -> Callable[[int], object]:
        return self.ran.report if self.ran.stepping else self.ran.note

    def _leave(self) -> None:
        self.remaining = None  # as Python lets go of it
        if self.in_epoch:
            self._end_epoch(resumable=False)
        self._scope.leave()
        self._active = None

    def _is_inside(self, frame: types.FrameType) -> bool:
        """Whether what runs in a frame runs inside the training loop of another one. A loop that
        an exception has ended is no longer there."""
        if self._active is None or self._scope.is_own(frame):
            return False
        if self._scope.is_around(frame):
            return True
        self._active = None
        return False

    def _arrive(self, loop: int, frame: types.FrameType, left: int | None = None) -> None:
        """The run has come to a training loop, from above or from a checkpoint. ``left`` is how
        many turns it will have, where that is known."""
        self._active = loop
        self.ran.leave_functions()
        self._scope.enter(frame)
        if self._resumed:
            self._resumed = False
            if self._scope.of_function:
                self._bind()
            return
        if self.in_epoch:  # an exception has ended the last one in the middle: it was none
            self.epoch -= 1
            self.in_epoch = False
        first = not self.in_loop
        self.in_loop = True
        self._number = loop
        self._bind()
        self._totals.note(self.epoch, left, loop, self._scope.names, self.namespace)
        self._on_time()
        if first:
            self._switch_out()

    def _bind(self) -> None:
        """Record the names of the present loop from now on."""
        read = self._scope.read if self._scope.of_function else None
        self._recorder.bind(self.loop, self.names, read)

    @property
    def loop(self) -> TrainingLoop:
        """The training loop that the run is in or was in last; the script's first before any."""
        return self.program.script.loops[self._number]

    @property
    def names(self) -> dict[str, Any]:
        """The names that the training loop sees: those of its function, then the global ones. As
        they were last, once the function has returned. In a function that the loop calls to train,
        those of that function come first."""
        names = self._scope.names
        return names if self.ran.here is None else own_first(self.ran.here.f_locals, names)

    @property
    def loop_names(self) -> dict[str, Any]:
        """The same with the names of the training loop first, wherever the run is."""
        names = self._scope.names
        return names if self.ran.here is None else own_first(names, self.ran.here.f_locals)

    @property
    def _goes_on(self) -> bool:
        """Whether the loop may have another epoch after this one. Where it may not, neither may
        a run that enters it by a checkpoint."""
        return self.epoch != self._recorder.stopped_at

    def _end_epoch(self, *, resumable: bool = True) -> bool:
        self.in_epoch = False
        if self._recorder.end_epoch(self.epoch) or self.epoch >= self._check_at or not resumable:
            return self._check(resumable=resumable)
        return True

    def _check(self, *, resumable: bool = True) -> bool:
        """Between two epochs: see what the time is and whether to pause. Returns whether the
        loop may go on."""
        self._recorder.flush()
        now = self._clock()
        pause = self.epoch >= self._until or now >= self._deadline
        if self.pauses is not None:
            pause |= self.pauses()
        if self._closing:
            # The script has caught the exception that was to end it.
            pause = True
        elif self.epoch == self._recorder.diverged_at:
            self.outcome = Status.DIVERGED
            pause = True
        elif now >= self.due and resumable:
            self._on_time()
            now = self._clock()
        self._plan_check(now)
        if pause:
            self._switch_out()
        return self._goes_on

    def _plan_check(self, now: float) -> None:
        """Say after how many epochs to look at the clock again: about two milliseconds' worth,
        for looking in every epoch takes too long where epochs are short."""
        epochs, seconds = self.epoch - self._checked[0], now - self._checked[1]
        self._checked = (self.epoch, now)
        ahead = _CHECK_EVERY if self.pauses is None else 1
        if epochs > 0 and seconds > 0:
            ahead = max(1, min(ahead, int(epochs / seconds * _CHECK_SECONDS)))
        self._check_at = min(self._until, self.epoch + ahead)

    # Switching ------------------------------------------------------------------------

    def _begin(self, epoch: int) -> None:
        self._set_position(epoch)
        self._printout.begin(epoch)
        recorder = self._recorder
        self._probe.arm(
            epochs=self.epochs,
            turn=self.turn,
            begin=self.begin,
            leave=self.leave,
            returns=self.returns,
            bring=self.bring,
            # When gradients have been filled in, before an update by hand, before a function makes
            # a step with a gradient that it keeps to itself, when the loss of a batch is computed,
            # when a loss is sent back, when gradients are asked for and returned, and when a metric
            # is computed.
            gradient=recorder.see_gradient,
            update=recorder.see_update,
            used=recorder.see_used,
            loss=recorder.see_loss,
            sent=recorder.see_sent,
            passed=self.passed,
            resumed=self.resumed,
            inner=self.inner,
            asked=recorder.see_asked,
            given=recorder.see_given,
            metric=recorder.see_metric,
            collected=recorder.see_collected,
            ran=self.ran.note,
        )
        if self._observer is not None:
            self._observer.begin(self)
            self._probe.arm(
                about=self._observer.about,
                seen=self._observer.seen,
                difference=self._observer.difference,
                shifted=self._observer.shifted,
            )

    def _run(self, code: types.CodeType) -> None:
        """The whole life of a script, on a stack of its own."""
        try:
            if code is self._whole:
                # A loss that overflows is reported as divergence; NumPy need not warn too.
                # It is a context variable, so it holds for this stack alone, and a script
                # that goes on from a checkpoint has it from there.
                np.seterr(over="ignore", invalid="ignore")
            exec(code, self.namespace)
            error: BaseException | None = None
        except (Closed, GraphLost):
            raise
        except BaseException as raised:
            error = raised
        self._flush()
        if self._closing:
            return
        script = self.program.script
        if error is not None and is_of_engine(error):
            self.outcome = Status.FAILED
            self.failure = failure_of(error, script.path, script.place)
            raise error
        if error is None or is_success(error):
            # Even if the loop would have ended by itself just then.
            self.outcome = Status.FINISHED if self._goes_on else Status.STOPPED
        else:
            self.outcome = Status.FAILED
            self.failure = call_hook(error, script.path, script.place)
            self._flush()

    def _switch_in(self) -> None:
        assert self._stack is not None
        self.changes += 1
        watching = contextlib.nullcontext() if self._observer is None else self._observer.watching()
        with self._host.running(), self._recorder.listening(), watching:
            if self._interrupted:
                self.interrupt()
            elif self._pausing:
                self.pause_soon()
            self._stack.enter()

    def _switch_out(self) -> None:
        self._flush()
        leave_stack()

    def _flush(self) -> None:
        """Let everything be seen that has been recorded and printed so far."""
        self._recorder.flush()
        self._printout.pause()
