"""The first statement at which a quantity of a run leaves what it is in another run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.script import Script
from gdtui.experiments.condition import ConditionError, parameter_of
from gdtui.experiments.differences import Difference, first_difference
from gdtui.experiments.matching import Pair, matched, parameter_shapes

_FORM = re.compile(r"\s*left\s*\(\s*(?P<name>[^(),]*?)\s*(?:,\s*(?P<label>\w+)\s*)?\)\s*")
_GRADIENT = ".grad"
_SLICE = 0.05
"""Seconds of running between two looks at whether it is to go on."""


@dataclass(frozen=True)
class Departure:
    """What is asked for: where a quantity leaves another run.

    Attributes:
        text: how it was written: ``left(w)``, or ``left(w, A)`` where there are several runs.
        name: the quantity: ``loss``, a parameter, or a parameter's gradient such as ``w.grad``;
            empty for any of them, or the prediction.
        label: the other run; empty where there is only one.
    """

    text: str
    name: str
    label: str

    @classmethod
    def parse(cls, text: str) -> Departure | None:
        """What a text asks for; None if it is no such question."""
        match = _FORM.fullmatch(text)
        if match is None:
            return None
        name, label = match["name"], match["label"] or ""
        return cls(text.strip(), name, label)


def departure(
    timeline: Timeline, other: Script, name: str = "", stop: StopRule = NO_RULE
) -> Moment | None:
    """Go to the first statement at which a quantity of a run is no longer what it is in the run of
    another script, and return the moment behind it; None if it never is in the epochs that both
    have, or if the search was interrupted. Numbers are alike as they are in
    :func:`~gdtui.experiments.differences.first_difference`.

    Args:
        timeline: the run. Without an answer it is at its end.
        other: the other script.
        name: the quantity, as in a :class:`Departure`.
        stop: when the other run stops before its script would end it.

    Raises:
        ConditionError: one of the runs has no such quantity.
        ScriptError: the other script cannot be compiled.
    """
    with Timeline(other, stop=stop) as beside:
        starts = timeline.seek(0), beside.start()
        for each in (timeline, beside):
            while each.outcome is None and not timeline.is_interrupted:
                each.run_for(_SLICE)
        if timeline.is_interrupted:
            return None
        pairs, phases = _chosen(timeline, beside, name)
        found = first_difference(timeline, beside, starts, pairs, phases)
    if found is None:
        timeline.run()
        return None
    return _go_to(timeline, found)


def _chosen(
    timeline: Timeline, beside: Timeline, name: str
) -> tuple[list[Pair], tuple[Phase, ...]]:
    """The parameters, and the phases, that a name means."""
    pairs = matched(*(parameter_shapes(each.history) for each in (timeline, beside)))
    if not name:
        return pairs, (Phase.PREDICT, Phase.LOSS, Phase.GRADIENT, Phase.UPDATE)
    if name == "loss":
        return pairs, (Phase.LOSS,)
    own = parameter_of(name.removesuffix(_GRADIENT), [pair.one for pair in pairs])
    if own is None:
        known = ", ".join(["loss", *(pair.one for pair in pairs)])
        raise ConditionError(f"left({name}): {name!r} is not in both runs; {known} are")
    phase = Phase.GRADIENT if name.endswith(_GRADIENT) else Phase.UPDATE
    return [pair for pair in pairs if pair.one == own], (phase,)


def _go_to(timeline: Timeline, found: Difference) -> Moment:
    """Go to where a difference shows in the first of the two runs."""
    if not found.epoch:
        return timeline.seek(0)
    positions = [mine.position for mine, _ in found.readings if mine.position is not None]
    if not positions:
        return timeline.seek(found.epoch)
    return timeline.seek_statement(found.epoch, min(positions)[1])
