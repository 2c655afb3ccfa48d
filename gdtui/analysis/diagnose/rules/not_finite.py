"""Where does the first value come from that is not finite?

Conditions: the loss is not finite and had not grown before, not from batch to batch either. Then
it is the first statement before the training that gave a name data with such a value; or the first
operation in the training whose operands are finite and whose result is not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.events import Op, Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import put_after
from gdtui.engine.kinds import is_a
from gdtui.engine.record.nonfinite import has_grown

_LONGEST = 20_000

_GROWN = 1e3


def find(facts: Facts) -> Iterator[Finding]:
    losses = facts.losses
    if not losses or isfinite(losses[-1]):
        return
    data = next(_data(facts), None)
    if data is not None and not all(map(isfinite, losses[:3])):
        yield _in_data(facts, *data)
        return
    if has_grown(facts.history) or _has_grown_in_epochs(facts):
        return
    for op in facts.ops:
        if op.epoch and op.output is not None and _is_strange(op.output):
            if all(not _is_strange(each) for each in op.inputs):
                yield _in_operation(op)
            return


def _has_grown_in_epochs(facts: Facts) -> bool:
    """Whether the loss of the last batch that was finite is many times the smallest one before."""
    sent = [abs(each.value) for each in facts.backwards if each.epoch and isfinite(each.value)]
    return len(sent) > 1 and sent[-1] > _GROWN * min(sent)


def _data(facts: Facts) -> Iterator[tuple[Ran, str, Any]]:
    changed = facts.moved | facts.held
    for each in facts.ran:
        if each.epoch:
            return
        for path, value in each.after.items():
            if path in each.before and each.before[path] is value:
                continue
            numbers = _numbers(value, changed)
            if numbers is not None and numbers.size > 1 and not np.isfinite(numbers).all():
                yield each, path, numbers


def _numbers(value: Any, changed: set[int]) -> Any:
    """Data as an array of floats; None for anything else."""
    if is_tensor(value):
        if value.requires_grad or id(value) in changed or not value.is_floating_point():
            return None
        return value.detach().cpu().double().numpy()
    if is_a(value, np.ndarray):
        return value if np.issubdtype(value.dtype, np.floating) else None
    if type(value) in (list, tuple) and 1 < len(value) <= _LONGEST:
        try:
            found = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            return None
        return found if found.size <= _LONGEST else None
    return None


def _in_data(facts: Facts, ran: Ran, path: str, numbers: Any) -> Finding:
    places = np.argwhere(~np.isfinite(numbers))
    first = tuple(int(each) for each in places[0])
    value = float(numbers[first])
    index = f"[{', '.join(map(str, first))}]"
    count = len(places)
    many = "1 value" if count == 1 else f"{count} values"
    text = (
        f"{path}{index} is {value}: {many} of the {numbers.size} in the data of line {ran.line} "
        f"{'is' if count == 1 else 'are'} not finite, so the loss becomes {facts.losses[-1]} and "
        f"with it every parameter. Leave out such rows, or fill them, before training."
    )
    evidence = {"name": path, "index": list(first), "value": str(value), "count": count}
    title = f"{path}{index} is {value}"
    line = _set_line(facts, ran, path) or _written_line(facts, ran) or ran.line
    return Finding("not_finite", line, title, text, evidence, _filled(facts, ran, path, numbers))


def _set_line(facts: Facts, ran: Ran, path: str) -> int:
    """The line that writes such a value into a tensor, which is the same one before; 0 for none."""
    if not is_tensor(ran.after[path]):
        return 0
    for each in facts.ran:
        if each.epoch or each.number < ran.number:
            continue
        node = facts.watched[each.index].node
        targets = node.targets if isinstance(node, ast.Assign) else []
        entries = [one.value for one in targets if isinstance(one, ast.Subscript)]
        if path in map(ast.unparse, entries) and (line := _written_line(facts, each)):
            return line
    return 0


def _written_line(facts: Facts, ran: Ran) -> int:
    """The line in a table of several lines where such a value is written, as in ``np.nan`` and
    ``float("nan")``; 0 where none is."""
    for node in ast.walk(facts.watched[ran.index].node):
        if isinstance(node, ast.Attribute | ast.Name):
            said = node.attr if isinstance(node, ast.Attribute) else node.id
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "float" and node.args:
            said = str(getattr(node.args[0], "value", ""))
        else:
            continue
        if said.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            return node.lineno
    return 0


def _filled(facts: Facts, ran: Ran, path: str, numbers: Any) -> Mend | None:
    """The line, and one below that fills what is not finite with the mean of the rest."""
    held = ran.after[path]
    if is_tensor(held):
        return put_after(
            facts, ran.line, f"{path} = {path}.nan_to_num({path}[{path}.isfinite()].mean().item())"
        )
    if is_a(held, np.ndarray):
        name = next((k for k, v in facts.ran[-1].after.items() if v is np), "np")
        return put_after(
            facts,
            ran.line,
            f"{path} = {name}.where({name}.isfinite({path}), {path}, {name}.nanmean({path}))",
        )
    return None


def _is_strange(tensor: Any) -> bool:
    return bool(tensor.is_floating_point()) and not bool(tensor.detach().isfinite().all())


def _in_operation(op: Op) -> Finding:
    text = (
        f"{op.name} in line {op.line} gives a value that is not finite though all that it is given "
        f"is finite, in epoch {op.epoch}. Keep what it is given away from there, as by a small "
        f"number that is added."
    )
    lowest = [float(each.detach().min()) for each in op.inputs if each.numel()]
    evidence = {"operation": op.name, "epoch": op.epoch, "lowest_inputs": lowest}
    return Finding(
        "not_finite", op.line, f"{op.name} gives a value that is not finite", text, evidence
    )
