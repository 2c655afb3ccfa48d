"""Can the hidden units learn, and each its own?

Conditions, over at least three backwards, or epochs of a script without autograd, where an update
stands for a gradient that has no name: the gradient of a weight of two or more dimensions is
exactly 0 in all of them while another one's is not, so that its units are dead; or all units of a
weight have the same numbers and the same gradients other than zero, so that they stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.events import Backward, Op
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import held_by
from gdtui.analysis.diagnose.facts.tensors import is_empty
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import is_whole_line
from gdtui.engine.kinds import is_a

_FLAT = ("relu", "relu_", "clamp", "clamp_min", "threshold", "tanh", "tanh_", "sigmoid", "sigmoid_")


def find(facts: Facts) -> Iterator[Finding]:
    sent = [each for each in facts.backwards if each.epoch and not each.error]
    if len(sent) >= 3 and sent[-1].epoch > 1:
        yield from _tensors(facts, sent)
    elif not sent and len(facts.history) >= 3:
        yield from _arrays(facts)


def _tensors(facts: Facts, sent: list[Backward]) -> Iterator[Finding]:
    weights = [
        leaf for leaf in sent[0].leaves if leaf.dim() >= 2 and leaf.numel() > leaf.shape[-1] > 0
    ]
    gradients = {id(leaf): _gradients(sent, leaf) for leaf in sent[0].leaves}
    known = [
        leaf
        for leaf in weights
        if len(gradients[id(leaf)]) == len(sent) and id(leaf) in facts.moved | facts.held
    ]
    alive = any(all(not is_empty(one) for one in each) for each in gradients.values() if each)
    dead = [leaf for leaf in known if all(map(is_empty, gradients[id(leaf)]))]
    if not _is_saturated(facts):
        dead = [leaf for leaf in dead if is_empty(leaf)]
    if dead and alive:
        without = [each for each in sent[0].leaves if all(map(is_empty, gradients[id(each)]))]
        yield _dead(facts, dead[0], without)
        return
    for leaf in known:
        found = gradients[id(leaf)]
        if leaf.dim() != 2 or any(map(is_empty, found[1:])):
            continue
        if any(
            all(_units_agree(each, axis) for each in (leaf.detach(), *found)) for axis in (0, 1)
        ):
            yield _same(facts, leaf)
            return


def _is_saturated(facts: Facts) -> bool:
    """Whether there are activations of the training that are flat for all samples."""
    found = []
    for op in facts.ops:
        if op.epoch and any(op.graded) and op.output is not None and op.name in _FLAT:
            found.append(_is_flat(op))
    return any(found)


def _is_flat(op: Op) -> bool:
    values = op.output.detach()
    if op.name in ("tanh", "tanh_"):
        return bool((values.abs() == 1).all())
    if op.name in ("sigmoid", "sigmoid_"):
        return bool(((values == 0) | (values == 1)).all())
    return is_empty(values)


def _gradients(sent: list[Backward], leaf: Any) -> list[Any]:
    return [
        gradient
        for each in sent
        for one, gradient in zip(each.leaves, each.gradients, strict=True)
        if one is leaf and gradient is not None
    ]


def _units_agree(values: Any, axis: int) -> bool:
    """Whether all entries along an axis are the same; there must be two or more."""
    if values.shape[axis] < 2:
        return False
    first = values.narrow(axis, 0, 1)
    # Their sums are rounded in different orders.
    return bool(((values - first).abs() <= 1e-4 * first.abs()).all())


def _dead(facts: Facts, leaf: Any, without: list[Any]) -> Finding:
    op = _start(facts, leaf)
    if not is_empty(leaf):  # what the units put out may be due to another number, such as a bias
        starts = [each for one in without if (each := _start(facts, one)) is not None]
        op = max(starts, key=lambda each: each.number, default=op)
    name = facts.name(leaf) or f"a weight of shape {tuple(leaf.shape)}"
    line = op.line if op is not None else 0
    zero = is_empty(leaf)
    how = "every number of it starts at zero" if zero else "its units put out 0 for every sample"
    text = (
        f"The gradient of {name} is exactly 0 in every backward: {how}, so the hidden units put "
        f"out the same for all inputs and pass no gradient on; they can never learn. Start "
        f"from small random numbers, as nn.Linear does by itself (line {line})."
    )
    evidence = {"name": name, "gradient": 0.0, "starts_at_zero": zero}
    title = f"{name} gets no gradient: its units are dead from the start"
    return Finding("same_start", line, title, text, evidence, _without(facts, op))


def _same(facts: Facts, leaf: Any) -> Finding:
    op = _start(facts, leaf)
    name = facts.name(leaf) or f"a weight of shape {tuple(leaf.shape)}"
    line = op.line if op is not None else 0
    text = (
        f"All units of {name} start from the same numbers (line {line}) and get the same "
        f"gradients, so they stay the same, and the layer can do no more than one unit. Start "
        f"from small random numbers."
    )
    title = f"all units of {name} start the same and stay the same"
    evidence = {"name": name, "units": list(leaf.shape)}
    return Finding("same_start", line, title, text, evidence, _without(facts, op))


def _start(facts: Facts, leaf: Any) -> Op | None:
    """What has given a leaf the numbers that it started from."""
    changes = [op for op in facts.ops if op.leaf is leaf and not op.epoch]
    if changes:
        return changes[-1]
    memory = leaf.data_ptr()
    made = [
        op
        for op in facts.ops
        if not op.epoch and any(each.data_ptr() == memory for each in op.outputs)
    ]
    return made[0] if made else None


def _without(facts: Facts, op: Op | None) -> Mend | None:
    """The text without a loop or a line that sets the numbers."""
    import ast

    if op is None or op.leaf is None or not is_whole_line(facts, op.line):
        return None
    for node in ast.walk(facts.script.tree):
        if isinstance(node, ast.For) and len(node.body) == 1 and node.body[0].lineno == op.line:
            return Mend({node.lineno: (), op.line: ()})
    text = facts.text(op.line)
    return Mend({op.line: (text[: len(text) - len(text.lstrip())] + "pass",)})


def _arrays(facts: Facts) -> Iterator[Finding]:
    """The same for gradients by hand, by what is recorded."""
    gradients = {name: each[:] for name, each in facts.history.gradients.items()}
    alive = [
        name
        for name, each in gradients.items()
        if np.isfinite(each).all() and (each != 0).any(axis=tuple(range(1, each.ndim))).all()
    ]
    for name, values in gradients.items():
        held = facts.history.parameters.get(name)
        if not np.isfinite(values).all():  # the gradient has no name of its own
            values = _moves(facts, name)
            alive = [
                one for one in facts.history.parameters if one != name and _is_moved(facts, one)
            ]
        start = _first_held(facts, name)
        if held is None or start is None or start[1].ndim < 2 or start[1].size <= 1:
            continue
        line, first = start
        if min(first.shape) < 1 or first.shape[0] == first.size:
            continue
        if alive and not values.any() and np.isfinite(values).all():
            if first.any():  # what the units put out may be due to another number, such as a bias
                line = next(iter(_constant_lines(facts)), line)
            text = (
                f"The gradient of {name} is exactly 0 in every epoch: it starts in line {line} so "
                f"that the hidden units put out the same for all inputs and pass no gradient on; "
                f"they can never learn. Start from small random numbers."
            )
            title = f"{name} gets no gradient: its units are dead from the start"
            evidence = {"name": name, "gradient": 0.0, "starts_at_zero": not first.any()}
            yield Finding("same_start", line, title, text, evidence)
            return
        if values.ndim == 3 and _stay_same(values) and _stay_same(held[:]) and values[1:].any():
            text = (
                f"All units of {name} start from the same numbers (line {line}) and get the same "
                f"gradients, so they stay the same, and the layer can do no more than one unit. "
                f"Start from small random numbers."
            )
            title = f"all units of {name} start the same and stay the same"
            evidence = {"name": name, "units": list(first.shape)}
            yield Finding("same_start", line, title, text, evidence)
            return


def _constant_lines(facts: Facts) -> list[int]:
    """The lines in which those parameters start that never move and are one number other than 0."""
    dead = [name for name in facts.history.parameters if not _moves(facts, name).any()]
    starts = [_first_held(facts, name) for name in dead]
    return [
        each[0] for each in starts if each is not None and each[1].any() and not np.ptp(each[1])
    ]


def _moves(facts: Facts, name: str) -> Any:
    """How far each update moves a parameter, epoch by epoch; NaN where no statement updates it."""
    last = name.rpartition(".")[2]
    held, start = facts.history.parameters[name][:], _first_held(facts, name)
    updated = any(
        path.rpartition(".")[2] == last for each in facts.ran if each.epoch for path in each.after
    )
    if start is None or not updated or start[1].shape != held.shape[1:]:
        return np.full(held.shape, np.nan)
    return np.diff(np.concatenate([start[1][None], held]), axis=0)


def _is_moved(facts: Facts, name: str) -> bool:
    values = facts.history.parameters[name][:]
    return bool(np.isfinite(values).all() and (values != values[0]).any())


def _stay_same(values: Any) -> bool:
    """Whether along one of two axes all units have the same numbers in every epoch."""
    # Their sums are rounded in different orders.
    return any(
        values.shape[axis] > 1 and np.allclose(values, np.take(values, [0], axis), 1e-6, 0)
        for axis in (1, 2)
    )


def _first_held(facts: Facts, name: str) -> tuple[int, Any] | None:
    """The line that first gave a parameter an array, and that array; None for none."""
    for each in facts.ran:
        for value in held_by(each.after, name):
            if is_a(value, np.ndarray):
                return facts.entry_line(each.line, name), value
    return None
