"""What the commands share that make many runs."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import click

from gdtui.cli.progress import ProgressLine

if TYPE_CHECKING:
    from gdtui.experiments.job import Outcome
    from gdtui.experiments.pool import Workers

BACKENDS = ("loky", "multiprocessing", "sequential")
"""Those of gdtui.experiments.pool, which is not loaded for the help."""

Key = TypeVar("Key")


def worker_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of :func:`workers_of` to a command."""
    jobs = click.option(
        "--jobs",
        type=click.IntRange(1),
        metavar="COUNT",
        help="How many runs at a time; without it one on each processor.",
    )
    backend = click.option(
        "--backend",
        type=click.Choice(BACKENDS),
        default=BACKENDS[0],
        help="How joblib makes processes for them; sequential makes none.",
    )
    scheduler = click.option(
        "--scheduler",
        metavar="ADDRESS",
        default="",
        help="The address of a dask scheduler, such as tcp://10.0.0.1:8786, on whose workers the "
        "runs are made; pip install 'gdtui[cluster]' first. They need the same files.",
    )
    return jobs(backend(scheduler(command)))


def workers_of(jobs: int | None, backend: str, scheduler: str) -> Workers:
    """Where the options of :func:`worker_options` want the runs."""
    from gdtui.experiments.pool import Workers

    return Workers(jobs or 0, backend, scheduler)


def gather(
    runs: Generator[tuple[Key, Outcome], None, None],
    total: int,
    keep: Callable[[Key, Outcome], object] = lambda key, outcome: None,
) -> tuple[dict[Key, Outcome], bool]:
    """Make runs, with a line that says how far they have come.

    Args:
        runs: makes them, and gives the outcome of each under a key.
        total: how many there will be.
        keep: is called with each outcome as it comes.

    Returns:
        The outcomes, and whether they were interrupted.
    """
    from gdtui.experiments.pool import end_workers

    # A script that asks for input meets its end.
    sys.stdin = io.StringIO()
    found: dict[Key, Outcome] = {}
    progress = ProgressLine(total)
    with closing(runs) as rows:
        try:
            for key, outcome in rows:
                found[key] = outcome
                keep(key, outcome)
                progress.show(len(found))
        except KeyboardInterrupt:
            return found, True
        finally:
            progress.clear()
            end_workers()
    return found, False
