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
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from gdtui.engine.script.block import Block, Functions, Move
from gdtui.engine.script.calls import Calls
from gdtui.engine.script.feedback import learned
from gdtui.engine.script.losses import collected_loss
from gdtui.engine.script.paths import ITEMS, among, calls_in, flat, plain, reads_in
from gdtui.engine.script.sources import Carried, find_sources
from gdtui.engine.script.syntax import Place, last_name, start_of

_MOST_STATEMENTS = 1_000
"""A loop of more statements is generated, and is not searched."""

_LIKE_A_LOSS = 2


@dataclass(frozen=True)
class UsedName:
    """A name of a function that holds a gradient, where it is used.

    Attributes:
        parameter: what is moved by it; empty where that is not known.
        name: the name.
    """

    parameter: str
    name: str


class Flow:
    """How the data of one loop flow.

    Attributes:
        parameters: what the loop trains, in the order in which it is moved: paths such as ``w``,
            ``model.w``, and ``params`` for a list of arrays.
        collects_loss: whether what has the name of a loss is only the residual that the parameters
            are moved by, and its squares or the like, which have no name, go into a list of losses.
        losses: the names that the loop may compute the loss in, where none has a usual name.
        grade: how surely the parameters are told from all else that is moved: 2 by steps and by a
            loss that is computed from them, 1 by what they learn from samples without a loss, or by
            entries that are solved for and a loss, 0 by neither.
        moves: the moves of the parameters.
        on_the_way: the names that the steps are computed from.
        moved_at: for each statement that makes such moves, by identity, the paths that it moves.
        used_at: for each statement of a function that uses a gradient which the function keeps to
            itself, by its place, that gradient.
    """

    def __init__(
        self,
        loop: ast.For | ast.While | None,
        functions: Functions,
        loss_names: Sequence[str],
        updated_by_form: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """``updated_by_form``: the names that statements in it update, going by their form."""
        self.parameters: tuple[str, ...] = ()
        self.losses: tuple[str, ...] = ()
        self.moves: tuple[Move, ...] = ()
        self.grade = 0
        self.collects_loss = False
        self.moved_at: dict[int, list[str]] = {}
        self.used_at: dict[Place, UsedName] = {}
        self.on_the_way: frozenset[str] = frozenset()
        self._gradients: dict[str, str] = {}
        if loop is None or sum(1 for _ in flat(loop.body)) > _MOST_STATEMENTS:
            return
        self._loss_needs: frozenset[str] = frozenset()
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
        chosen = self._chosen(loop, moves, losses, updated_by_form)
        if not chosen:
            return
        self.moves = tuple(chosen)
        self.parameters = tuple(dict.fromkeys(plain(move.path) for move in chosen))
        self.on_the_way = frozenset(used)
        self.collects_loss = used.issuperset(losses) and self._collects(losses)
        moved = {move.path for move in chosen}
        carried = Carried(moved, self._state - moved, self._loss_needs)
        for move in chosen:
            paths = self.moved_at.setdefault(id(move.node), [])
            if move.path not in paths:
                paths.append(move.path)
            for found in find_sources(move, carried):
                if found.node is None:
                    self._gradients.setdefault(plain(move.path), found.name)
                else:
                    self._note_used(found.node, plain(move.path), found.name)

    def _chosen(
        self,
        loop: ast.For | ast.While,
        moves: Sequence[Move],
        losses: Sequence[str],
        updated_by_form: Callable[[], Collection[str]],
    ) -> Sequence[Move]:
        """The moves of the parameters: those that the loss depends on or, without any, what may
        be one all the same."""
        for loss in losses:
            needed = self._block.slice_of([loss])
            chosen = [move for move in moves if among(move.path, needed)]
            if chosen:
                self.grade, self.losses, self._loss_needs = 2, tuple(losses), needed
                return chosen
        chosen = learned(loop, self._block, moves)
        if chosen:
            self.grade = 1
            return chosen
        by_form = updated_by_form()
        if not by_form:
            for loss in losses:
                needed = self._block.slice_of([loss])
                chosen = [move for move in self._solved_entries() if among(move.path, needed)]
                if chosen:
                    self.grade, self.losses, self._loss_needs = 1, tuple(losses), needed
                    return chosen
        if len(self._state) == 1:
            return moves  # with one alone there is nothing to tell apart
        chosen = [move for move in moves if plain(move.path) in by_form]
        return chosen if {plain(move.path) for move in chosen} == set(by_form) else ()

    def _solved_entries(self) -> Iterator[Move]:
        """The statements that give one entry of what is carried the value that is best while all
        others stay, as coordinate descent does: it is computed from all of them, and no step."""
        block = self._block
        for write in block.writes:
            path = write.path
            if not isinstance(write.node, ast.Assign) or not path.endswith(ITEMS):
                continue
            if path in block.carried and write.value is not None:
                needed = block.slice_of(block.reads(write.value))
                if plain(path) in needed:
                    yield Move(path, None, write.node, block)

    def gradient(self, parameter: str) -> str:
        """The name that holds the gradient by which a parameter is moved; empty where its step
        does not show one, or a function keeps it to itself."""
        return self._gradients.get(parameter, "")

    def _note_used(self, node: ast.stmt, parameter: str, name: str) -> None:
        used = UsedName(parameter, name)
        if self.used_at.setdefault(start_of(node), used) != used:
            # It moves one parameter in one call and another in the next.
            self.used_at[start_of(node)] = UsedName("", name)

    def _is_step(self, move: Move) -> bool:
        """Whether it moves by something that has been computed, and is no place in the data."""
        if plain(move.path) in self._indices:
            return False  # it says where in the data the turn is
        if move.step is None:
            return any(not isinstance(each, ast.Constant) for each in move.steps())
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

    def _collects(self, residuals: Sequence[str]) -> bool:
        values = (value for node in flat(self._block.body) if (value := collected_loss(node)))
        return any(
            _likeness(value) >= _LIKE_A_LOSS and not self._block.reads(value).isdisjoint(residuals)
            for value in values
        )

    def _likeness(self, value: ast.expr) -> int:
        """How much the form of an expression looks like a loss: squares, logarithms and distances,
        in a sum or a mean, in what the functions that it calls return as well. What compares or
        counts does not."""
        score = _likeness(value)
        for call in calls_in(value):
            for function in self._block.functions.get(last_name(call.func), ())[:1]:
                score += sum(_likeness(node) for node in function.body)
        return score


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
