"""Which variables of a script have changed, and since when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdtui.engine.moment import Moment, Variable


@dataclass(frozen=True, eq=False)
class Changes:
    """The variables of a moment beside those of an earlier one.

    Attributes:
        since: what changed them, as ``line 45`` or ``epoch 12``; empty where there is nothing to
            compare with.
        changed: the variables whose value, gradient or form is another one, or that are new, in
            the script's order.
        same: the others.
        gone: the names that are no longer there.
    """

    since: str
    changed: tuple[Variable, ...]
    same: tuple[Variable, ...]
    gone: tuple[str, ...] = ()


def find_changes(moment: Moment) -> Changes:
    """What the statement that has just run changed; where the run has come by whole epochs,
    what the epoch changed."""
    earlier = moment.before or moment.epoch_start
    if earlier is None:
        return Changes("", (), moment.variables)
    since = f"line {moment.line}" if moment.before is not None else f"epoch {moment.epoch}"
    if moment.before is not None and moment.status in ("finished", "stopped"):
        since = "the end of the script"
    before = {each.name: each for each in earlier.variables}
    now = {each.name for each in moment.variables}
    changed = [each for each in moment.variables if not _is_same(each, before.get(each.name))]
    return Changes(
        since,
        tuple(changed),
        tuple(each for each in moment.variables if each not in changed),
        tuple(name for name in before if name not in now),
    )


def _is_same(now: Variable, before: Variable | None) -> bool:
    return (
        before is not None
        and (now.type_name, now.shape, now.text, now.requires_grad)
        == (before.type_name, before.shape, before.text, before.requires_grad)
        and _equal(now.value, before.value)
        and _equal(now.grad, before.grad)
    )


def _equal(one: object, other: object) -> bool:
    """Whether two frozen values are the same. NaN is the same as NaN."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return False
        return bool(np.array_equal(one, other, equal_nan=True))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return one == other or (one != one and other != other)
