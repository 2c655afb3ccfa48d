"""Which variables of a script have changed, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdtui.engine.record.summary import Summary
from gdtui.engine.record.variables import Variable
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.status import Status

PARAMETER = "parameter"
"""The type shown for a parameter of a module of the script."""


@dataclass(frozen=True, eq=False)
class Changes:
    """The variables of a moment, compared with an earlier moment.

    Attributes:
        since: what changed them, such as ``line 45`` or ``epoch 12``; empty without an earlier
            moment.
        changed: new variables, and those with a new value, gradient or shape, in the script's
            order.
        same: the others.
        gone: the names that no longer exist.
    """

    since: str
    changed: tuple[Variable, ...]
    same: tuple[Variable, ...]
    gone: tuple[str, ...] = ()


def find_changes(moment: Moment) -> Changes:
    """The variables that the last statement changed; if the run moves by whole epochs, those that
    the epoch changed."""
    earlier = moment.before or moment.epoch_start
    shown = (*moment.variables, *_inside_modules(moment))
    if earlier is None:
        return Changes("", (), shown)
    since = moment.place if moment.before is not None else f"epoch {moment.epoch}"
    if moment.before is not None and moment.status in (Status.FINISHED, Status.STOPPED):
        since = "the end of the script"
    before = {_key(each): each for each in (*earlier.variables, *_inside_modules(earlier))}
    now = {_key(each) for each in shown}
    changed = [each for each in shown if not _is_same(each, before.get(_key(each)))]
    return Changes(
        since,
        tuple(changed),
        tuple(each for each in shown if each not in changed),
        tuple(name for name, kind in before if (name, kind) not in now),
    )


def _key(variable: Variable) -> tuple[str, bool]:
    # A setting may have the same name as a parameter of a module.
    return variable.name, variable.type_name == PARAMETER


def _inside_modules(moment: Moment) -> list[Variable]:
    """The parameters that are in no variable of the script, but in a module or a list of
    modules."""
    by_torch = bool(moment.optimizers) or moment.graph is not None
    found = []
    for name, value in moment.parameters.items():
        variable = moment.variable(name)
        # A setting may have the name of a parameter, and its value too.
        if variable is not None and (variable.requires_grad or not by_torch):
            continue
        shape = np.shape(value) if isinstance(value, int | float | np.ndarray) else None
        if isinstance(value, Summary):
            shape = value.shape
        gradient = moment.gradients.get(name)
        found.append(
            Variable(
                name,
                PARAMETER,
                shape,
                value,
                moment.shown_parameters[name],
                requires_grad=by_torch or gradient is not None,
                grad=gradient,
                grad_shown=moment.shown_gradients.get(name),
            )
        )
    return found


def _is_same(now: Variable, before: Variable | None) -> bool:
    return (
        before is not None
        and (now.type_name, now.dtype, now.shape, now.requires_grad)
        == (before.type_name, before.dtype, before.shape, before.requires_grad)
        and _equal(now.value, before.value)
        and _equal(now.grad, before.grad)
        # An object without plain numbers is compared by its text. The text of an array takes long.
        and (isinstance(now.value, np.ndarray) or now.text == before.text)
    )


def _equal(one: object, other: object) -> bool:
    """Whether two frozen values are the same. NaN is the same as NaN."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return False
        return one.dtype == other.dtype and bool(np.array_equal(one, other, equal_nan=True))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return one == other or (one != one and other != other)
