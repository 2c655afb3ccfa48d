"""What a loop carries from turn to turn, read off the flow of its data.

A script that trains by hand writes its update in many ways: ``w -= lr * dw``, ``W[:] = W - step``,
by way of ``w_new``, in a comprehension, in a function that returns the new values or changes them
in place. What all of them have in common is the flow: a parameter is carried from turn to turn,
the loss is computed from it, and its new value is its old one plus a step. Momentum is carried
too, but the loss does not depend on it in the same turn; a counter moves, but by nothing that was
computed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence

from gdtui.engine.script.block import DEEPEST, PASSING, Block, Functions, Move
from gdtui.engine.script.calls import Calls
from gdtui.engine.script.paths import ITEMS, among, calls_in, flat, path_of, plain, reads_in
from gdtui.engine.script.statements import GRADIENT
from gdtui.engine.script.syntax import last_name

_MOST_STATEMENTS = 1_000
"""A loop of more statements is generated, and is not searched."""

_LIKE_A_LOSS = 2
_SOLVERS = {"solve", "lstsq", "inv", "pinv", "cho_solve"}


class Flow:
    """How the data of one loop flow.

    Attributes:
        parameters: what the loop trains, in the order in which it is moved: paths such as ``w``,
            ``model.w``, and ``params`` for a list of arrays.
        losses: the names that the loop may compute the loss in, where none has a usual name.
        moves: the moves of the parameters.
        on_the_way: the names that the steps are computed from.
        moved_at: for each statement that makes such moves, by identity, the paths that it moves.
    """

    def __init__(
        self, loop: ast.For | ast.While | None, functions: Functions, loss_names: Sequence[str]
    ) -> None:
        self.parameters: tuple[str, ...] = ()
        self.losses: tuple[str, ...] = ()
        self.moves: tuple[Move, ...] = ()
        self.moved_at: dict[int, list[str]] = {}
        self.on_the_way: frozenset[str] = frozenset()
        self._gradients: dict[str, str] = {}
        if loop is None or sum(1 for _ in flat(loop.body)) > _MOST_STATEMENTS:
            return
        self._loss_needs: set[str] = set()
        block = self._block = Block(loop.body, functions, Calls(functions))
        self._indices = _indices(loop.body)
        moves = [move for move in block.moves() if self._is_step(move)]
        self._state = {move.path for move in moves}
        used = {
            name
            for move in moves
            if move.step is not None
            for name in block.slice_of(move.block.reads(move.step))
        }
        losses = self._losses(loss_names, moves, used)
        chosen: list[Move] = []
        for loss in losses:
            self._loss_needs = block.slice_of([loss])
            chosen = [move for move in moves if among(move.path, self._loss_needs)]
            if chosen:
                self.losses = tuple(losses)
                break
        else:
            if len(self._state) != 1:
                return
            chosen = moves  # with one alone there is nothing to tell apart
        self.moves = tuple(chosen)
        self.parameters = tuple(dict.fromkeys(plain(move.path) for move in chosen))
        self._state -= {move.path for move in chosen}
        self.on_the_way = frozenset(used)
        for move in chosen:
            paths = self.moved_at.setdefault(id(move.node), [])
            if move.path not in paths:
                paths.append(move.path)
            found = _Source(self, move).name
            if found:
                self._gradients.setdefault(plain(move.path), found)

    def gradient(self, parameter: str) -> str:
        """The name that holds the gradient by which a parameter is moved; empty where its step
        does not show one."""
        return self._gradients.get(parameter, "")

    def _is_step(self, move: Move) -> bool:
        """Whether it moves by something that has been computed, and is no place in the data."""
        if plain(move.path) in self._indices:
            return False  # it says where in the data the turn is
        if move.step is None:
            return True
        if isinstance(move.step, ast.Constant):
            return False
        block = move.block
        read = block.reads(move.step)
        own = among(move.path, read)
        return own or any(block.defined(each) for each in read)

    def _losses(
        self, names: Sequence[str], moves: Sequence[Move], used: Collection[str]
    ) -> list[str]:
        """The names that may hold the loss: those with the usual names, or what is computed of
        the parameters and not ``used`` to move them."""
        block = self._block
        usual = [name for name in names if block.gives(name) and name not in block.carried]
        if usual:
            # What the step is made of is a residual, where anything else may be the loss.
            return sorted(usual, key=lambda name: name in used)
        moved = {move.path for move in moves}
        found = []
        for write in block.writes:
            path = write.path
            if path in used or path in block.carried or "." in path or ITEMS in path:
                continue
            if write.value is None or path in block.aliases:
                continue
            likeness = self._likeness(write.value)
            if likeness >= _LIKE_A_LOSS and any(among(m, block.slice_of([path])) for m in moved):
                found.append((-likeness, path))
        return [path for _, path in sorted(dict.fromkeys(found), key=lambda each: each[0])]

    def _likeness(self, value: ast.expr) -> int:
        """How much the form of an expression looks like a loss: squares, logarithms and distances,
        in a sum or a mean, in what the functions that it calls return as well. What compares or
        counts does not."""
        score = _likeness(value)
        for call in calls_in(value):
            for function in self._block.functions.get(last_name(call.func), ())[:1]:
                score += sum(_likeness(node) for node in function.body)
        return score

    def is_state(self, path: str) -> bool:
        """Whether a path is carried from turn to turn for the update alone, as momentum is."""
        return among(path, self._state)

    def is_rate(self, factor: ast.expr, block: Block) -> bool:
        """Whether a factor scales a step: a number, or what neither the loss nor the parameters
        have to do with."""
        if any(last_name(call.func) in block.functions for call in calls_in(factor)):
            return False
        for read in block.reads(factor):
            needed = block.slice_of([read])
            kept = any(map(self.is_state, needed))
            if self.is_state(read) or (kept and block.defined(read)):
                return False
            if among(read, self._loss_needs) or any(among(m.path, needed) for m in self.moves):
                return False
        return True


class _Source:
    """What a parameter is moved by, followed from its step through rates, momentum and names in
    between to the gradient.

    Attributes:
        name: the path that holds it; empty where the step does not show one.
    """

    def __init__(self, flow: Flow, move: Move) -> None:
        self._flow = flow
        self._move = move
        self._block = move.block
        self._scaled = False
        self.name = "" if move.step is None else self._follow(move.step, move.down, 0)

    def _follow(self, step: ast.expr, down: bool, depth: int) -> str:
        if depth > DEEPEST:
            return ""
        down ^= _is_negative(step)
        factors = _factors(step)
        sources = [each for each in factors if not self._flow.is_rate(each, self._block)]
        self._scaled |= len(sources) < len(factors)
        path = path_of(sources[0]) if len(sources) == 1 else ""
        if not path:
            return ""
        if self._flow.is_state(path):
            return self._through(path, self._past_state, down, depth)
        held = self._block.paths(sources[0])
        name = plain(held[self._move.place % len(held)])
        values = [each.value for each in self._block.defined(name) if each.value is not None]
        needed = self._block.slice_of([name]) if values else set()
        if any(map(self._flow.is_state, needed)) or any(map(self._is_scaled, values)):
            return self._through(name, self._on, down, depth)
        if not down or any(map(_solves, values)):
            return ""
        looks = bool(GRADIENT.fullmatch(name.rpartition(".")[2]))
        return name if (values and self._scaled) or looks else ""

    def _through(
        self,
        path: str,
        follow: Callable[[ast.expr, str, bool, int], str],
        down: bool,
        depth: int,
    ) -> str:
        """Follow what gives a path its value, where all of that comes from the same."""
        values = [each.value for each in self._block.defined(path) if each.value is not None]
        found = {follow(value, path, down, depth + 1) for value in values}
        return found.pop() if len(found) == 1 else ""

    def _on(self, value: ast.expr, _: str, down: bool, depth: int) -> str:
        return self._follow(value, down, depth)

    def _past_state(self, value: ast.expr, path: str, down: bool, depth: int) -> str:
        """Follow what is new in what is kept, such as ``g`` in ``v = 0.9 * v + g``."""
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
            taken = isinstance(value.op, ast.Sub)
            if self._block.is_old(value.left, path):
                return self._follow(value.right, down ^ taken, depth)
            if self._block.is_old(value.right, path) and not taken:
                return self._follow(value.left, down, depth)
            return ""
        return self._follow(value, down, depth)

    def _is_scaled(self, value: ast.expr) -> bool:
        """Whether a value is a step already, and no gradient: something times a rate that has a
        name."""
        factors = _factors(value)
        return len(factors) > 1 and any(
            not isinstance(each, ast.Constant)
            and isinstance(each, ast.Name | ast.Attribute | ast.BinOp)
            and bool(self._block.reads(each))
            and self._flow.is_rate(each, self._block)
            for each in factors
        )


def _indices(body: Sequence[ast.stmt]) -> set[str]:
    """The names that say a place: in an index, a slice, a ``range``."""
    found: set[str] = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Subscript):
                found |= set(reads_in(node.slice))
            elif isinstance(node, ast.Call) and last_name(node.func) == "range":
                found |= {each for part in node.args for each in reads_in(part)}
    return found


def _factors(step: ast.expr) -> list[ast.expr]:
    """What a step is the product of; what it is divided by is left out."""
    if isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult):
        return _factors(step.left) + _factors(step.right)
    if isinstance(step, ast.BinOp) and isinstance(step.op, ast.Div):
        return _factors(step.left)
    if isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub | ast.UAdd):
        return _factors(step.operand)
    if isinstance(step, ast.Call) and last_name(step.func) in PASSING and len(step.args) == 1:
        return _factors(step.args[0])
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


def _likeness(value: ast.AST) -> int:
    score = 0
    for node in ast.walk(value):
        if isinstance(node, ast.Compare):
            score -= 4
        elif isinstance(node, ast.BinOp):
            squared = isinstance(node.op, ast.Mult | ast.MatMult) and (
                ast.unparse(node.left) == ast.unparse(node.right)
            )
            score += 2 * (squared or isinstance(node.op, ast.Pow))
        elif isinstance(node, ast.Call):
            name = last_name(node.func)
            score += 2 * (name in {"square", "log", "abs", "norm", "power", "log1p", "logaddexp"})
            score += name in {"sum", "mean", "dot", "average"}
    return score


NO_FLOW = Flow(None, {}, ())
"""That of a loop that is not searched."""
