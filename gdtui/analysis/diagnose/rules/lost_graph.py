"""Does the loss that is sent back have a graph to the parameters?

Condition: ``backward`` raised because its loss has no graph, or the graph of the loss is the loss
itself, a leaf that was made in this very epoch. Then one goes back over the operations behind it:
to the first result that lost the graph, or, where nothing on the way required a gradient, to the
tensor that should have.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from gdtui.analysis.diagnose.facts.events import Backward, Op
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import replaced
from gdtui.engine.kinds import is_a

_ENDS = {
    "item": "by .item(), which gives a plain number",
    "tolist": "by .tolist(), which gives plain numbers",
    "numpy": "by .numpy(), which gives an array",
    "__array__": "by a conversion to an array",
    "__float__": "by float(), which gives a plain number",
    "__int__": "by int(), which gives a plain number",
    "detach": "by .detach()",
    "detach_": "by .detach_()",
    "data.get": "by .data, which has no graph",
    "argmax": "by argmax, which gives indices",
    "max": "by the indices of a maximum",
    "round": "by rounding",
    "tensor": "by torch.tensor(), which copies numbers only",
}


_DEEPEST = 3

_TAKING_OUT = ("item", "detach", "tolist", "numpy")


def find(facts: Facts) -> Iterator[Finding]:
    backward = next((each for each in facts.backwards if _is_cut(facts, each)), None)
    if backward is None:
        yield from _without_gradient(facts)
        return
    lost = _lost_at(facts, backward)
    if lost is not None:
        yield _detached(facts, backward, lost)
        return
    if backward.error:
        found = _should_require(facts, backward)
        if found is not None:
            yield found


def _is_cut(facts: Facts, each: Backward) -> bool:
    if not each.epoch:
        return False
    if each.error:
        return bool(facts.failure) and "does not require grad" in each.error
    maker = facts.maker(each.root)
    is_new = maker is not None and maker.epoch > 0
    if each.root.is_leaf:
        return is_new
    if any(id(leaf) in facts.reads_gradient or id(leaf) in facts.held for leaf in each.leaves):
        return False  # leaves that the script makes anew on purpose
    made = [facts.maker(leaf) for leaf in each.leaves]
    return bool(made) and all(op is not None and op.epoch > 0 for op in made)


def _lost_at(facts: Facts, backward: Backward) -> Op | None:
    """The last operation behind a loss that had a graph and gave a result without one."""
    for op in facts.behind(backward.root):
        if any(op.graded) and not op.gives_graph:
            return op
    roots = [facts.maker(each) for each in (backward.root, *backward.leaves)]
    roots += list(facts.behind(backward.root))
    made = max((op.number for op in roots if op is not None), default=backward.number)
    before = max(
        (e.number for e in (*facts.backwards, *facts.steps) if e.number < backward.number),
        default=-1,
    )
    ended = [
        op
        for op in facts.ops
        if before < op.number < made
        and op.epoch
        and any(op.graded)
        and not op.gives_graph
        and (op.name in _ENDS)
    ]
    # A number that is only printed is read as well; what the loss was made of counts first.
    value = backward.value
    same = [op for op in ended if op.result is not None and _agree(op.result, value)]
    found = same or ended
    return found[-1] if found else None


def _agree(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _detached(facts: Facts, backward: Backward, op: Op) -> Finding:
    how = _ENDS.get(op.name, "")
    if not op.recorded:
        how = "because it is computed under torch.no_grad()"
    how = how or f"by {op.name}"
    name = _names_at(facts, op.line)
    ends = (
        f"backward in line {backward.line} has no graph to go back through"
        if backward.error
        else "backward reaches no parameter, and none of them gets a gradient"
    )
    text = (
        f"In line {op.line} {name} is taken out of the graph {how}, so {ends}. Use the tensor "
        f"itself."
    )
    evidence = {"operation": op.name, "backward": backward.line, "recorded": op.recorded}
    title = f"{name} is taken out of the graph"
    return Finding("lost_graph", op.line, title, text, evidence, _without(facts, op))


def _names_at(facts: Facts, line: int) -> str:
    statement = facts.statement(line)
    return statement.targets[0] if statement is not None and statement.targets else "the result"


def _without(facts: Facts, op: Op) -> Mend | None:
    """The line without what takes the value out of the graph."""
    statement = facts.statement(op.line)
    if statement is None:
        return None
    for node in ast.walk(statement.node):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            wraps = node.func.attr in ("tensor", "as_tensor", "FloatTensor", "Tensor")
            if wraps and node.args:
                inner: ast.expr = node.args[0]
                inner = _ungraphed(inner) or inner
                return replaced(facts, node, ast.unparse(inner))
    for node in ast.walk(statement.node):
        held = _ungraphed(node)
        if held is not None and isinstance(node, ast.Call):
            return replaced(facts, node, ast.unparse(held))
        if isinstance(node, ast.Attribute) and node.attr == "data":
            return replaced(facts, node, ast.unparse(node.value))
    return None


def _ungraphed(node: ast.AST) -> ast.expr | None:
    """What a call such as ``.item()`` takes out of the graph; None for any other node."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return node.func.value if node.func.attr in _TAKING_OUT else None
    return None


