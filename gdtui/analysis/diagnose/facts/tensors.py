"""What a watcher asks tensors, without anything being recorded of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported

MOST_NODES = 20_000
"""A graph is walked through up to so many nodes."""

_SMALL = 1_000_000
"""Of a tensor with at most so many numbers a copy is kept."""


def is_tensor(value: object) -> bool:
    torch = imported("torch")
    return torch is not None and is_a(value, torch.Tensor)


def tensors_in(values: Iterable[Any]) -> Iterator[Any]:
    """The tensors among some values and in the lists and tuples among them."""
    for value in values:
        if is_tensor(value):
            yield value
        elif is_a(value, (list, tuple)):
            yield from (each for each in value if is_tensor(each))


def is_empty(gradient: Any) -> bool:
    """Whether there is no gradient, or all of it is zero."""
    return gradient is None or not bool(gradient.detach().count_nonzero())


def copy_of(tensor: Any) -> Any:
    """A copy of a tensor, detached; None for none or a large one."""
    if tensor is None or tensor.is_sparse or tensor.numel() > _SMALL:
        return None
    return tensor.detach().clone()


def graph_of(root: Any) -> tuple[dict[int, Any], tuple[Any, ...]]:
    """The nodes of the graph of a tensor, by identity, and its leaves. A leaf that requires a
    gradient is the graph of itself."""
    if root.grad_fn is None:
        return {}, (root,) if root.requires_grad else ()
    nodes: dict[int, Any] = {}
    leaves: dict[int, Any] = {}
    left = [root.grad_fn]
    while left and len(nodes) < MOST_NODES:
        node = left.pop()
        if node is None or id(node) in nodes:
            continue
        nodes[id(node)] = node
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            leaves[id(leaf)] = leaf
        left += [each for each, _ in node.next_functions]
    return nodes, tuple(leaves.values())


def largest_curvature(root: Any, leaves: tuple[Any, ...]) -> float | None:
    """The largest eigenvalue, by size, of the second derivative of ``root`` by all ``leaves``; None
    where it cannot be had. The graph of ``root`` stays.

    Source: power iteration on Hessian-vector products (B. Pearlmutter, Fast exact multiplication
    by the Hessian, 1994).
    """
    torch = imported("torch")
    if torch is None or root.numel() != 1 or sum(each.numel() for each in leaves) > _SMALL:
        return None
    try:
        with torch.enable_grad():
            slopes = torch.autograd.grad(root.sum(), leaves, create_graph=True, allow_unused=True)
            pairs = [
                (s, leaf)
                for s, leaf in zip(slopes, leaves, strict=True)
                if s is not None and s.requires_grad
            ]
            if not pairs:
                return 0.0
            kept = [leaf for _, leaf in pairs]
            generator = torch.Generator().manual_seed(0)
            vector = [
                torch.randn(leaf.shape, generator=generator, dtype=torch.float64).to(leaf)
                for leaf in kept
            ]
            value = 0.0
            for _ in range(30):
                length = torch.sqrt(sum((each * each).sum() for each in vector))
                if not bool(torch.isfinite(length)) or not bool(length):
                    return value if bool(length == 0) else None
                vector = [each / length for each in vector]
                product = torch.autograd.grad(
                    [s for s, _ in pairs],
                    kept,
                    grad_outputs=vector,
                    retain_graph=True,
                    allow_unused=True,
                )
                product = [
                    torch.zeros_like(leaf) if each is None else each.detach()
                    for each, leaf in zip(product, kept, strict=True)
                ]
                last, value = (
                    value,
                    float(sum((a * b).sum() for a, b in zip(product, vector, strict=True))),
                )
                if abs(value - last) <= 1e-4 * abs(value):
                    break
                vector = product
            return value
    except (RuntimeError, NotImplementedError, ValueError):
        return None
