"""Where a run is in time: forwards, backwards, to any epoch.

Going back means restoring the nearest checkpoint and running on from there. What is run
again is the script itself, so a state reached by going back is the state a straight run had
there, to the last bit.
"""

from __future__ import annotations

import itertools
import math
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

from gdtui.engine.arrays import FloatArray
from gdtui.engine.errors import ScriptError
from gdtui.engine.program.program import Program, compile_observed, compile_program
from gdtui.engine.record.history import History
from gdtui.engine.record.recording import Recorder
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.record.transcript import Transcript
from gdtui.engine.run.execution import Execution
from gdtui.engine.run.freezing import Freezer
from gdtui.engine.run.moment import Moment, position
from gdtui.engine.run.moving import move, read_gradients, read_values
from gdtui.engine.run.observer import Observer
from gdtui.engine.run.present import Present
from gdtui.engine.run.rates import UpdateRule, read_rate, read_rules, write_rate
from gdtui.engine.run.rewinding import Rewinder
from gdtui.engine.run.status import Status
from gdtui.engine.run.steps import Reach
from gdtui.engine.script.script import Script
from gdtui.engine.state.copying import NotCopyableError

_BEHIND_THE_LOOP = (Status.FINISHED, Status.STOPPED, Status.FAILED)
_numbers = itertools.count(1)


