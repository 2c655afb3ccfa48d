"""What were the tensors of the statement that failed, and which of them does not fit?

Condition: the script failed in an operation of tensors, and no other rule says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gdtui.analysis.diagnose.facts.events import Op
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding

_PRODUCTS = ("matmul", "mm", "linear", "addmm", "bmm", "mv", "__matmul__", "__rmatmul__", "dot")
_BY_ENTRY = ("add", "sub", "mul", "div", "rsub", "mse_loss", "l1_loss", "pow", "where")


def find(facts: Facts) -> Iterator[Finding]:
    if not facts.failure or facts.found:
        return
    op = next((each for each in reversed(facts.ops) if each.error), None)
    if op is None or not op.inputs or not op.line:
        return
    # Only what has ended the script counts, and not what it has caught before.
    if " ".join(op.error.split())[:80] not in " ".join(facts.failure.split()):
        return
    told = "; ".join(
        _told(facts, each, graded) for each, graded in zip(op.inputs, op.graded, strict=True)
    )
    text = f"{op.name} in line {op.line} was given {told}. {_change(op)}"
    evidence = {
        "operation": op.name,
        "shapes": [list(each.shape) for each in op.inputs],
        "dtypes": [str(each.dtype) for each in op.inputs],
        "devices": [str(each.device) for each in op.inputs],
        "requires_grad": list(op.graded),
    }
    title = f"{op.name} cannot take what it is given"
    yield Finding("failed_statement", op.line, title, text.strip(), evidence)


def _told(facts: Facts, tensor: Any, graded: bool) -> str:
    name = facts.name(tensor) or "a tensor"
    wants = ", requires_grad" if graded else ""
    return f"{name} of shape {tuple(tensor.shape)}, {tensor.dtype} on {tensor.device}{wants}"


def _change(op: Op) -> str:
    """What to change, in a sentence; empty where that is not known."""
    if len({str(each.device) for each in op.inputs}) > 1:
        return "All have to be on one device: move them by .to(device)."
    if len(op.inputs) < 2:
        return ""
    left, right = op.inputs[0].shape, op.inputs[1].shape
    if op.name == "linear" and left and right and left[-1] != right[-1]:
        return (
            f"The layer takes {right[-1]} features, and the input has {left[-1]} in its last side."
        )
    if op.name in _PRODUCTS and left and right:
        inner = right[-2] if len(right) > 1 else right[-1]
        if left[-1] != inner:
            return (
                f"In a product the last side of the first, {left[-1]}, has to be the first side of "
                f"the second, {inner}: transpose or reshape one of them."
            )
    if op.name in ("cross_entropy", "nll_loss") and left and right and left[0] != right[0]:
        return (
            f"There are {left[0]} rows of predictions and {right[0]} targets; both must be as many."
        )
    if op.name in _BY_ENTRY and left != right:
        return "Both need the same shape, or sides of 1 that can be repeated: reshape one of them."
    return ""
