"""Runs in other processes, by joblib.

A run gets a process of its own for its time: what a script does to the libraries it imports cannot
reach another run at the same time, and two runs need not share one interpreter's lock.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gdtui.engine.errors import SettingError
from gdtui.experiments.job import Job, Outcome, failed_outcome, run_job

BACKENDS = ("loky", "multiprocessing", "sequential")
"""Where runs are made without a cluster; the first is that of :class:`Workers`. Threads are none of
them: runs in one process take turns, and seeds are those of the process."""

_DIED = "the process of this run died"


@dataclass(frozen=True)
class Workers:
    """Where runs are made.

    Attributes:
        count: how many at a time; 0 for one on each processor.
        backend: one of :data:`BACKENDS`; joblib's name.
        scheduler: the address of a dask scheduler, on whose workers runs are made instead; empty
            for none.
    """

    count: int = 0
    backend: str = BACKENDS[0]
    scheduler: str = ""


def outcomes(jobs: Sequence[Job], workers: Workers = Workers()) -> Iterator[Outcome]:
    """Make runs, and give their outcomes as they come, in any order.

    When the iterator is closed, or interrupted, the runs that go on are ended.

    Raises:
        SettingError: there is no such scheduler, or dask is not installed.
    """
    alone = workers.backend == "sequential" or workers.count == 1
    if not jobs or (not workers.scheduler and (alone or len(jobs) == 1)):
        yield from map(run_job, jobs)
        return
    count = workers.count or _processors()
    done: set[int] = set()
    with _parallel(min(count, len(jobs)), workers) as parallel:
        try:
            for outcome in _run(parallel, jobs):
                done.add(outcome.number)
                yield outcome
            return
        except _broken_pools():
            left = [job for job in jobs if job.number not in done]
    # A script has ended its process, and nobody knows which: each is now alone.
    for job in left:
        with _parallel(2, workers) as parallel:
            try:
                yield from _run(parallel, [job])
            except _broken_pools():
                yield failed_outcome(job.number, _DIED)


def end_workers() -> None:
    """End the processes that loky keeps for the next runs; they would end themselves some minutes
    later."""
    if "joblib" in sys.modules:
        from joblib.externals.loky import get_reusable_executor

        executor: Any = get_reusable_executor()
        # joblib's own also takes away the folder in which it would share large arrays.
        getattr(executor, "terminate", executor.shutdown)(kill_workers=True)


def _run(parallel: Any, jobs: Sequence[Job]) -> Iterator[Outcome]:
    from joblib import delayed

    results = parallel(delayed(run_job)(job) for job in jobs)
    is_over = False
    try:
        for result in results:  # noqa: UP028 - closing this must not close that without a word
            yield result
        is_over = True
    finally:
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that runs which go on are ended
            results.close()
        if not is_over:
            end_workers()


@contextlib.contextmanager
def _parallel(count: int, workers: Workers) -> Iterator[Any]:
    from joblib import Parallel

    how: dict[str, Any] = {"n_jobs": count, "backend": workers.backend}
    with contextlib.ExitStack() as stack:
        if workers.scheduler:
            stack.enter_context(_cluster(workers.scheduler))
            how = {}
        elif workers.backend == "multiprocessing":
            # It gives results in the order of the jobs or not at all.
            yield Parallel(**how, batch_size=1)
            return
        yield Parallel(**how, batch_size=1, return_as="generator_unordered")


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Make runs on the workers of a dask scheduler, all of them."""
    try:
        connect: Any = importlib.import_module("distributed").Client
    except ImportError:
        raise SettingError(
            "a scheduler needs dask, which is not installed; pip install 'gdtui[cluster]'"
        ) from None
    from joblib import parallel_config

    try:
        client: Any = connect(address, timeout=10)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise SettingError(f"scheduler {address!r} cannot be reached: {reason}") from None
    with client, parallel_config(backend="dask", wait_for_workers_timeout=10):
        yield


def _processors() -> int:
    from joblib import cpu_count

    return int(cpu_count())


def _broken_pools() -> tuple[type[BaseException], ...]:
    from concurrent.futures.process import BrokenProcessPool

    from joblib.externals.loky.process_executor import TerminatedWorkerError

    return BrokenProcessPool, TerminatedWorkerError
