"""Moves parameters of a running script in one turn of its training loop."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.analysis.diagnose.facts.watcher import held_in
from gdtui.engine.arrays import FloatArray
from gdtui.engine.kinds import is_a
from gdtui.engine.program.observing import ShiftPlace
from gdtui.engine.run.observer import Observer, Place


class Shifter(Observer):
    """Moves parameters in one turn of the training loop.

    Attributes:
        moves: by how much to move each, by its path.
    """

    def __init__(
        self,
        moves: Mapping[str, FloatArray],
        turn: int,
        line: int = 0,
        read: tuple[int, str] | None = None,
        *,
        before: bool = False,
    ) -> None:
        """With a ``line`` they are moved behind that statement, or ``before`` it, and else at the
        start of the turn; ``turn`` counts how often that place is come to.
        With ``read`` the last number of a list of that name is read after that statement."""
        self._read = read
        self.numbers: list[float] = []
        self.moves = moves
        self.shifts = tuple(ShiftPlace(path, line, after=line > 0 and not before) for path in moves)
        self._turn = turn
        self._counts = dict.fromkeys(moves, 0)
        self.done = 0

    def begin(self, place: Place) -> None:
        self._counts = dict.fromkeys(self.moves, 0)

    def seen(self, index: int) -> None:
        if self._read is not None and index == self._read[0]:
            held = held_in(sys._getframe(1), self._read[1])
            if type(held) is list and held and is_a(held[-1], float):
                self.numbers.append(float(held[-1]))

    def shifted(self, path: str, value: Any) -> Any:
        self._counts[path] += 1
        if self._counts[path] != self._turn:
            return value
        move = self.moves[path]
        self.done += 1
        if is_tensor(value):
            moved = value.detach().clone()
            moved += moved.new_tensor(move.reshape(tuple(value.shape)))
            return moved
        if np.ndim(value) == 0 and not is_a(value, np.ndarray):
            return float(value) + float(move.ravel()[0])
        return value + move.reshape(np.shape(value))
