"""The chain rule at each operation of an autograd graph: what comes in, by what it is multiplied,
and what goes out.

PyTorch does not keep the gradients at the operations. So it is asked for them once more, by
``torch.autograd.grad`` on the graph as it is before the script's own ``backward``. That fills in no
gradient of a parameter and lets go of nothing; the script's ``backward`` finds all as it was.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gdtui.engine.libraries import imported
from gdtui.engine.record.freezing import freeze
from gdtui.engine.record.graph import has_graph, nodes_behind
from gdtui.engine.record.quantities import UNREADABLE, is_tensor
from gdtui.engine.record.summary import Summaries
from gdtui.engine.script.script import Script
from gdtui.engine.workings.local_rules import local_rule

LARGEST = 100_000
"""A graph whose parameters hold more numbers than this is not gone through once more."""

_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class Link:
    """One way from an operation back to what it was computed from.

    Attributes:
        node: the place of the operation in the nodes of the graph.
        source: the place of what it was computed from.
        incoming: the gradient of the loss by the operation's result.
        rule: by what it is multiplied, or what becomes of it, in symbols: ``· 2·in``; empty where
            that is not known.
        factor: the numbers that it is multiplied by; None where it is not known or no number.
        outgoing: the gradient of the loss by what it was computed from, along this way alone.
    """

    node: int
    source: int
    incoming: object
    rule: str
    factor: object
    outgoing: object


@dataclass(frozen=True, eq=False)
class Chain:
    """The chain rule through a whole graph.

    Attributes:
        root: the script's name for the tensor whose gradients these are.
        operations: the names of its nodes, as in the graph.
        links: all ways back, in the order of their operations.
    """

    root: str
    operations: tuple[str, ...]
    links: tuple[Link, ...]

    def at(self, node: int) -> tuple[Link, ...]:
        """The ways back from an operation; those that lead to a leaf, for a leaf."""
        found = tuple(each for each in self.links if each.node == node)
        return found or tuple(each for each in self.links if each.source == node)


def read_chain(root: str, names: Mapping[str, Any], script: Script) -> Chain | None:
    """The chain rule through the graph of a loss; None where that cannot be had without doing
    something a second time, where the loss is not a single number, or where the graph is used up
    or large."""
    loss: Any = names.get(root)
    torch: Any = imported("torch")
    if torch is None or not has_graph(loss) or loss.numel() != 1 or _is_heard(script):
        return None
    order, is_cut = nodes_behind(loss.grad_fn)
    leaves = [each.variable for each in order if hasattr(each, "variable")]
    if is_cut or not leaves or any(map(_has_hooks, [*leaves, *names.values()])):
        return None
    if sum(each.numel() for each in leaves) > LARGEST or not all(map(_is_torch_s, order)):
        return None
    seen: dict[int, tuple[Any, Any]] = {}
    handles = []
    try:
        for place, node in enumerate(order):
            if not hasattr(node, "variable"):
                handles.append(node.register_hook(_keeper(seen, place)))
        with torch.enable_grad():
            torch.autograd.grad(loss, leaves, retain_graph=True, allow_unused=True)
    except UNREADABLE:
        return None  # it is used up
    finally:
        for handle in handles:
            handle.remove()
    with torch.no_grad():
        links = tuple(_links(order, seen))
    return Chain(root, tuple(type(each).__name__ for each in order), links)


def _keeper(seen: dict[int, tuple[Any, Any]], place: int) -> Any:
    def keep(outgoing: Any, incoming: Any) -> None:
        seen[place] = incoming, outgoing

    return keep


def _links(order: list[Any], seen: Mapping[int, tuple[Any, Any]]) -> Iterator[Link]:
    place = {id(node): index for index, node in enumerate(order)}
    summaries = Summaries()
    for index, node in enumerate(order):
        if index not in seen:
            continue
        incoming, outgoing = seen[index]
        for number, (source, _) in enumerate(node.next_functions):
            if source is None or id(source) not in place or number >= len(outgoing):
                continue
            given, got = incoming[0], outgoing[number]
            if given is None or got is None:
                continue
            rule, factor = _rule(node, number, given, got)
            yield Link(
                index,
                place[id(source)],
                freeze(given, summaries),
                rule,
                None if factor is None else freeze(factor, summaries),
                freeze(got, summaries),
            )


def _rule(node: Any, number: int, incoming: Any, outgoing: Any) -> tuple[str, Any]:
    """The local rule, if what it gives is what PyTorch has computed."""
    try:
        found = local_rule(node, number)
        if found is None:
            return "", None
        expected = found.apply(incoming)
        summed = expected
        if expected.shape != outgoing.shape:
            summed = (
                expected.sum_to_size(outgoing.shape)
                if expected.dim() >= outgoing.dim()
                else expected.expand(outgoing.shape)
            )
        torch: Any = imported("torch")
        scale = float(outgoing.abs().max()) if outgoing.numel() else 0.0
        if not torch.allclose(
            summed, outgoing, rtol=_TOLERANCE, atol=_TOLERANCE * scale, equal_nan=True
        ):
            return "", None
    except (*UNREADABLE, AssertionError):
        return "", None
    rule = found.text
    if expected.numel() > outgoing.numel():
        rule += ", summed up"
    return rule, found.factor


@lru_cache(maxsize=8)
def _is_heard(script: Script) -> bool:
    """Whether a script may hear of what goes back through its graphs, or does it by itself."""
    for node in ast.walk(script.tree):
        name = getattr(node, "attr", "") or getattr(node, "id", "") or getattr(node, "name", "")
        if isinstance(name, str) and ("hook" in name or name in ("Function", "checkpoint")):
            return True
    return False


def _has_hooks(value: Any) -> bool:
    kept = ("_backward_hooks", "_post_accumulate_grad_hooks")
    return is_tensor(value) and any(getattr(value, each, None) for each in kept)


def _is_torch_s(node: Any) -> bool:
    """Whether a node is an operation of PyTorch's own, and not a Python class."""
    return type(node).__module__ in ("torch.autograd", "builtins", "") or hasattr(node, "variable")
