"""What statements hold of parameters and read of names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.engine.arrays import FloatArray
from gdtui.engine.kinds import is_a


def held_by(held: Mapping[str, Any], name: str) -> Iterator[Any]:
    """What a parameter has among what a statement gave values to: by its own name, by that of an
    attribute in a method, or as an entry of a list or a dict."""
    wanted = name.rpartition(".")[2]
    for path, value in held.items():
        last = path.rpartition(".")[2]
        if path == name or last == wanted:
            yield value
        elif wanted.startswith(f"{last}[") and type(value) in (list, dict):
            key = re.fullmatch(r"\[(?:'(.*)'|(\d+))\]", wanted[len(last) :])
            if key is not None:
                entry: Any = key[1] if key[1] is not None else int(key[2])
                try:
                    yield value[entry]
                except (KeyError, IndexError, TypeError):
                    continue


def read_by(node: ast.stmt) -> set[str]:
    """The names and attributes that a statement reads on its right."""
    value = getattr(node, "value", None)
    if value is None:
        return set()
    kinds = (ast.Name, ast.Attribute, ast.Subscript)
    return {ast.unparse(each) for each in ast.walk(value) if isinstance(each, kinds)}


def rate_in(node: ast.stmt, name: str) -> str:
    """What a statement multiplies by when it subtracts something from a parameter or adds it, as
    the script writes it, whole numbers left out: the learning rate; empty for any other
    statement."""
    value = getattr(node, "value", None)
    operator = node.op if isinstance(node, ast.AugAssign) else getattr(value, "op", None)
    if not isinstance(operator, ast.Sub | ast.Add):
        return ""
    if not isinstance(node, ast.AugAssign) and isinstance(value, ast.BinOp):
        left = ast.unparse(value.left).rpartition(".")[2]
        value = value.right if left == name.rpartition(".")[2] else None
    while isinstance(value, ast.BinOp):
        is_whole = isinstance(value.left, ast.Constant) and type(value.left.value) is int
        value = value.right if is_whole else value.left
    return ast.unparse(value) if isinstance(value, ast.expr) else ""


def numbers_of(value: Any, size: int) -> FloatArray | None:
    """A value as so many finite numbers; None where it is none."""
    if type(value) is bool:
        return None
    if is_tensor(value):
        value = value.detach().cpu().double().numpy()
    if not is_a(value, (float, np.ndarray, np.floating)) or np.size(value) != size:
        return None
    found = np.atleast_1d(np.array(value, dtype=np.float64))
    return found if np.isfinite(found).all() else None


def equals(value: Any, wanted: Any) -> bool:
    """Whether a value is so many numbers and has the same ones, bit by bit."""
    if type(value) is bool or value is None:
        return False
    if is_tensor(value):
        if value.requires_grad or value.numel() != np.size(wanted):
            return False
        value = value.detach().cpu().double().numpy()
    if not is_a(value, (int, float, np.ndarray, np.number)):
        return False
    if np.size(value) != np.size(wanted):
        return False
    return bool(np.array_equal(np.ravel(value), np.ravel(wanted)))
