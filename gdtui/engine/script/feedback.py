"""What learns from single samples without a loss, as a perceptron does.

Such a loop multiplies a parameter with a part of a sample, compares what comes out with another
part, and moves the parameter along the first: ``if t * (w @ x) <= 0: w = w + t * x``. What had a
share in what came out, and is moved because of it, is a parameter as well, such as a bias. A
balance or a simulated motion may depend on itself too, but moves by no such product.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import permutations

from gdtui.engine.script.block import Block, Move
from gdtui.engine.script.paths import among, base_of, flat, own_expressions, path_of, touches
from gdtui.engine.script.sources import factors_of
from gdtui.engine.script.syntax import last_name, names

_PRODUCTS = {"dot", "inner", "matmul", "vdot"}
_COUNTING = {"range", "count"}


def learned(loop: ast.For | ast.While, block: Block, moves: Sequence[Move]) -> list[Move]:
    """Those of the moves in a loop, of which ``block`` is the body, that learn from samples."""
    samples = _Samples(loop, block, moves)
    if not samples.names and not samples.indexed:
        return []
    guards = _guards(loop.body)
    reasons = [samples.reasons(move, guards.get(id(move.node), ())) for move in moves]
    products = list(_products(loop.body, block, samples, {move.path for move in moves}))
    came_out: set[str] = set()
    first: set[str] = set()
    for move, needed in zip(moves, reasons, strict=True):
        along = samples.of_step(move)
        multiplied = any(
            path == move.path and any(touches(part, each) for each in along)
            for path, part in products
        )
        if multiplied and among(move.path, needed) and samples.parts(needed) > 1:
            first.add(move.path)
            came_out |= needed
    return [
        move
        for move, needed in zip(moves, reasons, strict=True)
        if among(move.path, came_out) and any(among(path, needed) for path in first)
    ]


class _Samples:
    """The names in a loop for a sample and its parts.

    Attributes:
        names: those that a loop over data gives values.
        indexed: what is looked up by the counter of a loop, as paths such as ``x[]``.
    """

    def __init__(self, loop: ast.For | ast.While, block: Block, moves: Sequence[Move]) -> None:
        self._block = block
        self._moved = {move.path for move in moves}
        self.names: set[str] = set()
        self._counters: set[str] = set()
        for node in (loop, *flat(loop.body)):
            if isinstance(node, ast.For):
                self._note(node.target, node.iter)
        subscripts = [
            node
            for statement in loop.body
            for node in ast.walk(statement)
            if isinstance(node, ast.Subscript)
        ]
        self.indexed = {path_of(each) for each in subscripts if self._is_indexed(each)} - {""}
        # What stands in the brackets behind each of the names.
        self._places: dict[str, set[str]] = {}
        for each in subscripts:
            if isinstance(each.value, ast.Name):
                self._places.setdefault(each.value.id, set()).add(ast.unparse(each.slice))

    def _note(self, target: ast.expr, iterated: ast.expr) -> None:
        called = last_name(iterated.func) if isinstance(iterated, ast.Call) else ""
        if called in _COUNTING:
            self._counters |= names(target)
        elif called == "enumerate" and isinstance(target, ast.Tuple):
            self._counters |= names(target.elts[0])
            self.names |= names(target) - self._counters
        else:
            self.names |= names(target)

    def _is_indexed(self, node: ast.Subscript) -> bool:
        path = path_of(node)
        return bool(path) and bool(names(node.slice) & self._counters) and not self._moves(path)

    def _moves(self, path: str) -> bool:
        return among(path, self._moved)

    def in_value(self, value: ast.expr, block: Block) -> set[str]:
        """The paths to samples and to their parts that an expression reads."""
        found = {
            path_of(node)
            for node in ast.walk(value)
            if isinstance(node, ast.Subscript) and self._is_indexed(node)
        }
        for read in block.reads(value):
            needed = block.slice_of([read])
            known = {base_of(each) for each in needed} & (self.names | self._counters)
            if known and read not in self._counters and not any(map(self._moves, needed)):
                found.add(read)
        return found

    def of_step(self, move: Move) -> set[str]:
        """The parts of samples that a step is a product with."""
        if move.step is None:
            return set()
        return {
            each
            for factor in factors_of(move.step)
            if not any(map(self._moves, move.block.slice_of(move.block.reads(factor))))
            for each in self.in_value(factor, move.block)
        }

    def reasons(self, move: Move, guards: Sequence[ast.expr]) -> frozenset[str]:
        """All that a step, and the conditions under which it is made, are computed from."""
        read = move.block.reads(move.step) if move.step is not None else set()
        return move.block.slice_of(read.union(*map(move.block.reads, guards)))

    def parts(self, needed: frozenset[str]) -> int:
        """How many parts of a sample are among some paths: an input is one, a target another."""
        bases = {base_of(each) for each in needed} & self.names
        inside = sum(max(1, len(self._places.get(name, ()))) for name in bases)
        return inside + len({each for each in self.indexed if among(each, needed)})


def _products(
    body: Sequence[ast.stmt], block: Block, samples: _Samples, moved: set[str]
) -> Iterator[tuple[str, str]]:
    """What is multiplied with what, as pairs of what is moved and a part of a sample."""
    for node in flat(body):
        for value in own_expressions(node):
            for one, other, where in _multiplied(value, node, block):
                held = where.paths(one)
                for part in samples.in_value(other, where):
                    yield from ((path, part) for path in moved if among(path, held))


def _multiplied(
    value: ast.AST, node: ast.stmt, block: Block
) -> Iterator[tuple[ast.expr, ast.expr, Block]]:
    """The pairs that are multiplied in an expression. A function of the script that is given two
    things may do that as well."""
    if isinstance(value, ast.GeneratorExp | ast.ListComp):
        block = block.within(value.generators, node)
    pair: list[ast.expr] = []
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult | ast.MatMult):
        pair = [value.left, value.right]
    elif isinstance(value, ast.Call):
        name = last_name(value.func)
        if name in _PRODUCTS or name in block.functions:
            owner = [value.func.value] if isinstance(value.func, ast.Attribute) else []
            pair = [*owner, *value.args]
    for one, other in permutations(pair, 2):
        yield one, other, block
    for child in ast.iter_child_nodes(value):
        yield from _multiplied(child, node, block)


def _guards(
    body: Sequence[ast.stmt], tests: tuple[ast.expr, ...] = ()
) -> dict[int, tuple[ast.expr, ...]]:
    """For each statement below, by identity, the conditions under which it runs."""
    found: dict[int, tuple[ast.expr, ...]] = {}
    for node in body:
        found[id(node)] = tests
        if isinstance(node, ast.If):
            inside = (*tests, node.test)
            found |= _guards(node.body, inside) | _guards(node.orelse, inside)
            if node.body and isinstance(node.body[-1], ast.Continue):
                tests = inside
        elif isinstance(node, ast.For | ast.While | ast.With):
            found |= _guards(node.body, tests)
    return found