# What should have required a gradient ---------------------------------------------------


def _should_require(facts: Facts, backward: Backward) -> Finding | None:
    """The tensor that the script treats as a parameter and that requires no gradient."""
    behind = {id(each) for op in facts.behind(backward.root) for each in op.inputs}
    frozen = [
        op
        for op in facts.ops
        if op.name in ("requires_grad.set", "requires_grad_") and not op.inputs[0].requires_grad
    ]
    for optimizer in reversed(facts.created):
        if any(each.requires_grad for each in optimizer.parameters):
            continue
        off = [op for op in frozen if any(op.inputs[0] is each for each in optimizer.parameters)]
        if off:
            return _finding(facts, off[0].line, "the parameters", "was turned off", None)
        for tensor in optimizer.parameters:
            if id(tensor) in behind:
                return _made_without(facts, tensor)
    asking = [op for op in facts.ops if op.name == "grad" and op.error]
    for tensor in [each for op in asking for each in op.inputs[1:]]:
        if not tensor.requires_grad and id(tensor) in behind:
            return _made_without(facts, tensor)
    for name in _wanted(facts):
        for tensor in _held(facts, name, 0):
            if not tensor.requires_grad and id(tensor) in behind:
                return _made_without(facts, tensor)
    return None


def _without_gradient(facts: Facts) -> Iterator[Finding]:
    """The finding where the script fails because a gradient that it reads is not there."""
    if "NoneType" not in facts.failure:
        return
    read = next((op for op in reversed(facts.ops) if op.name == "grad.get"), None)
    if read is None or read.output is not None or not read.epoch:
        return
    tensor = read.inputs[0]
    maker = facts.origin(tensor)
    if maker is None or maker.epoch:
        return
    if not tensor.requires_grad:
        yield _made_without(facts, tensor)
    elif not tensor.is_leaf:
        name = facts.name(tensor) or "the tensor"
        text = (
            f"{name} is the result of an operation ({maker.name}), no leaf, and backward leaves no "
            f"gradient in it. Make it with requires_grad=True as the last thing, by "
            f".requires_grad_()."
        )
        title = f"{name} is no leaf and gets no gradient"
        yield Finding("lost_graph", maker.line, title, text, {"operation": maker.name})


def _wanted(facts: Facts) -> list[str]:
    """What the script updates or asks for a gradient."""
    named = [name for loop in facts.script.loops for name in loop.updated_names]
    return [*named, *re.findall(r"([A-Za-z_][\w.]*)\.grad\b", facts.script.text)]


def _held(facts: Facts, name: str, depth: int) -> Iterator[Any]:
    """The tensors that a name has stood for last, or stands for in a loop over something."""
    last = name.rpartition(".")[2]
    for each in reversed(facts.ran):
        for path, value in each.after.items():
            if path == name or path.rpartition(".")[2] == last:
                found = list(_inside(value, 0))
                if found:
                    yield from found
                    return
    for module in facts.modules:
        for path, buffer in module.named_buffers():
            if path.rpartition(".")[2] == last:
                yield buffer
    for node in ast.walk(facts.script.tree) if depth < _DEEPEST else ():
        if isinstance(node, ast.For) and _binds(node.target, name):
            for part in ast.walk(node.iter):
                if isinstance(part, ast.Name | ast.Attribute):
                    yield from _held(facts, ast.unparse(part), depth + 1)


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(target))


def _inside(value: Any, depth: int) -> Iterator[Any]:
    """A tensor, or those in a list or a dict and in lists and dicts there."""
    if is_tensor(value):
        yield value
    elif depth < _DEEPEST and is_a(value, (list, tuple, dict)) and len(value) < 200:
        for each in value.values() if is_a(value, dict) else value:
            yield from _inside(each, depth + 1)


def _made_without(facts: Facts, tensor: Any) -> Finding:
    maker = facts.maker(tensor)
    name = facts.name(tensor) or "the parameter"
    line = maker.line if maker is not None else 0
    for each in facts.ran:  # where the name was bound, not where a library made it
        if any(value is tensor for value in each.after.values()):
            line = line or each.line
            break
    return _finding(facts, line, name, "is missing", _requiring(facts, line))


def _finding(facts: Facts, line: int, name: str, how: str, mend: Mend | None) -> Finding:
    text = (
        f"{name} requires no gradient: requires_grad=True {how} in line {line}, so the loss has no "
        f"graph to go back through and backward can compute no gradient of {name}."
    )
    evidence = {"name": name, "requires_grad": False}
    title = f"{name} requires no gradient"
    return Finding("lost_graph", line, title, text, evidence, mend)


def _requiring(facts: Facts, line: int) -> Mend | None:
    statement = facts.statement(line)
    value = getattr(statement.node, "value", None) if statement is not None else None
    if not isinstance(value, ast.expr):
        return None
    said = ast.unparse(value)
    if isinstance(value, ast.Call):
        if (
            ast.unparse(value.func).startswith("torch.")
            and ast.unparse(value.func) != "torch.from_numpy"
        ):
            return replaced(facts, value, f"{said[:-1]}, requires_grad=True)")
        return replaced(facts, value, f"{said}.requires_grad_()")
    return replaced(facts, value, f"({said}).requires_grad_()")
