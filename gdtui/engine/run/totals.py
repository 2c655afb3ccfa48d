"""How many epochs a run will have, as was to be told when each of its loops began."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Any

from gdtui.engine.run.ahead import turns_ahead
from gdtui.engine.script.script import Script


class Totals:
    """The totals of a run. One that goes back still knows those of the loops that it has begun."""

    def __init__(self, script: Script) -> None:
        self._script = script
        # By the epoch after which a loop began: how many epochs there are by the end of that loop,
        # and of the whole run.
        self._totals: dict[int, tuple[int | None, int | None]] = {}
        self._begun: list[int] = []

    def note(
        self,
        epoch: int,
        left: int | None,
        loop: int,
        names: dict[str, Any],
        namespace: dict[str, Any],
    ) -> None:
        """After an epoch one of the script's loops begins, which sees these names and has so many
        turns ``left``; None where only its end will tell."""
        if epoch not in self._totals:
            insort(self._begun, epoch)
        self._totals[epoch] = None, None
        if left is None:
            return
        total = epoch + left
        ahead = turns_ahead(self._script, loop, names, namespace)
        self._totals[epoch] = total, None if ahead is None else total + ahead

    def of_loop(self, epoch: int) -> int | None:
        """How many epochs there are by the end of the loop of an epoch; None where only the end
        will tell."""
        return self._at(epoch)[0]

    def of_run(self, epoch: int) -> int | None:
        """The same by the end of the whole run."""
        return self._at(epoch)[1]

    def _at(self, epoch: int) -> tuple[int | None, int | None]:
        place = bisect_left(self._begun, max(epoch, 1))
        return self._totals[self._begun[place - 1]] if place else (None, None)
