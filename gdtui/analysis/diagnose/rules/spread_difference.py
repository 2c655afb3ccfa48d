"""Are predictions compared with targets one by one, or each with all?

Condition: an operation takes two tensors or arrays of the same number of elements, n > 1, in shapes
that differ only by sides of one, such as (20, 1) and (20,); broadcasting makes more than n elements
of them; and, with torch, one of them depends on the parameters and the other does not. A product
counts where what follows up to the loss goes by entry, and then takes the mean or the sum of all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from gdtui.analysis.diagnose.facts.events import Event, Op, Spread
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import replaced

Shape = tuple[int, ...]

_COMPARING = {
    *("sub", "rsub", "__rsub__", "subtract", "sub_", "dist", "mse_loss", "l1_loss", "huber_loss"),
    *("smooth_l1_loss", "poisson_nll_loss", "gaussian_nll_loss"),
}


_PRODUCTS = ("mul", "__mul__", "__rmul__")

_BY_ENTRY = {
    *("sub", "rsub", "__rsub__", "add", "__radd__", "neg", "__neg__", "mul", "__mul__", "__rmul__"),
    *("clamp", "clamp_min", "relu", "exp", "log", "log1p", "softplus", "sigmoid", "logsigmoid"),
    *("pow", "square", "abs", "div", "__truediv__"),
}

_DEEPEST = 12


def find(facts: Facts) -> Iterator[Finding]:
    for event, left, right in _differences(facts):
        spread = _spread(left, right)
        if event.epoch < 1 or spread is None:
            continue
        line = _line(facts, event)
        many, entries = prod(left), prod(spread)
        text = (
            f"One side has the shape {left} and the other {right}, so broadcasting makes the shape "
            f"{spread} of them: {many} predictions and {many} targets make {entries} differences, "
            f"and each prediction is compared with every target. Give both the same shape."
        )
        evidence = {"shapes": [list(left), list(right)], "broadcast": list(spread)}
        yield Finding(
            "spread_difference",
            line,
            f"{many} predictions and {many} targets make {entries} differences",
            text,
            evidence,
            _mend(facts, line, event, left, right),
        )
        return


def _differences(facts: Facts) -> Iterator[tuple[Event, Shape, Shape]]:
    for each in facts.events:
        if type(each) is Spread:
            yield each, each.left, each.right
        elif type(each) is Op and each.name in _COMPARING and len(each.inputs) >= 2:
            one, other = each.graded[:2]
            if one != other:
                yield each, tuple(each.inputs[0].shape), tuple(each.inputs[1].shape)
        elif type(each) is Op and each.name in _PRODUCTS and len(each.inputs) == 2:
            one, other = each.graded
            sizes = tuple(tuple(part.shape) for part in each.inputs)
            if one != other and _spread(*sizes) is not None and _goes_by_entry(facts, each):
                yield each, sizes[0], sizes[1]


def _goes_by_entry(facts: Facts, product: Op) -> bool:
    """Whether a product comes to a loss that is sent back by operations on single entries only, and
    by a mean or a sum of all of them."""
    roots = {id(each.root) for each in facts.backwards}
    tensor, summed = product.output, False
    for _ in range(_DEEPEST):
        if id(tensor) in roots:
            return summed
        users = [op for op in facts.ops if any(each is tensor for each in op.inputs)]
        users = [op for op in users if op.gives_graph]
        if len(users) != 1 or users[0].output is None:
            return False
        output = users[0].output
        if output.dim() == 0:
            summed = True
        elif summed or output.shape != tensor.shape or users[0].name not in _BY_ENTRY:
            return False
        tensor = output
    return False


def _spread(left: Shape, right: Shape) -> Shape | None:
    """The shape that broadcasting makes of two, if it is the fault; None else."""
    size = prod(left)
    if left == right or size < 2 or size != prod(right):
        return None
    if [each for each in left if each > 1] != [each for each in right if each > 1]:
        return None
    rank = max(len(left), len(right))
    one, other = (1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right
    if any(a != b and 1 not in (a, b) for a, b in zip(one, other, strict=True)):
        return None
    shape = tuple(map(max, one, other))
    return shape if prod(shape) > size else None


def _line(facts: Facts, event: Event) -> int:
    """The line where both come together: where a function only compares what it is given, the line
    that has called it."""
    spots = event.spots
    if len(spots) > 1 and spots[0].function and _only_compares(facts, spots[0].function):
        return spots[1].line
    return event.line


def _only_compares(facts: Facts, name: str) -> bool:
    """Whether a function takes two things and returns something at once: it compares what it is
    given, and what it is given is at fault."""
    for node in ast.walk(facts.script.tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            given = [each.arg for each in node.args.args if each.arg != "self"]
            ends = isinstance(node.body[-1], ast.Return) and len(node.body) <= 3
            does = any(isinstance(each, ast.Expr | ast.For | ast.While) for each in node.body[-2:])
            return len(given) == 2 and ends and not does
    return False


def _mend(facts: Facts, line: int, event: Event, left: Shape, right: Shape) -> Mend | None:
    """``loss = criterion(pred, y)`` becomes ``loss = criterion(pred, y.reshape(pred.shape))``."""
    for each in facts.watched:
        if not each.line <= line <= each.end_line:
            continue
        for node in ast.walk(each.node):
            if isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords:
                one, other = node.args
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
                one, other = node.left, node.right
            else:
                continue
            if isinstance(other, ast.Name | ast.Attribute):
                new = f"{ast.unparse(other)}.reshape({left})"
                if isinstance(one, ast.Name | ast.Attribute):
                    new = f"{ast.unparse(other)}.reshape({ast.unparse(one)}.shape)"
                return replaced(facts, other, new)
            if isinstance(one, ast.Name | ast.Attribute):
                return replaced(facts, one, f"{ast.unparse(one)}.reshape({right})")
    return None
