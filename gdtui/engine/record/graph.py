"""The autograd graph behind a tensor, read off PyTorch's own notes and frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gdtui.engine.record.parameters import Parameter
from gdtui.engine.record.quantities import asked, attempt, is_tensor, shape_of
from gdtui.engine.state.copying import is_stand_in

MOST_NODES = 300
"""Graphs are read up to so many nodes, from the loss backwards."""

Freeze = Callable[[object], object]


@dataclass(frozen=True, eq=False)
class Node:
    """One operation that autograd has noted, or a leaf: a tensor that nothing was computed for.

    Attributes:
        operation: PyTorch's name, such as ``MulBackward0``; ``AccumulateGrad`` for a leaf.
        name: the script's name for the result, or for the leaf; empty where it has none.
        inputs: the places in :attr:`Graph.nodes` of what it was computed from. What requires
            no gradient, such as the samples, leaves no node.
        is_leaf: whether it is a leaf.
        value: the value behind the name, frozen; None without a name.
        gradient: the gradient at a leaf, frozen; None while there is none.
        shape: the shape of the value; None where it is not known.
    """

    operation: str
    name: str
    inputs: tuple[int, ...]
    is_leaf: bool = False
    value: object = None
    gradient: object = None
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True, eq=False)
class Graph:
    """The graph of one tensor.

    Attributes:
        root: the script's name for the tensor.
        nodes: the nodes, each after those it was computed from; the root is the last.
        freed: whether ``backward`` has used it up, so that it cannot be gone back through again.
        is_cut: whether there are more than ``MOST_NODES``; those farthest back are left out.
    """

    root: str
    nodes: tuple[Node, ...]
    freed: bool = False
    is_cut: bool = False


def read_graph(
    root: str, namespace: Mapping[str, Any], parameters: Sequence[Parameter], freeze: Freeze
) -> Graph | None:
    """The graph of the tensor of a name; None where it has none, or only the stand-in that a
    checkpoint keeps for one.

    Source: ``Tensor.grad_fn`` and ``next_functions``, as PyTorch's notes on autograd describe.
    """
    tensor: Any = namespace.get(root)
    if not has_graph(tensor):
        return None
    order, is_cut = nodes_behind(tensor.grad_fn)
    leaves = {id(leaf): leaf for node in order if (leaf := _leaf(node)) is not None}
    if any(map(is_stand_in, leaves.values())):
        return None
    named = {id(each): name for name, each in namespace.items() if is_tensor(each)}
    named |= {id(attempt(each.value)): each.name for each in parameters}
    made = {id(each.grad_fn): (name, each) for name, each in namespace.items() if has_graph(each)}
    place = {id(node): index for index, node in enumerate(order)}
    nodes = []
    for node in order:
        leaf = _leaf(node)
        name, value = made.get(id(node), ("", None))
        if leaf is not None:
            name, value = named.get(id(leaf), ""), leaf
        nodes.append(
            Node(
                operation=type(node).__name__,
                name=name,
                inputs=tuple(place[id(each)] for each in inputs_of(node) if id(each) in place),
                is_leaf=leaf is not None,
                value=None if value is None else freeze(value),
                gradient=None if leaf is None else freeze(leaf.grad),
                shape=None if value is None else shape_of(value),
            )
        )
    return Graph(root, tuple(nodes), any(map(_is_freed, order)), is_cut)


def has_graph(value: Any) -> bool:
    """Whether a value is a tensor that autograd has notes on."""
    return is_tensor(value) and asked(value, "grad_fn") is not None


def nodes_behind(root: Any) -> tuple[list[Any], bool]:
    """The nodes behind one, each after its inputs, and whether there were too many. Of those
    the nearest to the root are kept."""
    near, seen = [root], {id(root)}
    for node in near:  # grows while it is walked, level by level
        for each in inputs_of(node):
            if id(each) not in seen and len(near) < MOST_NODES:
                seen.add(id(each))
                near.append(each)
    is_cut = any(id(each) not in seen for node in near for each in inputs_of(node))
    # Depth first with a stack of its own: a loop over time steps makes graphs that are deeper
    # than Python's own stack.
    ordered: list[Any] = []
    entered: set[int] = set()
    done: set[int] = set()
    left = [root]
    while left:
        node = left[-1]
        if id(node) in done:
            left.pop()
        elif id(node) in entered:
            done.add(id(left.pop()))
            ordered.append(node)
        else:
            entered.add(id(node))
            left += [
                each
                for each in reversed(inputs_of(node))
                if id(each) in seen and id(each) not in entered
            ]
    return ordered, is_cut


def inputs_of(node: Any) -> list[Any]:
    """The nodes that a node was computed from."""
    return [each for each, _ in node.next_functions if each is not None]


def _leaf(node: Any) -> Any:
    return getattr(node, "variable", None)


def _is_freed(node: Any) -> bool:
    """Whether what a node had kept for ``backward`` is gone. PyTorch says so by raising."""
    kind: Any = type(node)
    try:
        for name in _kept_names(kind):
            getattr(node, name)
    except RuntimeError:
        return True
    return False


@lru_cache(maxsize=256)
def _kept_names(kind: type) -> tuple[str, ...]:
    return tuple(name for name in dir(kind) if name.startswith("_saved_"))
