"""An autograd graph as lines of text, from the parameters down to the loss.

Every leaf begins a rail. An operation is on the rail of its input; the rails of several inputs
join:

    ● bias     -0.2588  grad -11.9
    │ ● weight -0.2777  grad -35.5
    │ ○ transpose
    ├─╯
    ○ linear layer
    ○ mean squared error = loss

A node that is opened has the chain rule below it.
"""

from __future__ import annotations

import re
from textwrap import wrap

import numpy as np
from rich.cells import cell_len
from textual.content import Content

from gdtui.analysis.explain.chains import chain_formulas
from gdtui.analysis.numerals import Numerals
from gdtui.engine.record.graph import Graph, Node
from gdtui.engine.record.summary import Summary
from gdtui.engine.workings.chain import Chain
from gdtui.ui.texts.wording import FAINT, GREY

_NAMES = {
    "Addmm": "linear layer, x·Wᵀ + b",
    "Mm": "matrix product",
    "Mv": "matrix times vector",
    "Dot": "dot product",
    "Mul": "multiply",
    "Div": "divide",
    "Add": "add",
    "Sub": "subtract",
    "Rsub": "subtract from",
    "Neg": "negate",
    "Pow": "power",
    "Sum": "sum",
    "Mean": "mean",
    "MseLoss": "mean squared error",
    "L1Loss": "mean absolute error",
    "NllLoss": "negative log-likelihood",
    "BinaryCrossEntropy": "binary cross-entropy",
    "BinaryCrossEntropyWithLogits": "binary cross-entropy",
    "LogSoftmax": "log of softmax",
    "T": "transpose",
    "Relu": "ReLU",
    "Exp": "exponential",
    "Log": "logarithm",
    "Sqrt": "square root",
    "View": "reshape",
    "UnsafeView": "reshape",
    "Clone": "copy",
    "AccumulateGrad": "leaf",
}
"""Plain names for PyTorch's nodes. Others are split: ``LeakyReluBackward0`` becomes leaky relu."""


def operation_name(operation: str) -> str:
    """The plain name of a node of PyTorch."""
    bare = re.sub(r"Backward\d*$", "", operation)
    return _NAMES.get(bare) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare).lower()


def graph_lines(
    graph: Graph,
    write: Numerals,
    opened: int | None = None,
    chain: Chain | None = None,
    width: int = 80,
) -> list[Content]:
    """The lines of a graph; ``write`` formats the numbers. Below the node of the place ``opened``
    stands what a ``chain`` says of it, in lines of ``width`` cells."""
    lines: list[Content] = []
    rails: list[int] = []
    margin = max((len(node.name) for node in graph.nodes if node.is_leaf), default=0)
    if graph.is_cut:
        lines.append(Content.styled("⋮ (the older part of a large graph is left out)", FAINT))
    waiting = _uses(graph)
    for place, node in enumerate(graph.nodes):
        inputs = [each for each in dict.fromkeys(node.inputs) if each in rails]
        reused = [each for each in dict.fromkeys(node.inputs) if each not in rails]
        if len(inputs) > 1:
            rails, merging = _merged(rails, inputs, waiting)
            lines.append(Content.styled(merging, GREY))
        at = rails.index(inputs[0]) if inputs else len(rails)
        if inputs and waiting[inputs[0]] <= 1:
            rails[at] = place
        else:
            at = len(rails)
            rails.append(place)
        for each in dict.fromkeys(node.inputs):
            waiting[each] -= 1
        mark = "●" if node.is_leaf else "○"
        prefix = "".join("│ " for _ in rails[:at])
        suffix = "".join(" │" for _ in rails[at + 1 :])
        line = Content.assemble(
            (prefix, GREY),
            (mark, "$text-primary" if node.is_leaf else "$text-accent"),
            (suffix, GREY),
            " ",
            _label(node, margin, write, [_title(graph, each) for each in reused]),
        )
        lines.append(line if place != opened else line.stylize("reverse"))
        if place == opened:
            lines += _opened(graph, place, chain, write, "│ " * len(rails), width)
    return lines


