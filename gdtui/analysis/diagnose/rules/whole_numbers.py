"""Are there whole numbers where floats are needed, or the other way round?

Condition: the script failed in an operation of tensors whose message is about dtypes, and one of
these tensors has another dtype than the operation takes. The line is where that tensor was made, or
given the name under which it is used. In NumPy: an array of whole numbers cannot take the floats
that an update in place gives it; or it takes what is left of them, so that a parameter is an array
of whole numbers after every update though its gradient is none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.events import Op, Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import replaced
from gdtui.engine.kinds import is_a

_SAID = ("dtype", "scalar type", "Long", "Double", "floating point", "Int")
_INDICES = ("cross_entropy", "nll_loss", "embedding", "one_hot", "gather")


def find(facts: Facts) -> Iterator[Finding]:
    if not facts.failure:
        yield from _cut(facts)
        return
    op = next((each for each in reversed(facts.ops) if each.error), None)
    if op is not None and any(each in op.error for each in _SAID):
        yield from _tensors(facts, op)
    backward = facts.backwards[-1] if facts.backwards else None
    if backward is not None and "dtype" in backward.error:
        for each in facts.behind(backward.root):
            if len({one.dtype for one in each.inputs}) > 1:
                yield from _tensors(facts, each)
                return
    if "Cannot cast ufunc" in facts.failure:
        yield from _arrays(facts)


def _tensors(facts: Facts, op: Op) -> Iterator[Finding]:
    odd = _odd(op)
    if odd is None:
        if not op.inputs and "require gradients" in op.error:
            yield _requiring(facts, op)
        return
    line = _renamed_at(facts, odd) or facts.origin_line(odd) or op.line
    name = _name(facts, line, odd)
    floats = odd.is_floating_point()
    others = sorted({str(each.dtype) for each in op.inputs if each is not odd})
    beside = f" beside {' and '.join(others)}" if others else ""
    wants = "indices (torch.int64)" if floats and op.name in _INDICES else "floats (torch.float32)"
    text = (
        f"{name}, made in line {line}, is of {odd.dtype}, and {op.name} in line {op.line} has it"
        f"{beside}; it takes {wants}. Make it of that dtype."
    )
    evidence = {
        "dtypes": [str(each.dtype) for each in op.inputs],
        "shapes": [list(each.shape) for each in op.inputs],
        "operation": op.name,
    }
    title = f"{name} is of {odd.dtype} where {wants} are needed"
    new = "long" if floats and op.name in _INDICES else "float"
    yield Finding("whole_numbers", line, title, text, evidence, _mend(facts, line, new))


def _renamed_at(facts: Facts, tensor: Any) -> int:
    """The line that has only given a tensor another name, in the function where it was made; 0 for
    none."""
    source = facts.source(tensor)
    made = facts.statement(facts.origin_line(tensor))
    found = 0
    for each in facts.ran:
        statement = facts.watched[each.index]
        node = statement.node
        if made is None or statement.function != made.function or not isinstance(node, ast.Assign):
            continue
        names = [*node.targets, node.value]
        is_same = any(value is source for value in each.after.values())
        if is_same and all(isinstance(part, ast.Name) for part in names):
            found = each.line
    return found


def _odd(op: Op) -> Any:
    """The tensor that has the wrong dtype; None for none."""
    if op.name in _INDICES and op.name in ("cross_entropy", "nll_loss"):
        target = op.inputs[-1]
        return target if target.is_floating_point() else op.inputs[0]
    if op.name in _INDICES:
        return next(
            (each for each in op.inputs if each.is_floating_point() and not each.requires_grad),
            None,
        )
    whole = [each for each in op.inputs if not each.is_floating_point()]
    if whole:
        return whole[0]
    wide = [each for each in op.inputs if str(each.dtype) == "torch.float64"]
    narrow = [each for each in op.inputs if str(each.dtype) == "torch.float32"]
    return wide[0] if wide and narrow else None


def _name(facts: Facts, line: int, tensor: Any) -> str:
    statement = facts.statement(line)
    if statement is not None and statement.targets:
        return statement.targets[0]
    return facts.name(tensor) or "the tensor"


def _requiring(facts: Facts, op: Op) -> Finding:
    statement = facts.statement(op.line)
    name = statement.targets[0] if statement is not None and statement.targets else "the tensor"
    text = (
        f"{name} in line {op.line} is made of whole numbers, so its dtype is an integer one, and "
        f"only floats can require a gradient. Write them as floats, such as 1.0."
    )
    title = f"{name} is made of whole numbers and cannot require a gradient"
    return Finding(
        "whole_numbers",
        op.line,
        title,
        text,
        {"operation": op.name},
        _mend(facts, op.line, "float"),
    )


def _mend(facts: Facts, line: int, kind: str) -> Mend | None:
    statement = facts.statement(line)
    value = getattr(statement.node, "value", None) if statement is not None else None
    if not isinstance(value, ast.Call):
        return None
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "torch.tensor",
            "torch.arange",
            "torch.zeros",
            "torch.ones",
        ):
            dtype = "torch.float32" if kind == "float" else "torch.int64"
            kept = [ast.unparse(each) for each in node.args]
            kept += [ast.unparse(each) for each in node.keywords if each.arg != "dtype"]
            new = f"{ast.unparse(node.func)}({', '.join([*kept, f'dtype={dtype}'])})"
            return replaced(facts, node, new)
    return replaced(facts, value, f"{ast.unparse(value)}.{kind}()")


def _arrays(facts: Facts) -> Iterator[Finding]:
    line = facts.moment.failure.line if facts.moment.failure is not None else None
    statement = facts.statement(line or 0)
    if statement is None:
        return
    for target in statement.targets:
        for each in facts.ran:
            held = each.after.get(target)
            if is_a(held, np.ndarray) and np.issubdtype(held.dtype, np.integer):
                text = (
                    f"{target}, made in line {each.line}, is an array of whole numbers "
                    f"({held.dtype}), and the update of line {line} would give it floats. Make it "
                    f"of floats."
                )
                title = f"{target} is of {held.dtype} where floats are needed"
                yield Finding("whole_numbers", each.line, title, text, {"dtype": str(held.dtype)})
                return


def _cut(facts: Facts) -> Iterator[Finding]:
    """The finding for a parameter of which each update leaves whole numbers only."""
    for name in facts.history.parameters:
        gradients = facts.history.gradients.get(name)
        held = _held(facts, name)
        trained = [each for each in held if each[0].epoch and each[0].in_epoch]
        last = {ran.epoch: (ran, value) for ran, value in trained}
        if gradients is None or len(last) < 2 or not all(_is_whole(v) for _, v in last.values()):
            continue
        slopes = gradients[:]
        if not np.isfinite(slopes).all() or (slopes == np.round(slopes)).all():
            continue
        ran = trained[-1][0]
        before = [value for each, value in held if each.number < ran.number]
        start = next((each for each, value in held if not each.epoch and _is_whole(value)), None)
        if start is not None and (not before or _is_whole(before[-1])):
            ran = start
        text = (
            f"{name} is an array of whole numbers by line {ran.line}, so of each update only whole "
            f"steps are left, and {name} stands still once a step is smaller than 1. Make it of "
            f"floats, and leave it so."
        )
        title = f"{name} is of whole numbers, and its updates are cut to them"
        evidence = {"name": name, "last_gradient": np.ravel(slopes[-1]).tolist()[:8]}
        yield Finding("whole_numbers", ran.line, title, text, evidence)
        return


def _held(facts: Facts, name: str) -> list[tuple[Ran, Any]]:
    """The arrays that statements have given a parameter, in order."""
    last = name.rpartition(".")[2]
    return [
        (each, value)
        for each in facts.ran
        for path, value in each.after.items()
        if path.rpartition(".")[2] == last and is_a(value, np.ndarray)
    ]


def _is_whole(value: Any) -> bool:
    return bool(np.issubdtype(value.dtype, np.integer))
