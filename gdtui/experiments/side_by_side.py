"""Two runs statement by statement beside one another, recorded to be stepped through.

The statements of an epoch are aligned by what they do: the first prediction of one run stands
beside the first of the other, and so on with losses, gradients and updates.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdtui.analysis.numerals import SHORT
from gdtui.analysis.values import as_array
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.loop import Phase
from gdtui.experiments.comparison import LargestDifference, compare
from gdtui.experiments.differences import Group, groups, numbered
from gdtui.experiments.job import Recipe, settle
from gdtui.experiments.matching import Pair, matched, parameter_shapes

MOST_STEPS = 1_500
"""The most aligned steps that are recorded from the first epoch on. The epoch in which the runs
first differ is recorded in any case."""


@dataclass(frozen=True)
class Side:
    """What one run has done in a step.

    Attributes:
        lines: the lines of its statements, from 1.
        values: what they have computed: names and values as text.
    """

    lines: tuple[int, ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Step:
    """Statements of two runs that do the same.

    Attributes:
        epoch: the epoch, from 1.
        phase: what they do.
        sides: what each run has done; None for a run that has no such statement.
        apart: the largest difference of the parameters once both have done it; None if they share
            none that is finite.
    """

    epoch: int
    phase: Phase
    sides: tuple[Side | None, Side | None]
    apart: float | None


@dataclass(frozen=True)
class SideBySide:
    """Two runs beside one another.

    Attributes:
        steps: what was recorded, in order; epochs may be left out.
        epochs: how many epochs each run has.
        losses: the last loss of each, as text.
        verdicts: how each behaves.
        first: the index of the first step at which they differ; None if they do not, or differ
            before the first epoch.
        first_epoch: the epoch of the first difference, 0 for before the first; None for none.
        largest: where their parameters are farthest apart in all epochs.
        failures: why each run failed; empty for not.
    """

    steps: tuple[Step, ...]
    epochs: tuple[int, int]
    losses: tuple[str, str]
    verdicts: tuple[str, str]
    first: int | None
    first_epoch: int | None
    largest: LargestDifference | None
    failures: tuple[str, str]


def set_side_by_side(
    one: Recipe, other: Recipe, stop: StopRule = NO_RULE, *, most: int = MOST_STEPS, parent: int = 0
) -> SideBySide:
    """Run two scripts to their ends, and then once more to record their first steps.

    Args:
        one, other: the scripts.
        stop: when the runs stop before their scripts would end them.
        most: how many steps are recorded from the first epoch on.
        parent: the process that has ordered this; 0 for this one.

    Raises:
        ScriptError: a script is nested too deeply to be compiled.
    """
    settle(parent)
    scripts = one.script(), other.script()
    found = compare(scripts, stop)
    pair, runs = found.pairs[0], found.runs
    first = pair.first
    steps: list[Step] = []
    at: int | None = None
    with ExitStack() as stack:
        timelines = [stack.enter_context(Timeline(each, stop=stop)) for each in scripts]
        for timeline in timelines:
            timeline.start()
        for epoch in range(1, pair.common_epochs + 1):
            is_first = first is not None and first.epoch == epoch
            if len(steps) >= most:
                if first is None or first.epoch < epoch:
                    break
                if not is_first:
                    continue
                for timeline in timelines:
                    timeline.seek(epoch - 1)
            begun = len(steps)
            steps += _steps(timelines, epoch)
            if is_first and first is not None:
                at = _place(steps, begun, first.phase)
    return SideBySide(
        tuple(steps),
        (runs[0].epochs, runs[1].epochs),
        (_last(runs[0].losses), _last(runs[1].losses)),
        (str(runs[0].diagnosis.verdict), str(runs[1].diagnosis.verdict)),
        at,
        None if first is None else first.epoch,
        pair.largest,
        tuple(run.end.message if run.failed else "" for run in runs),  # type: ignore[arg-type]
    )


def _last(losses: Any) -> str:
    return SHORT(float(losses[-1])) if len(losses) else "-"


def _place(steps: Sequence[Step], begun: int, phase: Phase | None) -> int | None:
    """The first step from ``begun`` on of a phase whose values differ, or else of that phase."""
    like = [number for number in range(begun, len(steps)) if steps[number].phase is phase]
    for number in like:
        one, other = steps[number].sides
        if one and other and [text for _, text in one.values] != [text for _, text in other.values]:
            return number
    return like[0] if like else None


def _steps(timelines: Sequence[Timeline], epoch: int) -> list[Step]:
    """The aligned steps of an epoch, which both runs are about to begin."""
    recorded = [dict(numbered(groups(each, epoch))) for each in timelines]
    shapes = [parameter_shapes(each.history) for each in timelines]
    pairs = matched(*shapes)
    steps = []
    ends: list[Moment | None] = [None, None]
    for key in _merged(*(list(each) for each in recorded)):
        both = [each.get(key) for each in recorded]
        ends = [now.end if now else held for now, held in zip(both, ends, strict=True)]
        sides = [_side(each) if each else None for each in both]
        steps.append(Step(epoch, key[0], (sides[0], sides[1]), _apart(ends[0], ends[1], pairs)))
    return steps


def _merged(
    one: Sequence[tuple[Phase, int]], other: Sequence[tuple[Phase, int]]
) -> list[tuple[Phase, int]]:
    """All keys of both, in the order of the first; one that only the other has stands behind the
    key that it follows there."""
    merged = list(one)
    before: tuple[Phase, int] | None = None
    for key in other:
        if key not in merged:
            merged.insert(0 if before is None else merged.index(before) + 1, key)
        before = key
    return merged


def _side(group: Group) -> Side:
    values = tuple((each.name, each.text(SHORT)) for each in group.readings.values())
    return Side(tuple(group.lines), values)


def _apart(one: Moment | None, other: Moment | None, pairs: Sequence[Pair]) -> float | None:
    """The largest difference of parameters that belong together."""
    if one is None or other is None:
        return None
    found = []
    for pair in pairs:
        mine, theirs = (
            as_array(one.parameters.get(pair.one)),
            as_array(other.parameters.get(pair.other)),
        )
        if mine is None or theirs is None or mine.size != theirs.size:
            continue
        with np.errstate(all="ignore"):
            gaps = np.abs(mine.ravel() - theirs.ravel())
        found += [float(gap) for gap in gaps[np.isfinite(gaps)]]
    return max(found, default=None)
