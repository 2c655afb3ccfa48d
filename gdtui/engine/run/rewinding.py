"""Takes a running script back to an earlier epoch: to a checkpoint, and on from there.

What is run again is the script itself, so a state reached by going back is the state a straight
run had there, to the last bit.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable

from gdtui.engine.errors import ScriptError
from gdtui.engine.record.history import History
from gdtui.engine.run.execution import Execution
from gdtui.engine.run.steps import Reach
from gdtui.engine.state.checkpoint import Checkpoint, Checkpoints
from gdtui.engine.state.copying import GraphLost, NotCopyableError

SPACING = 0.1
"""Seconds of running between two checkpoints: what going back may have to run again."""

_SHARE = 100
"""A checkpoint may take one part in so many of the time until the next."""

_LONG = 2.0
_LARGE_SHARE = 10
"""Where that would be more than ``_LONG`` seconds, as with a large net, it may take one part in so
many: nobody who goes back one statement is to wait for ten seconds of training."""


class Rewinder:
    """Runs an execution on, keeps checkpoints of it on the way, and takes it back to them.

    Attributes:
        execution: the execution.
        checkpoints: those kept; None where there are none, and each way back is a run from the
            start.
        is_changed: whether the run is no more that of its script, so that there is no way back.
    """

    def __init__(
        self,
        make: Callable[[Callable[[], object]], Execution],
        history: History,
        clock: Callable[[], float],
        *,
        keeps: bool,
    ) -> None:
        """
        Args:
            make: makes the execution, which calls what it is given when a checkpoint is due.
            history: the epochs of the run that are recorded.
            clock: the time in seconds, from any start.
            keeps: whether to keep checkpoints.
        """
        # The script's stack refers to the execution. Were the execution to refer to this object in
        # turn, Python could never collect a run that nobody closed.
        on_time = weakref.WeakMethod(self._take_checkpoint)
        self.execution = make(lambda: (take := on_time()) and take())
        self.checkpoints = Checkpoints() if keeps else None
        self.is_changed = False
        self._history = history
        self._clock = clock

    def nearest(self, epoch: int) -> Checkpoint | None:
        """The last checkpoint up to an epoch; None for none."""
        return self.checkpoints.nearest(epoch) if self.checkpoints else None

    def forget(self) -> None:
        """Keep no checkpoints any more: the run is no longer that of its script."""
        self.is_changed = True
        self.checkpoints = None

    def advance(
        self,
        *,
        steps: float = math.inf,
        epoch: float = math.inf,
        deadline: float = math.inf,
        inner: float = math.inf,
        reach: Reach = Reach.INTO,
    ) -> None:
        """Run on, as :meth:`Execution.advance` does."""
        now = self.execution
        epoch_here, steps_here, over = now.epoch, now.steps, not now.in_epoch
        try:
            now.advance(steps=steps, epoch=epoch, deadline=deadline, inner=inner, reach=reach)
        except GraphLost:
            # From here on only a run from the start is the real one.
            self.checkpoints = None
            now.start()
            if over and epoch_here:
                now.advance(epoch=epoch_here)
            elif not over:
                if epoch_here > 1:
                    now.advance(epoch=epoch_here - 1)
                now.advance(steps=steps_here)
            now.advance(steps=steps, epoch=epoch, deadline=deadline, inner=inner, reach=reach)

    def restore_before(self, epoch: int) -> None:
        """Go to the end of the epoch before this one, by way of the nearest checkpoint.

        Raises:
            ScriptError: there is no way back.
        """
        if self.is_changed:
            raise ScriptError("a run whose learning rate was changed on the way cannot go back")
        before = max(0, epoch - 1)
        # One recorded epoch is run again in any case: behind the last of them there may be none,
        # and then there would be no statement that ran last.
        nearest = self.nearest(min(before, max(0, len(self._history) - 1)))
        try:
            if nearest is None:
                raise NotCopyableError
            self.execution.resume(nearest)
        except NotCopyableError:
            self.execution.start()
        if self.execution.epoch < before:
            self._run_again(before)

    def _run_again(self, epoch: int) -> None:
        """Run to the end of an epoch that is known, to go back from there. Whoever goes back one
        statement is likely to go back one more, and one epoch after another: where the way is
        long, there is a stop as many epochs before its end as come to about the same for both its
        parts, when all are gone back."""
        begun = self._clock()
        behind = math.isqrt(epoch - self.execution.epoch)
        has_room = True
        if behind > 1:
            self.advance(epoch=epoch - behind)
            if self._clock() - begun > SPACING:
                has_room = self._take_checkpoint()
        self.advance(epoch=epoch)
        if has_room:
            self._take_checkpoint()

    def _take_checkpoint(self) -> bool:
        """Keep the state between two epochs, and say when the next is due. Returns whether there
        may be room for another."""
        store, now = self.checkpoints, self.execution
        if store is None or now.in_epoch or now.outcome is not None or not now.loop.resumable:
            return True
        if now.writes_elsewhere:
            self.checkpoints = None
            now.due = math.inf
            return False
        begun = self._clock()
        if now.epoch not in store:
            try:
                kept = store.add(now.checkpoint(store.nearest(now.epoch)))
            except Exception:
                # Mostly a NotCopyableError, but copying calls code of every class there is.
                # Whatever it is, it is not the script's fault and must not end the run.
                self.checkpoints = None
                now.due = math.inf
                return False
            if not kept:
                # One fits and not two, so no other will either.
                now.due = math.inf
                return False
        ended = self._clock()
        taken = ended - begun
        now.due = ended + max(SPACING, min(_SHARE * taken, max(_LONG, _LARGE_SHARE * taken)))
        return True
