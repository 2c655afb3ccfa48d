"""Runs of a script with many seeds, for ``gdtui run --seeds``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED, INTERRUPTED, complain
from gdtui.cli.many_runs import gather
from gdtui.cli.sweep_text import curve_lines
from gdtui.experiments.outcome_marks import kind_of

if TYPE_CHECKING:
    from gdtui.experiments.job import Outcome
    from gdtui.experiments.seeds import SeedRuns


def show_seed_runs(runs: SeedRuns) -> int:
    """Make runs with many seeds, and print how far they are spread; the exit code."""
    from gdtui.engine.errors import ScriptError
    from gdtui.export.printers import taken_from_others

    # What the scripts' own processes write is not to stand between the results.
    out = taken_from_others(sys.stdout)
    try:
        found, interrupted = gather(runs.rows(), runs.count)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    found = dict(sorted(found.items()))
    if found:
        out.write("\n".join(seed_lines(runs, found)) + "\n")
        out.flush()
    if interrupted:
        complain(f"interrupted: {len(found)} of {runs.count} runs are done")
        return INTERRUPTED
    return FAILED if all(outcome.failed for outcome in found.values()) else 0


def seed_lines(runs: SeedRuns, found: Mapping[int, Outcome]) -> list[str]:
    """The spread over the seeds as lines of text; ``found`` has the outcomes by their seeds."""
    plot = curve_lines(list(found), list(found.values()), "seed", runs.metric)
    lines = [_heading(runs), "", *plot, *([""] if plot else [])]
    return [*lines, *_spread_lines(runs, found), *_remarks(runs, found)]


def _heading(runs: SeedRuns) -> str:
    if runs.setting:
        how = f"its own setting {runs.setting}"
    else:
        how = "seeds for random, NumPy and torch, set before the script"
    return f"{runs.count} runs of {runs.script.name} that differ in {how}: 0 to {runs.count - 1}"


def _spread_lines(runs: SeedRuns, found: Mapping[int, Outcome]) -> Iterator[str]:
    import numpy as np

    from gdtui.analysis.numerals import SHORT
    from gdtui.experiments.seeds import Spread

    there = {seed: each for seed, each in found.items() if isfinite(each.value) and not each.failed}
    if there:
        values = np.array([each.value for each in there.values()])
        spread = Spread.of(values, list(there))
        if spread.lowest == spread.highest:
            yield f"{runs.metric}: {SHORT(spread.median)} in all runs."
        else:
            yield (
                f"{runs.metric}: median {SHORT(spread.median)}, half of the runs from "
                f"{SHORT(spread.lower)} to {SHORT(spread.upper)},"
            )
            yield (
                f"lowest {SHORT(spread.lowest)} with seed {spread.lowest_at}, "
                f"highest {SHORT(spread.highest)} with seed {spread.highest_at}."
            )
    else:
        yield f"No run has come to a finite {runs.metric}."
    kinds = Counter(map(kind_of, found.values()))
    yield f"Runs: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}."


def _remarks(runs: SeedRuns, found: Mapping[int, Outcome]) -> Iterator[str]:
    """Why the runs are equal, if they are, and what went wrong."""
    values = {repr(each.value) for each in found.values() if not each.failed}
    if len(values) == 1 and len(found) > 1:
        if runs.own_seed is not None and not runs.setting:
            place = runs.script.place(runs.own_seed)
            yield (
                f"All runs are equal: the script sets its own seed, in {place}, and has no setting "
                "named seed for it."
            )
        else:
            yield f"All runs come to the same {runs.metric}: the seeds have no part in it."
    messages = [f"seed {seed}: {each.message}" for seed, each in found.items() if each.message]
    if messages:
        more = f" (and {len(messages) - 1} more with a message)" if len(messages) > 1 else ""
        yield f"{messages[0]}{more}"