def opened_line(lines: list[Content]) -> int:
    """The line of the node that is opened; 0 without one."""
    return next((n for n, line in enumerate(lines) if _is_reversed(line)), 0)


def _is_reversed(line: Content) -> bool:
    return any(span.style == "reverse" for span in line.spans)


def _opened(
    graph: Graph, place: int, chain: Chain | None, write: Numerals, rails: str, width: int
) -> list[Content]:
    """The chain rule at a node, with the rails before it."""
    if chain is None:
        said = "The gradients on the way back are shown from the loss on, statement by statement."
        return [Content.assemble((rails, GREY), (said, FAINT))]

    def title(number: int) -> str:
        return _title(graph, number)

    lines = []
    for formula in chain_formulas(chain, place, title, write):
        margin = cell_len(formula.left)
        for number, right in enumerate(formula.rights):
            last = number == len(formula.rights) - 1
            left = formula.left if not number else " " * margin
            room = max(20, width - len(rails) - margin - 4)
            for row, part in enumerate(wrap(right, room)):
                head, sign = (left, " = ") if not row else (" " * margin, "   ")
                lines.append(
                    Content.assemble(
                        (f"{rails}  ", GREY),
                        (head, "bold $text-accent"),
                        (sign, GREY),
                        (part, "bold" if last else ""),
                    )
                )
    return lines


def _uses(graph: Graph) -> list[int]:
    """How many other nodes use each node as an input."""
    uses = [0] * len(graph.nodes)
    for node in graph.nodes:
        for each in dict.fromkeys(node.inputs):
            uses[each] += 1
    return uses


def _merged(rails: list[int], inputs: list[int], waiting: list[int]) -> tuple[list[int], str]:
    """The rails after those of several inputs have joined, and the line that shows the join."""
    ends = sorted(rails.index(each) for each in inputs)
    first, last = ends[0], ends[-1]
    cells = []
    for place in range(len(rails)):
        if place == first:
            cells.append("├─")
        elif place == last:
            cells.append("╯ ")
        elif place in ends:
            cells.append("┴─")
        elif first < place < last:
            cells.append("┼─")
        else:
            cells.append("│ ")
    inputs.sort(key=rails.index)
    kept = [
        each
        for place, each in enumerate(rails)
        if place == first or each not in inputs or waiting[each] > 1
    ]
    return kept, "".join(cells)


def _label(node: Node, width: int, write: Numerals, reused: list[str]) -> Content:
    if node.is_leaf:
        gradient = "None" if node.gradient is None else _value(node.gradient, write)
        return Content.assemble(
            (f"{node.name or 'unnamed':<{width}}", "bold $text-primary"),
            f" {_value(node.value, write)}",
            ("  grad ", FAINT),
            (gradient, "bold $text-success" if node.gradient is not None else FAINT),
        )
    parts: list[Content | str | tuple[str, str]] = [operation_name(node.operation)]
    if reused:
        parts.append((f" with {', '.join(reused)}", FAINT))
    if node.name:
        parts += [(" = ", GREY), (node.name, "bold"), f" {_value(node.value, write)}"]
    parts.append((f"  {node.operation}", GREY))
    return Content.assemble(*parts)


def _title(graph: Graph, place: int) -> str:
    node = graph.nodes[place]
    return node.name or operation_name(node.operation).partition(",")[0]


def _value(value: object, write: Numerals) -> str:
    if isinstance(value, int | float):
        return write(value)
    if isinstance(value, np.ndarray):
        flat = value.ravel()
        if len(flat) <= _FEW:
            return f"[{', '.join(write(float(each)) for each in flat)}]"
        shape = "x".join(map(str, value.shape))
        return f"{shape}, norm {write(float(np.linalg.norm(flat)))}"
    if isinstance(value, Summary):
        return f"{'x'.join(map(str, value.shape))}, norm {write(value.norm)}"
    return "a large array" if value is None else ""


_FEW = 4
