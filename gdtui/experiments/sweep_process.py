"""A sweep in a process of its own, whose outcomes come one by one through a file.

So whoever has ordered it can show them as they come, and keeps what is there if it ends the
process.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any, NamedTuple

from gdtui.engine.record.stopping import StopRule
from gdtui.experiments.grid import Axis
from gdtui.experiments.job import Outcome, Recipe, settle
from gdtui.experiments.pool import end_workers
from gdtui.experiments.sweep import Sweep


class SweepFacts(NamedTuple):
    """What is known of a sweep once its first outcome is there.

    Attributes:
        limit, best: the learning rate below which the script is stable by theory, and the best
            one; None as in :class:`~gdtui.experiments.sweep.Sweep`.
        computed: how many runs were computed at once.
    """

    limit: float | None = None
    best: float | None = None
    computed: int = 0


def sweep_into(
    path: Path, recipe: Recipe, axes: Sequence[Axis], stop: StopRule, parent: int
) -> None:
    """Make all runs of a sweep, and write what comes of each into a file as it comes.

    Args:
        path: the file, which an :class:`OutcomesFile` reads.
        recipe: the script.
        axes: the settings that differ, and their values.
        stop: when a run stops before its script would end it.
        parent: the process that has ordered it.

    Raises:
        ScriptError: the script cannot begin.
    """
    settle(parent)
    sweep = Sweep(recipe.script(), tuple(axes), stop=stop)
    places = {values: number for number, values in enumerate(sweep.combinations)}
    with path.open("a", encoding="utf-8") as file:
        try:
            for done, (values, outcome) in enumerate(sweep.rows()):
                if not done:
                    facts = SweepFacts(sweep.limit, sweep.best, sweep.computed)
                    file.write(json.dumps(facts._asdict()) + "\n")
                file.write(json.dumps([places[values], *astuple(outcome)[1:]]) + "\n")
                file.flush()
        finally:
            end_workers()


class OutcomesFile:
    """The file of a sweep, read while it grows.

    Attributes:
        facts: what is known of the sweep.
        outcomes: those that are there, by the place of their values among all combinations.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self.facts = SweepFacts()
        self.outcomes: dict[int, Outcome] = {}

    def read_on(self) -> bool:
        """Take in what has come since the last time. Returns whether there was anything."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                new = file.read()
        except FileNotFoundError:
            return False
        # The last line may still be on its way.
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            found: Any = json.loads(line)
            if isinstance(found, dict):
                self.facts = SweepFacts(**found)
            else:
                outcome = Outcome(*found)
                self.outcomes[outcome.number] = outcome
        return bool(whole)
