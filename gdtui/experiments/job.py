"""One run of a script, in whatever process: what it takes, and what comes of it."""

from __future__ import annotations

import importlib
import io
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gdtui.analysis.study import Study
from gdtui.engine.errors import ScriptError
from gdtui.engine.record.history import Column, History, was_there
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.notebook import Cell
from gdtui.engine.script.pipeline import imports
from gdtui.engine.script.script import Script

LOSS = "loss"
"""The metric that every script has."""


@dataclass(frozen=True)
class Recipe:
    """What a script is made of, without the trees that it has been read into: these are many times
    as large, and each process reads its own."""

    text: str
    name: str
    path: str
    cells: tuple[Cell, ...]
    skipped: tuple[str, ...]
    arguments: tuple[str, ...]

    @classmethod
    def of(cls, script: Script) -> Recipe:
        """The recipe of a script."""
        return cls(
            script.text,
            script.name,
            script.path,
            script.cells,
            script.skipped,
            script.arguments,
        )

    def script(self) -> Script:
        """The script; read once in each process."""
        return _read(self)


@dataclass(frozen=True)
class Job:
    """A run to be made.

    Attributes:
        number: its place among the others.
        recipe: the script.
        values: the settings to change, by name.
        metric: the quantity to report, ``loss`` or the name of a metric or of a loss.
        seed: what Python's, NumPy's and torch's random numbers start from; None to go on from those
            of the process.
        stop: when the run stops before its script would end it.
        parent: the process that has ordered it.
    """

    number: int
    recipe: Recipe
    values: tuple[tuple[str, object], ...] = ()
    metric: str = LOSS
    seed: int | None = None
    stop: StopRule = NO_RULE
    parent: int = 0


@dataclass(frozen=True)
class Outcome:
    """What has come of a run.

    Attributes:
        number: that of the job.
        status: how it ended, one of :class:`~gdtui.engine.run.status.Status`.
        epochs: how many epochs it had.
        value: the quantity in the last epoch that had it; NaN if none had.
        verdict: how it behaved, one of :class:`~gdtui.analysis.diagnose.diagnosis.Verdict`; empty
            if the script failed.
        message: why it failed, or why there is no value; empty for nothing.
        seconds: how long the run took.
    """

    number: int
    status: str
    epochs: int
    value: float
    verdict: str = ""
    message: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the script failed."""
        return self.status == Status.FAILED


def run_job(job: Job) -> Outcome:
    """Make a run. Whatever the script does becomes an outcome; only an interrupt is raised."""
    settle(job.parent)
    begun = time.perf_counter()
    try:
        script = job.recipe.script()
        if job.values:
            script = script.with_settings(dict(job.values))
        if job.seed is not None:
            seed_generators(job.seed, script)
        with Timeline(script, stop=job.stop) as timeline:
            study = Study(script)
            study.catch_up(timeline.start(), timeline.history)
            moment = timeline.run()
            study.catch_up(moment, timeline.history)
            value, message = final_value(timeline.history, job.metric)
    except ScriptError as error:
        return failed_outcome(job.number, str(error), time.perf_counter() - begun)
    seconds = time.perf_counter() - begun
    epochs = len(timeline.history)
    if moment.status is Status.FAILED and moment.failure is not None:
        return Outcome(
            job.number, Status.FAILED, epochs, value, message=moment.message, seconds=seconds
        )
    verdict = str(study.diagnosis.verdict)
    return Outcome(job.number, moment.status, epochs, value, verdict, message, seconds)


def failed_outcome(number: int, message: str, seconds: float = 0.0) -> Outcome:
    """The outcome of a run that did not come to its first epoch."""
    return Outcome(number, Status.FAILED, 0, float("nan"), message=message, seconds=seconds)


def seed_generators(seed: int, script: Script) -> None:
    """Seed the random numbers of Python and NumPy, and of torch if the script imports it: it meets
    them as they are when it starts."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if imports(script, "torch"):
        # Loaded now, since it is to be seeded before the script runs.
        importlib.import_module("torch").manual_seed(seed)


def final_value(history: History, metric: str) -> tuple[float, str]:
    """The value of a quantity in the last epoch that had it, and why there is none."""
    columns: Mapping[str, Column] = {**history.metrics, **history.losses}
    if metric == LOSS and len(history.loss):
        columns = {LOSS: history.loss}
    if metric not in columns:
        if not columns:
            return float("nan"), ""
        return float("nan"), f"no {metric} was recorded, only {', '.join(columns)}"
    values = columns[metric][:]
    if values.ndim > 1:
        return float("nan"), f"{metric} is not a single number"
    there = values[was_there(values)]
    return (float(there[-1]), "") if len(there) else (float("nan"), "")


@lru_cache(maxsize=8)
def _read(recipe: Recipe) -> Script:
    return Script(
        recipe.text,
        recipe.name,
        recipe.path,
        recipe.cells,
        recipe.skipped,
        recipe.arguments,
    )


def settle(parent: int) -> None:
    """In a process of its own, let a script find the end of its input, and leave an interrupt to
    the process that has ordered the run."""
    if not parent or os.getpid() == parent:
        return
    sys.stdin = io.StringIO()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
