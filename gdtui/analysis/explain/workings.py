"""A statement worked out, as formulas: symbols, numbers put in, step by step to the result."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from math import inf

import numpy as np

from gdtui.analysis.explain.updates import Formula
from gdtui.analysis.numerals import Numerals, joined
from gdtui.analysis.summaries import summary_text
from gdtui.engine.record.summary import Summary
from gdtui.engine.workings.working import Line, Working

MOST_STEPS = 8
"""The steps of one formula; of more the first and the last are shown."""

MOST_LINES = 8
"""The formulas of one statement; of more the last are shown."""

_FEW = 5
_FEW_DIGITS = 4
_LONGEST = 240
_LARGEST = 1e300
"""A whole number may be too large for a float."""


def working_formulas(working: Working, write: Numerals) -> Iterator[Formula]:
    """The formulas of a statement; of what a function returns to it directly, one for both."""
    lines, merged = list(working.lines), []
    while lines:
        line = lines.pop()
        steps = _steps(line, write)
        inner = line
        while lines and lines[-1].call is not None and lines[-1].call is inner.expression:
            inner = lines.pop()
            called = steps[:-1]
            # What it is called with is worth a line where it is more than names.
            called = [called[0], called[-1]] if len(called) > 2 else called[:1]
            steps = [*called, *_steps(inner, write)]
        merged.append(Formula(line.left, tuple(_cut(steps))))
    merged.reverse()
    if len(merged) > MOST_LINES or working.is_cut:
        left_out = len(merged) - MOST_LINES + 1
        many = f"{left_out} more lines" if not working.is_cut else "many more lines"
        yield Formula("…", (f"{many} of the script's functions",))
        merged = merged[-MOST_LINES + 1 :]
    yield from merged


def _steps(line: Line, write: Numerals) -> list[str]:
    """The expression in symbols, with the numbers put in, and with more and more of its parts
    replaced by what they come to."""
    parts = line.parts
    heights: dict[ast.expr, int] = {}
    _measure(line.expression, parts, heights)
    top = heights.get(line.expression, -1)
    texts = [ast.unparse(line.expression)]
    for level in range(top + 1):
        text = _text(line.expression, parts, heights, level, write)
        if text != texts[-1]:
            texts.append(text)
    return texts


def _measure(node: ast.AST, parts: Mapping[ast.expr, object], heights: dict[ast.expr, int]) -> int:
    """Note how many steps below each part lie; a name has none. Returns that of a node."""
    below = [_measure(each, parts, heights) for each in ast.iter_child_nodes(node)]
    deepest = max(below, default=-1)
    if not isinstance(node, ast.expr) or node not in parts:
        return deepest
    is_step = not isinstance(node, ast.Name) and not (
        isinstance(node, ast.Attribute) and deepest < 0
    )
    heights[node] = max(deepest + 1, 1) if is_step else 0
    return heights[node]


class _Put(ast.NodeTransformer):
    """Puts texts in the place of parts."""

    def __init__(self, texts: Mapping[int, str], chosen: Mapping[int, bool]) -> None:
        self._texts = texts
        self._chosen = chosen

    def visit(self, node: ast.AST) -> ast.AST:
        place: int = getattr(node, "place", -1)
        if place in self._texts:
            return ast.Name(self._texts[place])
        if isinstance(node, ast.IfExp) and place in self._chosen:
            return self.visit(node.body if self._chosen[place] else node.orelse)
        found: ast.AST = self.generic_visit(node)
        if isinstance(found, ast.BinOp):
            found.left, found.right = _bracketed(found.left), _bracketed(found.right)
        elif isinstance(found, ast.UnaryOp):
            found.operand = _bracketed(found.operand)
        elif isinstance(found, ast.Attribute):
            found.value = _bracketed(found.value)
        return found


def _bracketed(node: ast.expr) -> ast.expr:
    """A negative number in brackets, where a sign or a dot would stand beside it."""
    is_negative = isinstance(node, ast.Name) and node.id.startswith("-")
    return ast.Name(f"({node.id})") if is_negative and isinstance(node, ast.Name) else node


def _text(
    expression: ast.expr,
    parts: Mapping[ast.expr, object],
    heights: Mapping[ast.expr, int],
    level: int,
    write: Numerals,
) -> str:
    """An expression with all parts as numbers that have at most ``level`` steps below them."""
    texts, chosen = {}, {}
    for place, each in enumerate(ast.walk(expression)):
        if not isinstance(each, ast.expr):
            continue
        if each in parts and heights[each] <= level:
            texts[place] = part_text(parts[each], write)
        elif (
            isinstance(each, ast.IfExp)
            and each.test in parts
            # A question without numbers, such as reduction == "sum", is settled from the start.
            and (heights[each.test] <= level or not _has_numbers(each.test, parts))
        ):
            chosen[place] = bool(parts[each.test])
    copied = copy.deepcopy(expression)
    for place, each in enumerate(ast.walk(copied)):
        each.place = place  # type: ignore[attr-defined]
    text = ast.unparse(_Put(texts, chosen).visit(copied))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _has_numbers(test: ast.expr, parts: Mapping[ast.expr, object]) -> bool:
    """Whether there are numbers to be put into a question."""
    inside = (each for each in ast.walk(test) if isinstance(each, ast.expr) and each is not test)
    return any(each in parts for each in inside)


def part_text(value: object, write: Numerals) -> str:
    """A frozen value: a number, or the numbers of an array in brackets; of many numbers the first
    and the last, of a large array its summary."""
    if isinstance(value, Summary):
        return f"[{summary_text(value, write)}]"
    if isinstance(value, bool | str) or value is None:
        return repr(value)
    if isinstance(value, int | float):
        return "a large number" if _LARGEST < abs(value) < inf else write(value)
    if isinstance(value, tuple):
        inside = joined(len(value), lambda place: part_text(value[place], write), ", ", _FEW)
        return f"({inside})"
    if isinstance(value, np.ndarray):
        return _array_text(value, write.at_most(_FEW_DIGITS))
    return str(value)


def _array_text(array: np.ndarray, write: Numerals) -> str:
    flat = array.ravel()

    def number(place: int) -> str:
        one = flat[place]
        return str(bool(one)) if array.dtype.kind == "b" else write(float(one))

    if array.ndim == 2 and array.size <= _FEW and 1 < len(array) < array.size:
        columns = array.shape[1]
        rows = (
            ", ".join(number(row * columns + column) for column in range(columns))
            for row in range(len(array))
        )
        return "[" + ", ".join(f"[{row}]" for row in rows) + "]"
    text = f"[{joined(len(flat), number, ', ', _FEW)}]"
    if array.ndim > 1 and array.size > _FEW:
        text += f"({'x'.join(map(str, array.shape))})"
    return text


def _cut(steps: list[str]) -> list[str]:
    kept = [each for place, each in enumerate(steps) if not place or each != steps[place - 1]]
    if len(kept) <= MOST_STEPS:
        return kept
    return [*kept[: MOST_STEPS - 3], "…", *kept[-2:]]
