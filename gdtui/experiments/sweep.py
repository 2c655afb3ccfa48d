"""One script with many values of its settings."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.study import Study
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.experiments.grid import Axis, Values, combinations
from gdtui.experiments.job import LOSS, Job, Outcome, Recipe, run_job, seed_generators
from gdtui.experiments.linear_sweep import (
    LOOKED_FOR,
    LinearSweep,
    find_linear_sweep,
    may_be_computed,
)
from gdtui.experiments.pool import Workers, outcomes
from gdtui.experiments.results_file import texts_of
from gdtui.experiments.theory import rates_of

SEED = 0
"""What the random numbers of every run start from, for a script that sets no seed."""


@dataclass(eq=False)
class Sweep:
    """A sweep: the runs of a script with all combinations of some values.

    All runs start from the same random numbers, unless the script seeds them itself.

    Attributes:
        script: the script.
        axes: the settings that differ, and their values.
        metric: the quantity that is compared.
        workers: where runs are made.
        stop: when a run stops before its script would end it.
        makes_all: whether every run is made by the script, even where theory tells the losses.
        known: outcomes of runs that need not be made again, by the texts of their values.
        computed: the number of runs whose losses were computed.
        plain_seconds: how long one run of the script takes where runs were computed.
        computing_seconds: how long the computation took.
        limit: the learning rate below which the script is stable by theory; None if unknown, or
            where it is not the learning rate that differs.
        best: the best learning rate by theory; None in the same cases.
    """

    script: Script
    axes: tuple[Axis, ...]
    metric: str = LOSS
    workers: Workers = field(default_factory=Workers)
    stop: StopRule = NO_RULE
    makes_all: bool = False
    known: dict[tuple[str, ...], Outcome] = field(default_factory=dict)
    computed: int = 0
    plain_seconds: float = 0.0
    computing_seconds: float = 0.0
    limit: float | None = None
    best: float | None = None

    def __post_init__(self) -> None:
        self.combinations: list[Values] = list(combinations(self.axes))
        self._recipe = Recipe.of(self.script)

    @property
    def count(self) -> int:
        """The number of runs."""
        return len(self.combinations)

    def rows(self) -> Generator[tuple[Values, Outcome], None, None]:
        """The outcome of every run, as they come, in any order; first those that are known."""
        left = []
        for number, values in enumerate(self.combinations):
            outcome = self.known.get(texts_of(values))
            if outcome is None:
                left.append(number)
            else:
                yield values, outcome
        linear = self._look() if left else None
        if linear is not None:
            computed = self._computed(linear, left)
            left = [number for number in left if number not in computed]
            for number, outcome in computed.items():
                yield self.combinations[number], outcome
        for outcome in outcomes([self._job(number) for number in left], self.workers):
            yield self.combinations[outcome.number], outcome

    def _job(self, number: int) -> Job:
        names = [axis.name for axis in self.axes]
        values = tuple(zip(names, self.combinations[number], strict=True))
        return Job(
            number, self._recipe, values, self.metric, SEED, stop=self.stop, parent=os.getpid()
        )

    def _look(self) -> LinearSweep | None:
        """Run the script itself, as far as it shows a linear problem."""
        if not may_be_computed(self.script, self.axes):
            return None
        seed_generators(SEED, self.script)
        with Timeline(self.script) as timeline:
            study = Study(self.script)
            study.catch_up(timeline.start(), timeline.history)
            begun = time.perf_counter()
            timeline.run_for(float("inf"), LOOKED_FOR)
            study.catch_up(timeline.moment, timeline.history)
            if not (isinstance(study.problem, LinearProblem) and study.is_proved):
                return None
            moment = timeline.run()
            study.catch_up(moment, timeline.history)
            seconds = time.perf_counter() - begun
            if study.names.learning_rate in [axis.name for axis in self.axes]:
                self.limit, self.best = rates_of(study)
            if self.makes_all or self.metric != LOSS or self.stop != NO_RULE:
                return None
            return find_linear_sweep(self.script, self.axes, timeline, study, seconds)

    def _computed(self, linear: LinearSweep, left: Sequence[int]) -> dict[int, Outcome]:
        """The outcomes of those runs among the ones left that can be computed, by their numbers;
        none if the script itself comes to other losses."""
        begun = time.perf_counter()
        found = linear.outcomes([self.combinations[number] for number in left])
        seconds = time.perf_counter() - begun
        made = {place: run_job(self._job(left[place])) for place in linear.probes(len(left))}
        if not all(linear.agrees(found[place], outcome) for place, outcome in made.items()):
            return {}
        told = zip(left, found, strict=True)
        computed = {number: outcome for number, outcome in told if outcome is not None}
        self.computed, self.computing_seconds = len(computed), seconds
        self.plain_seconds = linear.seconds
        return computed
