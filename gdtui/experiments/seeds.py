"""One script with many seeds."""

from __future__ import annotations

import ast
import os
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import last_name
from gdtui.experiments.job import LOSS, Job, Outcome, Recipe
from gdtui.experiments.pool import Workers, outcomes

_SETTINGS = {"seed", "random_seed", "manual_seed", "rng_seed"}
_SEEDING = {"seed", "manual_seed", "default_rng", "RandomState", "set_seed", "seed_everything"}


@dataclass(frozen=True, eq=False)
class SeedRuns:
    """Runs of a script that differ in their seeds, 0 and up.

    The random numbers of Python and NumPy, and of torch if the script imports it, are seeded before
    the script. If the script has a setting for its seed, that is set as well.

    Attributes:
        script: the script.
        count: the number of runs.
        metric: the quantity to report.
        workers: where runs are made.
        stop: when a run stops before its script would end it.
    """

    script: Script
    count: int
    metric: str = LOSS
    workers: Workers = field(default_factory=Workers)
    stop: StopRule = NO_RULE

    @property
    def setting(self) -> str:
        """The script's setting for its seed; empty for none."""
        return next(
            (
                each.name
                for each in self.script.settings
                if each.name.lower() in _SETTINGS
                and (each.value is None or type(each.value) is int)
            ),
            "",
        )

    @property
    def own_seed(self) -> int | None:
        """The first line in which the script seeds random numbers itself; None if there is none."""
        lines = [
            node.lineno
            for node in ast.walk(self.script.tree)
            if isinstance(node, ast.Call) and last_name(node.func) in _SEEDING and node.args
        ]
        return min(lines, default=None)

    def rows(self) -> Generator[tuple[int, Outcome], None, None]:
        """The seed and the outcome of every run, as they come, in any order."""
        recipe, setting = Recipe.of(self.script), self.setting
        jobs = [
            Job(
                seed,
                recipe,
                ((setting, seed),) if setting else (),
                self.metric,
                seed,
                self.stop,
                os.getpid(),
            )
            for seed in range(self.count)
        ]
        for outcome in outcomes(jobs, self.workers):
            yield outcome.number, outcome


@dataclass(frozen=True)
class Spread:
    """How far numbers are spread.

    Attributes:
        lowest, lower, median, upper, highest: the ends, the quartiles and the median.
        lowest_at, highest_at: the seeds of the ends.
    """

    lowest: float
    lower: float
    median: float
    upper: float
    highest: float
    lowest_at: int
    highest_at: int

    @classmethod
    def of(cls, values: FloatArray, seeds: list[int]) -> Spread:
        """The spread of finite numbers, shape (runs,), with their seeds; at least one."""
        lowest, lower, median, upper, highest = map(
            float, np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
        )
        lowest_at, highest_at = seeds[int(np.argmin(values))], seeds[int(np.argmax(values))]
        return cls(lowest, lower, median, upper, highest, lowest_at, highest_at)
