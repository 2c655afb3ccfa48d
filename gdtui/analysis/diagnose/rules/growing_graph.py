"""Does a name hold the graphs of batches that are over?

Condition: a statement of the training gives a name a tensor whose graph goes through parts that an
earlier backward has gone through, and that grows each time; nobody ever sends that tensor back. Or
it puts such a loss into a list, once and again.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import graph_of, is_tensor
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import replaced

_TIMES = 4


def find(facts: Facts) -> Iterator[Finding]:
    sent = [each for each in facts.backwards if each.epoch and not each.error]
    if not sent:
        return
    runs: dict[tuple[int, str], list[tuple[Ran, Any]]] = defaultdict(list)
    for each in facts.ran:
        if each.epoch:
            for path, value in each.after.items():
                runs[each.index, path].append((each, value))
    for (index, path), held in runs.items():
        if len(held) < _TIMES:
            continue
        sizes = _sums(facts, held) or _lists(held)
        if sizes is None:
            continue
        node = facts.watched[index].node
        line = held[0][0].line
        text = (
            f"Line {line} keeps the loss with its graph in {path}: the graph behind it holds "
            f"{sizes[0]} nodes, then {sizes[1]}, {sizes[2]} and {sizes[3]}, so the graph of every "
            f"batch so far stays in memory. Keep the number only, by .item()."
        )
        evidence = {"name": path, "nodes": sizes[:8]}
        title = f"{path} keeps the graphs of all batches so far"
        yield Finding("growing_graph", line, title, text, evidence, _mend(facts, node))
        return


def _sums(facts: Facts, held: list[tuple[Ran, Any]]) -> list[int] | None:
    """The sizes of the graphs of a sum that grows; None where it does not."""
    values = [value for _, value in held]
    if not all(is_tensor(each) for each in values):
        return None
    nodes = [_node(facts, ran, value) for ran, value in held]
    if any(each is None for each in nodes[:_TIMES]):
        return None
    graphs = [_nodes(each) for each in nodes[:_TIMES]]
    sizes = list(map(len, graphs))
    if any(one >= other for one, other in pairwise(sizes)):
        return None
    if any(id(one) not in graph for one, graph in zip(nodes, graphs[1:], strict=False)):
        return None
    sent = [each for each in facts.backwards if each.epoch]
    last = held[_TIMES - 1][0].number
    passed = {key for each in sent if each.number < last for key in each.nodes}
    # The first one may be the loss itself, which a mean of all so far begins with.
    if any(id(each) in one.nodes for each in nodes[1:] if each is not None for one in sent):
        return None
    return sizes if all(passed & graph for graph in graphs) else None


def _node(facts: Facts, ran: Ran, value: Any) -> Any:
    """Autograd's note on a value as it was then."""
    for op in reversed(facts.ops):
        if op.number < ran.number and op.line == ran.line and op.output is value:
            return op.nodes[0] if op.nodes else None
    return value.grad_fn


def _nodes(root: Any) -> set[int]:
    seen: set[int] = set()
    left = [root]
    while left:
        node = left.pop()
        if node is not None and id(node) not in seen:
            seen.add(id(node))
            left += [each for each, _ in node.next_functions]
    return seen


def _lists(held: list[tuple[Ran, Any]]) -> list[int] | None:
    """The sizes of the graphs in a list that grows; None where it does not."""
    lists = [value for _, value in held]
    if not all(type(each) is list for each in lists) or len(lists) < _TIMES:
        return None
    if [len(each) for each in lists[:_TIMES]] != list(range(len(lists[0]), len(lists[0]) + _TIMES)):
        return None
    last = lists[_TIMES - 1][-_TIMES:]
    if not all(is_tensor(each) and each.grad_fn is not None for each in last):
        return None
    if (
        any(ran.epoch == held[0][0].epoch for ran, _ in held[_TIMES - 1 : _TIMES])
        and len({ran.epoch for ran, _ in held}) < 2
    ):
        return None
    sizes, total = [], 0
    for each in last:
        total += len(graph_of(each)[0])
        sizes.append(total)
    return sizes


def _mend(facts: Facts, node: ast.stmt) -> Mend | None:
    value = node.value if isinstance(node, ast.AugAssign) else None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args:
        value = node.value.args[0]
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        value = node.value.right
    if isinstance(value, ast.Name | ast.Attribute):
        return replaced(facts, value, f"{ast.unparse(value)}.item()")
    return None