class Timeline:
    """A run of a script, paused at one of its moments.

    Nothing runs until the first move. A move returns the moment it leads to; at the end of
    the run moves forwards stay there. All calls have to come from one thread, except
    :meth:`interrupt`; another thread may read ``history`` and ``transcript`` at any time.
    Use it in a ``with`` statement, or call :meth:`close` to end the script.

    Several timelines may live in one process, and none disturbs another: each has its own random
    numbers, working folder, default types and so on (:mod:`gdtui.engine.state.holdings`), which
    the code around it has no part in either. Those of several threads run by turns.

    Attributes:
        script: the script.
        stop: when the run stops before its script would end it.
        run_number: the number of this run, different for every timeline.
        history: the recorded epochs; going back does not shorten it.
        transcript: what the script printed.
    """

    def __init__(
        self,
        script: Script,
        *,
        stop: StopRule = NO_RULE,
        clock: Callable[[], float] = time.perf_counter,
        output: Callable[[str], object] | None = None,
        errors: Callable[[str], object] | None = None,
        reseed: bool = False,
        observer: Observer | None = None,
    ) -> None:
        """When the rule ``stop`` is met, the loop ends with that epoch as though it had no turns
        left, and the script goes on behind it. ``output`` gets each piece of text that the
        script prints, as it prints it, and ``errors`` what is written to standard error.

        A script that sets no seeds goes on from the random numbers of the process, and leaves
        them as they are; with ``reseed`` it gets new ones, as in a process of its own.

        An ``observer`` hears of every statement. Such a run is slow, and cannot go back.

        Raises:
            ScriptError: the script is nested too deeply to be compiled.
        """
        self.script = script
        self.stop = stop
        self.run_number = next(_numbers)
        self.history = History()
        self.transcript = Transcript(output, errors)
        self._clock = clock
        self._recorder = Recorder(script.loop, self.history, stop)
        self._rewinder = Rewinder(
            lambda on_time: Execution(
                _compile(script) if observer is None else _compile_observed(script, observer),
                self._recorder,
                self.transcript,
                clock,
                on_time,
                reseed=reseed,
                observer=observer,
            ),
            self.history,
            clock,
            keeps=observer is None and any(loop.resumable for loop in script.loops),
        )
        self._execution = self._rewinder.execution
        self._freezer = Freezer(self.run_number, script, self._execution, self._recorder)
        self._finalizer = weakref.finalize(self, self._execution.close)
        self._finalizer.atexit = False
        self._started = False
        # What the present moment is compared with, as far as the last move came by there.
        self._before: Moment | None = None
        self._epoch_start: Moment | None = None

    def __enter__(self) -> Timeline:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Where we are ---------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """The epoch that is running or has just ended; 0 before the first."""
        return self._execution.epoch

    @property
    def between_epochs(self) -> bool:
        """Whether the epoch is over, or none has begun."""
        return not self._execution.in_epoch

    @property
    def outcome(self) -> Status | None:
        """How the run ended; None while it can go on."""
        return self._execution.outcome

    def epochs_total(self, epoch: int) -> int | None:
        """How many epochs the whole run will have, those of later loops included, as was to be
        told when the loop of an epoch (from 1) began and unless something ends it early; None
        where only the end will tell, or that loop has not begun."""
        return self._execution.whole_total(epoch)

    @property
    def moment(self) -> Moment:
        """The present moment, frozen."""
        before, start = self._before, self._epoch_start
        # A move that was interrupted may not have come as far as it was to go.
        if before and before.position == self._position:
            before = before if self.outcome else None
        if start and start.epoch != self.epoch - 1:
            start = None
        freezer = self._freezer
        moment = freezer.moment()
        if before is None:
            return moment.beside(None, start)
        return moment.beside(before, start, freezer.working(), freezer.chain(moment))

    @property
    def present(self) -> Present:
        """The values of the present pause, each frozen as it is asked for. Unlike a moment, it is
        no more to be used once the run has moved."""
        return Present(self._execution, self._recorder)

    # Forwards -------------------------------------------------------------------------

    def start(self) -> Moment:
        """Run to the start of the training loop; the other moves do this by themselves."""
        self._start()
        return self.moment

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._execution.start()

    def step(self) -> Moment:
        """Run one statement. In a function that was stepped into, one of that function; after its
        last one the run is where the function was called."""
        self._start()
        if self.outcome is None:
            now = self._execution
            if now.ran.inner:
                self._step(inner=now.ran.inner + 1, reach=Reach.OVER)
            else:
                self._step()
        return self.moment

    def step_into(self) -> Moment:
        """Run one statement, and if it calls a function of the script, only the first statement of
        that function."""
        self._start()
        if self.outcome is None:
            self._step(inner=self._execution.ran.inner + 1)
        return self.moment

    def step_out(self) -> Moment:
        """Run to where the function returns that the run is in; as :meth:`step` where it is in
        none that the training loop has called."""
        self._start()
        if self.outcome is None:
            now = self._execution
            inner = now.ran.inner + 1 if now.ran.inner else math.inf
            self._step(inner=inner, reach=Reach.OUT)
        return self.moment

    def step_until(self, holds: Callable[[], bool]) -> bool:
        """Run statement by statement until something holds, at most to the end of this epoch, or
        of the next one if this one is over. Returns whether it does; it is asked after each
        statement, and may look at :attr:`present`."""
        self._start()
        now = self._execution
        while self.outcome is None:
            at = now.epoch, now.in_epoch, now.steps
            self._rewinder.advance(steps=now.steps + 1 if now.in_epoch else 1)
            if (now.epoch, now.in_epoch, now.steps) == at:
                return False  # it was interrupted
            if holds():
                self._land(now.epoch, now.steps)  # to know what came before
                return True
            if not now.in_epoch:
                return False
        return False

    def _step(
        self, inner: float = math.inf, reach: Reach = Reach.INTO, *, is_looked_at: bool = True
    ) -> None:
        before = self._freezer.begin_statement(is_looked_at=is_looked_at)
        if self.between_epochs:
            self._epoch_start = before
        steps = self._execution.steps + 1 if self._execution.in_epoch else 1
        self._rewinder.advance(steps=steps, inner=inner, reach=reach)
        self._before = before

    @property
    def _position(self) -> tuple[int, ...]:
        """The position of the present moment."""
        return position(self.epoch, self._execution.steps, self._execution.ran.inner)

    def next_batch(self) -> Moment:
        """Run to where the next batch begins, or to the end of this epoch if there is none."""
        self._start()
        now = self._execution
        epoch, batch = now.epoch + self.between_epochs, 0 if self.between_epochs else now.ran.batch
        while self.outcome is None:
            at = now.steps, now.epoch
            self._step(is_looked_at=False)
            came = now.epoch == epoch and now.in_epoch and now.ran.batch == batch
            if not came or (now.steps, now.epoch) == at:
                break  # or it was interrupted
        return self.moment

    def previous_batch(self) -> Moment:
        """Go back to where this batch, or the one before, began; before the first one of an epoch
        to the end of the epoch before."""
        self._start()
        now = self._execution
        steps = now.steps
        before = [step for step in now.ran.batch_starts if step < steps]
        if not now.in_loop or not now.epoch:
            return self.moment
        if before:
            self._land(now.epoch, before[-1])
        else:
            self._land_at_end(now.epoch - 1)
        return self.moment

    def next_epoch(self) -> Moment:
        """Run to the end of this epoch, or of the next one if this one is over."""
        self._start()
        self._run_epoch()
        return self.moment

    def _run_epoch(self) -> None:
        """Run to the end of this epoch, or of the next one if this one is over."""
        if self.outcome is not None:
            return
        if self.between_epochs:
            self._epoch_start = self._freezer.moment()
        self._rewinder.advance(epoch=self.epoch + self.between_epochs)
        self._before = None

    def epochs(self) -> Iterator[Moment]:
        """Run to the end of the script, and give the moment at the end of each epoch, beginning
        with that of the present one where it is not over. For the numbers alone it is quicker to
        :meth:`run` and to read the history. Other moves may be made in between; it goes on from
        where they lead."""
        self._start()
        while self.outcome is None:
            present = self.epoch - self._execution.in_epoch
            self._run_epoch()
            if self.epoch == present or self._execution.in_epoch:
                return  # the script has ended behind its loop, or was interrupted
            yield self.moment

    def run(self) -> Moment:
        """Run to the end of the script."""
        self.run_for(math.inf)
        return self.moment

    def run_for(self, seconds: float, until_epoch: float = math.inf) -> bool:
        """Run for some time or to the end of an epoch, whichever comes first, and stop
        between two epochs. Returns whether the run can go on."""
        self._start()
        if until_epoch <= self.epoch + self.between_epochs and seconds == math.inf:
            self._run_epoch()
        elif self.outcome is None:
            self._rewinder.advance(epoch=until_epoch, deadline=self._clock() + seconds)
            self._before = self._epoch_start = None
        return self.outcome is None

    def run_until(
        self, holds: Callable[[], bool], seconds: float = math.inf, until_epoch: float = math.inf
    ) -> bool:
        """Run as :meth:`run_for` does, but at most to the end of the first epoch at whose end
        something holds. Returns whether that has come. ``holds`` is asked at the end of each epoch,
        while the script is under way, and may look at :attr:`present` and at the history; what it
        raises is raised here, once the run has paused."""
        raised: list[Exception] = []
        held: list[bool] = []

        def pauses() -> bool:
            try:
                held[:] = [holds()]
            except Exception as error:
                raised.append(error)
            return bool(raised) or held[0]

        self._execution.pauses = pauses
        try:
            self.run_for(seconds, max(until_epoch, self.epoch + self.between_epochs))
        finally:
            self._execution.pauses = None
        if raised:
            raise raised[0]
        return held == [True]

    def hear_losses(self, heard: Callable[[Any, list[Any]], object] | None) -> None:
        """Let somebody have each loss that the script sends back by PyTorch from now on, with its
        graph, just before that, and the parameters, as the script has them; None for nobody any
        more. Nothing of either is to be changed or raised, or kept once the run goes on."""
        self._recorder.heard = heard

    # The learning rate ----------------------------------------------------------------

    def learning_rate(self, setting: str = "") -> float:
        """The present learning rate of the script: that of its first optimizer of torch, or else
        of the setting that holds it, which may be named.

        Raises:
            RateError: it has none that :meth:`set_learning_rate` could change.
        """
        self._start()
        return read_rate(self.script, self._execution.names, setting)

    def update_rules(self) -> list[UpdateRule]:
        """The rules of torch's optimizers as they are now, one for each of their groups; none where
        the script updates by hand. Whoever hears a loss may ask for them."""
        self._start()
        return read_rules(self._execution.names)

    def set_learning_rate(self, rate: float, setting: str = "") -> None:
        """Change the learning rate for the statements to come: of all optimizers of torch, whose
        groups keep their ratios, or else of the setting. The script's text stays as it is, so the
        run is no longer that of its script, and cannot go back from now on.

        Raises:
            RateError: the script has no learning rate that can be changed while it runs.
        """
        self._start()
        now = self._execution
        write_rate(self.script, now.names, now.namespace, rate, setting)
        self._rewinder.forget()
        self._freezer.forget()

    # Moved parameters -----------------------------------------------------------------

    def parameter_values(self) -> dict[str, FloatArray]:
        """The parameters as they are now, as float64 arrays of their shapes, by name.

        Raises:
            MoveError: one is not made of real numbers.
        """
        self._start()
        return read_values(self._recorder.present_parameters())

    def losses_moved(self, moves: Iterable[Mapping[str, FloatArray]]) -> Iterator[float]:
        """The loss of the next epoch if parameters were moved first, for each of some moves: what
        to add to each parameter, by name. The run is where it was afterwards, and NaN stands for a
        loss that the script does not come to.

        Raises:
            ScriptError: the run is in the middle of an epoch or over, or its state cannot be
                copied, or a parameter cannot be moved.
        """
        for came in self._each_moved(moves):
            loss = self._freezer.moment().loss if came else None
            yield float("nan") if loss is None else loss

    def gradients_moved(
        self, moves: Iterable[Mapping[str, FloatArray]]
    ) -> Iterator[dict[str, FloatArray]]:
        """The gradients at the end of the next epoch if parameters were moved first, as
        :meth:`losses_moved` gives the losses: float64 arrays by the names of the parameters,
        without those that have none. They are what the update used as long as nothing clears them
        after it, as a script by hand does not.

        Raises:
            ScriptError: as for :meth:`losses_moved`.
        """
        for came in self._each_moved(moves):
            yield read_gradients(self._recorder.present_parameters()) if came else {}

    def _each_moved(self, moves: Iterable[Mapping[str, FloatArray]]) -> Iterator[bool]:
        """Run the next epoch once for each of some moves, and give whether the script has come
        through it."""
        self._start()
        now = self._execution
        if now.in_epoch or now.outcome is not None or not now.loop.resumable:
            raise ScriptError("parameters are moved between two epochs of a loop at the top level")
        try:
            checkpoint = now.checkpoint()
            for each in moves:
                now.resume(checkpoint)
                move(self._recorder.present_parameters(), now.namespace, each)
                self._rewinder.advance(epoch=checkpoint.epoch + 1)
                yield now.failure is None
            now.resume(checkpoint)
        except NotCopyableError as error:
            raise ScriptError(f"the state of the script cannot be copied: {error}") from None
        self._before = self._epoch_start = None

    # Backwards ------------------------------------------------------------------------

    def back(self, statements: int = 1) -> Moment:
        """Undo one statement, or so many; after the last epoch, the first that is undone is what
        came after it. To undo many takes about as long as to run the epochs that they are in."""
        self._start()
        if self._execution.in_loop and statements > 0:  # else there is nothing to undo
            self._undo(statements)
        return self.moment

    def _undo(self, statements: int) -> None:
        now = self._execution
        epoch, steps = now.epoch, now.steps
        if now.ran.inner and now.outcome is None:
            # The place inside counts as one statement.
            if statements == 1:
                self._land_inside(epoch, steps, now.ran.inner_before())
                return
            statements -= 1
        elif now.outcome in _BEHIND_THE_LOOP and (not now.in_epoch or now.outcome is Status.FAILED):
            # A statement that failed did not run, so the last good one is where to go.
            statements -= 1
        elif epoch:
            steps = max(steps, 1)
        at_end = not now.in_epoch
        counts: dict[int, int] = {}
        while epoch and statements >= steps:
            statements, epoch, at_end = statements - steps, epoch - 1, True
            if not (statements and epoch):
                break
            if epoch not in counts:
                counts = self._count_steps(epoch, statements // max(steps, 1))
            if epoch not in counts:
                return  # it was interrupted
            steps = counts[epoch]
        if not epoch or (at_end and not statements):
            self._land_at_end(epoch)
        else:
            self._land(epoch, steps - statements)

    def _count_steps(self, last: int, more: int) -> dict[int, int]:
        """How many statements there are in an epoch that has run, and in so many before it."""
        now = self._execution
        first = max(1, last - more)
        self._before = self._epoch_start = None
        self._rewinder.restore_before(first)
        counts: dict[int, int] = {}
        for epoch in range(first, last + 1):
            self._rewinder.advance(epoch=epoch)
            if (now.epoch, now.in_epoch) != (epoch, False):
                break
            counts[epoch] = now.steps
        return counts

    def previous_epoch(self) -> Moment:
        """Go back to the end of the epoch before this one."""
        self._start()
        return self.seek(max(0, self.epoch - 1))

    def seek(self, epoch: int) -> Moment:
        """Go to the end of an epoch, or to the start of the loop for 0. An epoch that has
        not been run yet is run to; past the last one is the end of the run.

        Raises:
            ValueError: the epoch is negative.
        """
        if epoch < 0:
            raise ValueError(f"epoch {epoch} is not allowed; it must be 0 or more")
        self._start()
        now = self._execution
        if not now.in_loop:
            return self.moment
        ahead = epoch > now.epoch or (epoch == now.epoch and now.in_epoch)
        nearest = self._rewinder.nearest(epoch - 1)
        if ahead and (now.outcome or not nearest or nearest.epoch <= now.epoch):
            if (now.epoch, self.between_epochs) < (epoch - 1, True):
                self._rewinder.advance(epoch=epoch - 1)
            self._run_epoch()
        elif ahead or epoch < now.epoch or now.outcome in _BEHIND_THE_LOOP:
            self._land_at_end(epoch)
        return self.moment

    def seek_statement(self, epoch: int, statements: int) -> Moment:
        """Go to where so many statements of an epoch that was run have run; 0 are the end of the
        epoch before."""
        self._start()
        self._land(epoch, statements)
        return self.moment

    def interrupt(self) -> None:
        """Make a move stop at the next statement, wherever it has come to, and let no other
        begin until :meth:`clear_interrupt`. Any thread may call this."""
        self._execution.interrupt()

    def pause_soon(self) -> None:
        """Make a move that runs over many epochs stop at the end of one, and so each that begins
        before :meth:`clear_interrupt`. Any thread may call this."""
        self._execution.pause_soon()

    @property
    def is_interrupted(self) -> bool:
        """Whether :meth:`interrupt` lets no move run."""
        return self._execution.is_interrupted

    def clear_interrupt(self) -> None:
        """Let moves run again after an interrupt."""
        self._execution.clear_interrupt()

    def abandon(self) -> None:
        """Give up a run whose thread hangs in a call that does not return, so that other runs
        may use the process. Any thread may call this; no other call may follow."""
        self._execution.abandon()

    def close(self) -> None:
        """End the script. History and transcript stay."""
        self._finalizer()

    # Landing --------------------------------------------------------------------------

    def _land(self, epoch: int, steps: int) -> None:
        """Go to a position inside an epoch; 0 steps are the end of the epoch before."""
        if steps <= 0:
            self._land_at_end(epoch - 1)
            return
        self._rewinder.restore_before(epoch)
        if steps > 1:
            self._epoch_start = self._freezer.moment()
            self._rewinder.advance(steps=steps - 1)
        self._step()

    def _land_inside(self, epoch: int, steps: int, inner: int) -> None:
        """Go to a position in a function that the statement calls which follows on so many; to
        those alone with ``inner`` 0."""
        self._land(epoch, steps)
        if inner > 1:  # what the moment is compared with is the one before
            self._step(inner=inner - 1)
        if inner:
            self._step(inner=inner)

    def _land_at_end(self, epoch: int) -> None:
        # The last epoch is always run, never just restored: then everything in it is real,
        # the autograd graph of its loss included.
        self._rewinder.restore_before(epoch)
        self._before = self._epoch_start = None
        if epoch:
            self._run_epoch()


def _compile(script: Script) -> Program:
    try:
        return compile_program(script)
    except RecursionError:
        raise _too_deep(script) from None


def _compile_observed(script: Script, observer: Observer) -> Program:
    try:
        program, observer.watched = compile_observed(script, observer.shifts)
    except RecursionError:
        raise _too_deep(script) from None
    return program


def _too_deep(script: Script) -> ScriptError:
    return ScriptError(f"{script.name}: its statements are nested too deeply")
