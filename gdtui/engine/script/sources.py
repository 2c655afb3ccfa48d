"""What a parameter is moved by, followed from its step to the gradient.

A step is often a product: a rate times a gradient. The gradient may have gone through other names,
through what momentum keeps, and into a function that makes the step.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass

from gdtui.engine.script.block import DEEPEST, PASSING, Block, Inside, Move
from gdtui.engine.script.paths import ITEMS, among, base_of, calls_in, path_of, plain
from gdtui.engine.script.statements import GRADIENT
from gdtui.engine.script.syntax import last_name, names

_SOLVERS = {"solve", "lstsq", "inv", "pinv", "cho_solve"}


@dataclass(frozen=True)
class Source:
    """Where the gradient is that a parameter is moved by.

    Attributes:
        name: the path that holds it.
        node: the statement in a function that uses it, where the function keeps it to itself; None
            where the loop has it.
    """

    name: str
    node: ast.stmt | None = None


@dataclass(frozen=True)
class Carried:
    """What is known of what a loop carries from turn to turn, as paths.

    Attributes:
        parameters: what it trains.
        state: what it keeps for the update alone, as momentum is.
        loss_needs: what its loss is computed from.
    """

    parameters: Collection[str]
    state: Collection[str]
    loss_needs: Collection[str]


def find_sources(move: Move, carried: Carried) -> frozenset[Source]:
    """The gradients by which a statement of a loop moves a parameter: one, or one for each of the
    places in functions where it may be moved. Empty where the steps do not show them."""
    found = _find(move, _Frame(move.block), carried)
    inside = [each for each in found if each and each.node is not None]
    outside = {each for each in found if each and each.node is None}
    if inside and not outside:
        return frozenset(inside)
    # One name for all of them, or it would not be known which is whose.
    return frozenset(outside) if len(outside) == 1 and None not in found else frozenset()


def _find(move: Move, frame: _Frame, carried: Carried) -> set[Source | None]:
    if move.step is not None:
        return {_Search(move, carried).follow(move.step, move.node, frame, move.down)}
    found: set[Source | None] = set()
    for each in move.inside:
        found |= _find(each.move, frame.entered(each), carried)
    return found


class _Frame:
    """Where names have their meaning: the loop, or a function that a call in it leads to."""

    def __init__(
        self,
        block: Block,
        given: Mapping[str, ast.expr] | None = None,
        local: Set[str] = frozenset(),
        outer: _Frame | None = None,
    ) -> None:
        self.block = block
        self.outer = outer
        self._given = given or {}
        self._local = local

    def entered(self, inside: Inside) -> _Frame:
        """The function in which a call makes a move."""
        return _Frame(inside.move.block, inside.given, inside.local, self)

    def given(self, path: str) -> ast.expr | None:
        """What a path of a function is a part of, where the function has been given that."""
        return self._given.get(base_of(path))

    def loop(self) -> _Frame:
        return self if self.outer is None else self.outer.loop()

    def is_global(self, path: str) -> bool:
        """Whether a path of a function is one of the loop as well."""
        return self.outer is not None and base_of(path) not in self._local

    def in_loop(self, path: str) -> list[str]:
        """What the loop calls what is at a path."""
        if self.outer is None or self.is_global(path):
            return [path]
        given = self.given(path)
        if given is None:
            return []
        rest = path[len(base_of(path)) :]
        owners = self.outer.block.paths(given)
        return [each for owner in owners for each in self.outer.in_loop(owner + rest)]

    def needed(self, paths: Collection[str]) -> frozenset[str]:
        """All paths of the loop that some paths are computed from in one turn."""
        found = self.block.slice_of(paths)
        if self.outer is None:
            return found
        needed = self.loop().needed([each for each in found if self.is_global(each)])
        for name in {base_of(each) for each in found} & self._given.keys():
            needed |= self.outer.needed(self.outer.block.reads(self._given[name]))
        return needed


class _Search:
    """Follows one step through rates, momentum, calls and names in between."""

    def __init__(self, move: Move, carried: Carried) -> None:
        self._move = move
        self._carried = carried
        self._scaled = False

    def follow(
        self, step: ast.expr, node: ast.stmt, frame: _Frame, down: bool, depth: int = 0
    ) -> Source | None:
        """The gradient in a step that ``node`` makes; ``down`` says whether it is taken away."""
        if depth > DEEPEST:
            return None
        down ^= _is_negative(step)
        factors = factors_of(step)
        sources = [each for each in factors if not self._is_rate(each, frame)]
        self._scaled |= len(sources) < len(factors)
        path = path_of(sources[0]) if len(sources) == 1 else ""
        if not path:
            return None
        held = frame.block.paths(sources[0])
        return self._at(path, held[self._move.place % len(held)], node, frame, down, depth)

    def _at(
        self, path: str, held: str, node: ast.stmt, frame: _Frame, down: bool, depth: int
    ) -> Source | None:
        """The gradient at a path, which is ``held`` by what it is a part of."""
        if self._is_state(path, frame):
            return self._through(path, frame, down, depth, past_state=True)
        name = plain(held)
        values = [each.value for each in frame.block.defined(name) if each.value is not None]
        given = frame.given(name)
        if not values and frame.is_global(name):
            return self._at(name, name, node, frame.loop(), down, depth + 1)
        if not values and given is not None:
            return self._given(name, held, given, node, frame, down, depth)
        needed = frame.needed([name]) if values else ()
        carries = any(among(each, self._carried.state) for each in needed)
        if carries or any(self._is_scaled(each, frame) for each in values):
            return self._through(name, frame, down, depth)
        if not down or any(map(_solves, values)):
            return None
        if self._lacks_key(held, frame):
            # An entry that has a name of its own: which one it is, what holds it knows.
            entries = bool(values) and all(path_of(each).endswith(ITEMS) for each in values)
            return self._through(name, frame, down, depth) if entries else None
        looks = bool(GRADIENT.fullmatch(name.rpartition(".")[2]))
        if not (values and self._scaled) and not looks:
            return None
        return self._source(name, node, frame)

    def _lacks_key(self, held: str, frame: _Frame) -> bool:
        """Whether a function moves one of several entries by what does not say which it is."""
        by_entry = self._move.by_entry or self._move.path.endswith(ITEMS)
        return frame.outer is not None and by_entry and not held.endswith(ITEMS)

    @staticmethod
    def _source(name: str, node: ast.stmt, frame: _Frame) -> Source | None:
        if frame.outer is None or frame.is_global(name):
            return Source(name)
        # It is read where the statement reads it: there it is sure to have its value.
        return Source(name, node) if name in names(node) else None

    def _given(
        self,
        name: str,
        held: str,
        given: ast.expr,
        node: ast.stmt,
        frame: _Frame,
        down: bool,
        depth: int,
    ) -> Source | None:
        """The gradient in what a function has been given."""
        outer = frame.outer
        assert outer is not None
        rest = name[len(base_of(name)) :]
        if not rest:
            found = self.follow(given, node, outer, down, depth + 1)
        else:
            owners = outer.block.paths(given)
            if len(owners) != 1:
                return None
            path = owners[0] + rest
            found = self._at(path, path, node, outer, down, depth + 1)
        if found is not None or not down or rest or path_of(given) or _solves(given):
            return found
        # What it is given has no name there.
        known = self._scaled and not self._lacks_key(held, frame)
        return self._source(name, node, frame) if known else None

    def _through(
        self, path: str, frame: _Frame, down: bool, depth: int, *, past_state: bool = False
    ) -> Source | None:
        """Follow what gives a path its value, where all of that comes from the same."""
        found = {
            self._past_state(each.value, path, each.node, frame, down, depth)
            if past_state
            else self.follow(each.value, each.node, frame, down, depth + 1)
            for each in frame.block.defined(path)
            if each.value is not None
        }
        return found.pop() if len(found) == 1 else None

    def _past_state(
        self, value: ast.expr, path: str, node: ast.stmt, frame: _Frame, down: bool, depth: int
    ) -> Source | None:
        """Follow what is new in what is kept, such as ``g`` in ``v = 0.9 * v + g``."""
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
            taken = isinstance(value.op, ast.Sub)
            if frame.block.is_old(value.left, path):
                return self.follow(value.right, node, frame, down ^ taken, depth + 1)
            if frame.block.is_old(value.right, path) and not taken:
                return self.follow(value.left, node, frame, down, depth + 1)
            return None
        return self.follow(value, node, frame, down, depth + 1)

    def _is_state(self, path: str, frame: _Frame) -> bool:
        """Whether a path is carried from turn to turn for the update alone, as momentum is."""
        return any(among(each, self._carried.state) for each in frame.in_loop(path))

    def _is_rate(self, factor: ast.expr, frame: _Frame) -> bool:
        """Whether a factor scales a step: a number, or what neither the loss nor the parameters
        have to do with."""
        block, known = frame.block, self._carried
        if any(last_name(call.func) in block.functions for call in calls_in(factor)):
            return False
        for read in block.reads(factor):
            needed = frame.needed([read])
            kept = any(among(each, known.state) for each in needed)
            if self._is_state(read, frame) or (kept and block.defined(read)):
                return False
            if any(among(each, known.loss_needs) for each in frame.in_loop(read)):
                return False
            if any(among(each, needed) for each in known.parameters):
                return False
        return True

    def _is_scaled(self, value: ast.expr, frame: _Frame) -> bool:
        """Whether a value is a step already, and no gradient: something times a rate that has a
        name."""
        factors = factors_of(value)
        return len(factors) > 1 and any(
            not isinstance(each, ast.Constant)
            and isinstance(each, ast.Name | ast.Attribute | ast.BinOp)
            and bool(frame.block.reads(each))
            and self._is_rate(each, frame)
            for each in factors
        )


def factors_of(step: ast.expr) -> list[ast.expr]:
    """What a step is the product of; what it is divided by is left out."""
    if isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult):
        return factors_of(step.left) + factors_of(step.right)
    if isinstance(step, ast.BinOp) and isinstance(step.op, ast.Div):
        return factors_of(step.left)
    if isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub | ast.UAdd):
        return factors_of(step.operand)
    if isinstance(step, ast.Call) and last_name(step.func) in PASSING and len(step.args) == 1:
        return factors_of(step.args[0])
    return [step]


def _is_negative(step: ast.expr) -> bool:
    """Whether a product has a minus before it or before one of its factors."""
    if isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult | ast.Div):
        return _is_negative(step.left) ^ _is_negative(step.right)
    if isinstance(step, ast.UnaryOp):
        return isinstance(step.op, ast.USub) ^ _is_negative(step.operand)
    return False


def _solves(value: ast.expr) -> bool:
    """Whether a step comes from an equation, as Newton's does, so that it is no gradient."""
    return bool({last_name(each.func) for each in calls_in(value)} & _SOLVERS)
