"""Is a parameter after its update still the leaf that it was?

Condition: a statement gives a name that held a leaf with a gradient the result of an operation,
which is no leaf or requires no gradient; and then the script asks the new one for a gradient, or
sends back a loss without a graph, or the old leaf goes on getting gradients and never moves.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import instead


def find(facts: Facts) -> Iterator[Finding]:
    for each in facts.ran:
        if not each.epoch:
            continue
        for path, old, new in _rebound(each):
            if not _was_used(facts, each, old) or not _is_missed(facts, each, old, new):
                continue
            became = (
                "the result of an operation, no leaf"
                if new.requires_grad
                else ("a new tensor that requires no gradient")
            )
            statement = facts.watched[each.index]
            asked = id(old) in facts.asked
            lack = (
                f"autograd has no gradient for {path}"
                if asked
                else f"backward leaves no gradient in {path}.grad"
            )
            text = (
                f"Line {each.line} makes a new tensor and binds {path} to it, instead of changing "
                f"the parameter: {path} was a leaf and is now {became}, so {lack}. "
                f"Update it in place under torch.no_grad()."
            )
            evidence = {
                "name": path,
                "epoch": each.epoch,
                "is_leaf": new.is_leaf,
                "requires_grad": new.requires_grad,
            }
            title = f"{path} is bound to a new tensor and is no longer the parameter"
            mend = _mend(facts, each.index, recorded=new.requires_grad, asked=asked)
            yield Finding("rebound_parameter", statement.line, title, text, evidence, mend)
            return


def _rebound(ran: Ran) -> Iterator[tuple[str, Any, Any]]:
    new: Any
    for path, new in ran.after.items():
        old: Any = ran.before.get(path)
        if is_tensor(old) and is_tensor(new):
            pairs = [(path, old, new)]
        elif type(old) is list and type(new) is list and len(old) == len(new):
            pairs = [(f"{path}[{i}]", a, b) for i, (a, b) in enumerate(zip(old, new, strict=True))]
        elif type(old) is dict and type(new) is dict:
            pairs = [(f"{path}[{k!r}]", old[k], new[k]) for k in old if k in new]
        else:
            continue
        for name, a, b in pairs:
            if not (is_tensor(a) and is_tensor(b)) or a is b or a.shape != b.shape:
                continue
            if a.is_leaf and a.requires_grad and not (b.is_leaf and b.requires_grad):
                yield name, a, b


def _was_used(facts: Facts, ran: Ran, old: Any) -> bool:
    """Whether the script reads the gradient of the leaf, and has got one before the statement."""
    before = [e for e in facts.backwards if e.number < ran.number and not e.error]
    asked = any(
        each is old
        for op in facts.ops
        if op.name == "grad" and op.number < ran.number and not op.error
        for each in op.inputs[1:]
    )
    got = asked or any(leaf is old for each in before for leaf in each.leaves)
    return got and id(old) in facts.reads_gradient


def _is_missed(facts: Facts, ran: Ran, old: Any, new: Any) -> bool:
    for op in facts.ops:
        if op.number > ran.number and op.name == "grad.get" and op.inputs[0] is new:
            return True
    for each in facts.backwards:
        if each.number > ran.number:
            if each.error:
                return True
            if any(leaf is old for leaf in each.leaves) and id(old) not in facts.moved:
                return True
    return False


def _mend(facts: Facts, index: int, *, recorded: bool, asked: bool) -> Mend | None:
    """``w = w - step`` becomes ``w -= step`` under ``torch.no_grad()``."""
    node = facts.watched[index].node
    if not (isinstance(node, ast.Assign) and len(node.targets) == 1):
        return None
    target, value = ast.unparse(node.targets[0]), node.value
    if not (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Sub)
        and ast.unparse(value.left) == target
    ):
        return None
    change = f"{target} -= {ast.unparse(value.right)}"
    new = ["with torch.no_grad():", f"    {change}"] if recorded else [change]
    cleared = asked or any(each.epoch for each in facts.cleared)
    more = [] if cleared else [f"{'    ' if recorded else ''}{target}.grad = None"]
    return instead(facts, facts.watched[index], *new, *more)
