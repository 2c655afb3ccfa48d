"""Copies of a running script's state between two epochs, to go back to.

The state of a script lives in its namespace, in the iterator of its loop, and in the random
number generators. A checkpoint is one deep copy of these with one memo, so that what was
shared stays shared: the optimizer still points at the model's tensors.
"""

from __future__ import annotations

import bisect
import contextvars
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdtui.engine.copying import (
    check_all_functions,
    check_functions,
    class_data,
    copy_state,
    data_of,
    nbytes_of,
    share_unchanged,
)
from gdtui.engine.libraries import imported
from gdtui.engine.program import PROBE, RAN

_NOT_STATE = ("__builtins__", PROBE, RAN)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a script when ``epoch`` epochs were over.

    Attributes:
        epoch: how many epochs were over.
        namespace: a copy of the script's namespace.
        class_data: copies of the data that the script's own classes hold.
        remaining: a copy of the loop's iterator; None for ``while``.
        surroundings: the random number generators.
        nbytes: about how much memory it takes, without what it shares with others.
    """

    epoch: int
    namespace: Mapping[str, Any]
    class_data: Mapping[type, Mapping[str, Any]]
    remaining: Any
    surroundings: Surroundings
    nbytes: int

    @classmethod
    def take(
        cls,
        epoch: int,
        namespace: Mapping[str, Any],
        remaining: object,
        surroundings: Surroundings,
        previous: Checkpoint | None = None,
    ) -> Checkpoint:
        """Copy the state of a script that is between two epochs.

        Large arrays and tensors that have not changed since the ``previous`` checkpoint are
        shared with it.

        Raises:
            NotCopyableError: something has state that cannot be copied, such as a generator,
                an open file, or a function that keeps variables of its own.
        """
        state = {key: value for key, value in namespace.items() if key not in _NOT_STATE}
        check_functions(state.values())
        memo: dict[int, Any] = {}
        if previous is None:
            check_all_functions(state)
        else:
            share_unchanged(state, previous.namespace, memo)
        shared = {id(value) for value in memo.values()}
        copied, data, rest = copy_state((state, class_data(state.values()), remaining), memo)
        return cls(
            epoch=epoch,
            namespace=copied,
            class_data=data,
            remaining=rest,
            surroundings=surroundings,
            nbytes=sum(nbytes_of(value) for value in copied.values() if id(value) not in shared),
        )

    def restore(self) -> tuple[dict[str, Any], Any]:
        """A namespace and an iterator to run on with. Sets the random number generators and
        the data of the script's classes; the checkpoint itself stays as it is.

        Raises:
            NotCopyableError: the copy cannot be copied again.
        """
        self.surroundings.restore()
        state = (self.namespace, self.class_data, self.remaining)
        namespace, of_classes, remaining = copy_state(state, {})
        for owner, data in of_classes.items():
            for name in set(data_of(owner)) - set(data):
                delattr(owner, name)
            for name, value in data.items():
                setattr(owner, name, value)
        return namespace, remaining


@dataclass(frozen=True)
class Surroundings:
    """State outside of a script's namespace: the random number generators of Python, NumPy
    and torch, whether torch tracks gradients for the script, and its context variables, where
    NumPy keeps its print options and what to do about an overflow."""

    python: Any
    numpy: Any
    torch: Any
    tracks_gradients: bool
    context: contextvars.Context

    @classmethod
    def now(
        cls,
        previous: Surroundings | None = None,
        *,
        tracks_gradients: bool = True,
        context: contextvars.Context | None = None,
    ) -> Surroundings:
        """As they are; what equals the ``previous`` state is shared with it. The last two are
        the script's own, which are not those of the code around it."""
        torch: Any = imported("torch")
        loaded = hasattr(torch, "get_rng_state")
        python = random.getstate()
        numpy: Any = np.random.get_state(legacy=True)
        generator = torch.get_rng_state() if loaded else None
        if previous is not None:
            if previous.python == python:
                python = previous.python
            if previous.numpy[2:] == numpy[2:] and np.array_equal(previous.numpy[1], numpy[1]):
                numpy = previous.numpy
            if previous.torch is not None and previous.torch.equal(generator):
                generator = previous.torch
        own = contextvars.Context() if context is None else context.copy()
        return cls(python, numpy, generator, tracks_gradients, own)

    def restore(self) -> None:
        """Set the random number generators as they were."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch: Any = imported("torch")
        if self.torch is not None:
            torch.set_rng_state(self.torch)
        elif hasattr(torch, "initial_seed"):
            # torch was loaded later, and started from a seed that it remembers.
            torch.manual_seed(torch.initial_seed())


class Checkpoints:
    """The checkpoints of a run, by epoch.

    Together they take at most ``max_bytes`` and number at most ``max_count``. When there are
    more, every other one of the older half goes, so that going back a little stays quick
    however long the run is. The first one always stays.
    """

    def __init__(self, max_bytes: int = 128 * 2**20, max_count: int = 600) -> None:
        self._max_bytes = max_bytes
        self._max_count = max_count
        self._sorted: list[Checkpoint] = []

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, epoch: int) -> bool:
        nearest = self.nearest(epoch)
        return nearest is not None and nearest.epoch == epoch

    def nearest(self, epoch: int) -> Checkpoint | None:
        """The latest checkpoint at or before an epoch."""
        place = bisect.bisect_right(self._sorted, epoch, key=_epoch)
        return self._sorted[place - 1] if place else None

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint; there is none yet at its epoch."""
        bisect.insort(self._sorted, checkpoint, key=_epoch)
        while len(self._sorted) > 2 and (
            len(self._sorted) > self._max_count
            or sum(each.nbytes for each in self._sorted) > self._max_bytes
        ):
            half = max(2, len(self._sorted) // 2)
            self._sorted[:half] = self._sorted[:half:2]


def _epoch(checkpoint: Checkpoint) -> int:
    return checkpoint.epoch
