"""Copies of a running script's state between two epochs, to go back to.

The state of a script lives in its namespace, in the iterator of its loop, and in what it owns of
the process. A checkpoint is one deep copy of the first two with one memo, so that what was
shared stays shared: the optimizer still points at the model's tensors.
"""

from __future__ import annotations

import bisect
import contextvars
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gdtui.engine.state.copying import (
    check_all_functions,
    check_functions,
    class_data,
    copy_state,
    data_of,
    is_shareable,
    newly_made,
    share_unchanged,
)
from gdtui.engine.state.memory import Measure, allowed_bytes, bytes_together
from gdtui.engine.state.world import Surroundings

_NOT_STATE = ("__builtins__",)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a script when ``epoch`` epochs were over.

    Attributes:
        epoch: how many epochs were over.
        namespace: a copy of the script's namespace.
        class_data: copies of the data that the script's own classes hold.
        remaining: a copy of the loop's iterator; None for ``while``.
        surroundings: what the script owned of the process, such as random number generators.
        context: its context variables, where NumPy keeps its print options and what to do about
            an overflow.
        own_bytes: how much memory was newly made for it, without ``blocks``.
        blocks: the memory of arrays and tensors that it shares with other checkpoints or may
            come to share, by the identity of each.
        loop: which of the script's training loops it was in.
        frames: where that stands in a function, copies of the names of that function and, before
            it, of those on the way to it.
        calls: the lines of the calls that lead to these functions.
    """

    epoch: int
    namespace: Mapping[str, Any]
    class_data: Mapping[type, Mapping[str, Any]]
    remaining: Any
    surroundings: Surroundings
    context: contextvars.Context
    own_bytes: int
    blocks: Mapping[int, int]
    loop: int = 0
    frames: tuple[Mapping[str, Any], ...] = ()
    calls: tuple[int, ...] = ()

    @classmethod
    def take(
        cls,
        epoch: int,
        namespace: Mapping[str, Any],
        remaining: object,
        surroundings: Surroundings,
        context: contextvars.Context,
        previous: Checkpoint | None = None,
        loop: int = 0,
        frames: Sequence[Mapping[str, Any]] = (),
        calls: tuple[int, ...] = (),
    ) -> Checkpoint:
        """Copy the state of a script that is between two epochs.

        Large arrays and tensors that have not changed since the ``previous`` checkpoint are
        shared with it.

        Raises:
            NotCopyableError: something has state that cannot be copied, such as a generator,
                an open file, or a function that keeps variables of its own.
        """
        state = {key: value for key, value in namespace.items() if key not in _NOT_STATE}
        all_names = _together(state, frames)
        check_functions(all_names.values())
        memo: dict[Any, Any] = {}
        if previous is None:
            check_all_functions(all_names)
        else:
            share_unchanged(all_names, _together(previous.namespace, previous.frames), memo)
        of_classes = class_data(all_names.values())
        parts = (state, of_classes, remaining, *map(dict, frames))
        copied, data, rest, *names = copy_state(parts, memo)
        measure = Measure()
        shareable = filter(is_shareable, _together(copied, names).values())
        blocks = {id(value): measure.of([value]) for value in shareable}
        return cls(
            epoch=epoch,
            namespace=copied,
            class_data=data,
            remaining=rest,
            surroundings=surroundings,
            context=context.copy(),
            own_bytes=measure.of(newly_made(memo)) + surroundings.nbytes,
            blocks=blocks,
            loop=loop,
            frames=tuple(names),
            calls=calls,
        )

    @property
    def nbytes(self) -> int:
        """How much memory it takes, with what it shares."""
        return self.own_bytes + sum(self.blocks.values())

    def restore(self) -> tuple[dict[str, Any], Any, list[dict[str, Any]]]:
        """A namespace, an iterator and the names of functions to run on with. Sets the data of
        the script's classes; the checkpoint itself stays as it is.

        Raises:
            NotCopyableError: the copy cannot be copied again.
        """
        state = (self.namespace, self.class_data, self.remaining, *self.frames)
        namespace, of_classes, remaining, *frames = copy_state(state, {})
        for owner, data in of_classes.items():
            for name in set(data_of(owner)) - set(data):
                delattr(owner, name)
            for name, value in data.items():
                setattr(owner, name, value)
        return namespace, remaining, frames


def _together(namespace: Mapping[str, Any], frames: Sequence[Mapping[str, Any]]) -> dict[Any, Any]:
    """All names, those of functions by their depth as well."""
    found: dict[Any, Any] = dict(namespace)
    for depth, names in enumerate(frames):
        found |= {(depth, name): value for name, value in names.items()}
    return found


class Checkpoints:
    """The checkpoints of a run, by epoch.

    Together they take at most ``max_bytes``, which is a share of the machine's memory where
    nothing else is said, and number at most ``max_count``. When there are more, those go first that
    are ahead of the run, then those of the older half whose loss costs least: the epochs that would
    have to be run again, for each byte, where going back a little is likelier than going back far.
    The first one always stays, so a state that is larger than ``max_bytes`` is kept once, and going
    back runs from there.
    """

    def __init__(self, max_bytes: int | None = None, max_count: int = 600) -> None:
        self._max_bytes = allowed_bytes() if max_bytes is None else max_bytes
        self._max_count = max_count
        self._sorted: list[Checkpoint] = []

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, epoch: int) -> bool:
        nearest = self.nearest(epoch)
        return nearest is not None and nearest.epoch == epoch

    @property
    def nbytes(self) -> int:
        """How much memory they take together."""
        return bytes_together((each.own_bytes, each.blocks) for each in self._sorted)

    def nearest(self, epoch: int) -> Checkpoint | None:
        """The latest checkpoint at or before an epoch."""
        place = bisect.bisect_right(self._sorted, epoch, key=_epoch)
        return self._sorted[place - 1] if place else None

    def add(self, checkpoint: Checkpoint) -> bool:
        """Keep a checkpoint; there is none yet at its epoch. Returns whether there is room for
        it beside the first one."""
        bisect.insort(self._sorted, checkpoint, key=_epoch)
        while self._is_too_much:
            count = len(self._sorted)
            others = [n for n in range(1, count) if self._sorted[n] is not checkpoint]
            if not others:
                break
            ahead = [n for n in others if self._sorted[n].epoch > checkpoint.epoch]
            # A run that goes back leaves those behind that are ahead of it; to come to them again
            # it runs on from here. Of the newer half none goes if it can be helped: going back a
            # little is to stay quick.
            older = [n for n in others if n < count // 2]
            del self._sorted[ahead[0] if ahead else min(older or others, key=self._loss)]
        if self._is_too_much and len(self._sorted) > 1:
            self._sorted = [each for each in self._sorted if each is not checkpoint]
            return False
        return True

    @property
    def _is_too_much(self) -> bool:
        return len(self._sorted) > self._max_count or self.nbytes > self._max_bytes

    def _loss(self, place: int) -> float:
        """What it costs to lose a checkpoint: how many epochs are run again that need not be
        now, for each byte that becomes free."""
        here = self._sorted[place]
        newest = self._sorted[-1].epoch
        after = self._sorted[place + 1].epoch if here.epoch < newest else newest + 1
        before = self._sorted[place - 1].epoch
        again = (here.epoch - before) * (after - here.epoch) / (newest - here.epoch + 1)
        return again / (here.own_bytes + 1)


def _epoch(checkpoint: Checkpoint) -> int:
    return checkpoint.epoch
