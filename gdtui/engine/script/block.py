"""What a list of statements does to the variables of a script: what it gives values, what it
carries from turn to turn, and what it moves by a step."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from gdtui.engine.script.paths import (
    ITEMS,
    VIEWS,
    among,
    base_of,
    calls_in,
    copied,
    flat,
    own_expressions,
    path_of,
    reads_in,
    touches,
)
from gdtui.engine.script.syntax import Function, blocks, last_name

Functions = Mapping[str, Sequence[Function]]
"""Those of a script by name: methods of several classes may have the same."""

DEEPEST = 12

_ORDERED = {"reversed", "list", "tuple", "sorted"}
PASSING = {
    *("array", "asarray", "asarray_chkfinite", "clip", "copy", "deepcopy", "float", "list"),
    *("maximum", "max", "min", "minimum", "tuple", "where", "dict", "squeeze", "reshape"),
}


@dataclass(frozen=True, eq=False)
class Move:
    """A statement that moves a variable by a step.

    Attributes:
        path: what it moves: ``w``, ``model.w``, ``params[]`` for an entry of ``params``.
        step: what is added or taken away; None where the statement calls what does that.
        down: whether it is taken away.
        node: the statement.
        block: where the names of the step have their meaning.
        place: which it is, where the statement moves each of a list of them.
        by_entry: whether the step is one of the entries of what it moves.
        inside: the moves in the functions that it calls, where the step is not to be seen.
    """

    path: str
    step: ast.expr | None
    node: ast.stmt
    block: Block
    down: bool = True
    place: int = 0
    by_entry: bool = False
    inside: tuple[Inside, ...] = ()

    def steps(self) -> Iterator[ast.expr]:
        """What it moves by, wherever that stands."""
        if self.step is not None:
            yield self.step
        for each in self.inside:
            yield from each.move.steps()


@dataclass(frozen=True, eq=False)
class Inside:
    """A move that a call of one of the script's functions makes.

    Attributes:
        move: the move, in the names of the function.
        given: what the call gives the function, by the function's names.
        local: the names of the function's own.
    """

    move: Move
    given: Mapping[str, ast.expr]
    local: frozenset[str]


@dataclass(frozen=True)
class Write:
    """A statement that gives a variable a value.

    Attributes:
        path: the variable, as in a :class:`Move`.
        value: what the value is made of.
        node: the statement.
        part: which part of the value it gets, where several names get one each.
        in_place: whether the old value stays, in other entries or as the start of the new one.
        is_new_entry: whether the value becomes one more entry of a list.
        move: the step by which it is moved, for ``+=``, ``-=`` and a call that does so.
    """

    path: str
    value: ast.expr | None
    node: ast.stmt
    part: int | None = None
    in_place: bool = False
    is_new_entry: bool = False
    move: Move | None = None


class Effects(Protocol):
    """What calls of a script's functions do, as a block that has such calls needs to know."""

    def free_reads(self, call: ast.Call) -> frozenset[str]:
        """The global names that a call reads, by way of others as well."""

    def needs(self, call: ast.Call, part: int | None, block: Block) -> Collection[str]:
        """The paths that what a call returns, or one part of it, is computed from; none where that
        is not to be seen."""

    def changed(self, call: ast.Call, block: Block) -> Iterable[tuple[str, tuple[Inside, ...]]]:
        """The paths that a call changes in place, each with the moves by which it does."""

    def moves(
        self, call: ast.Call, part: int | None, block: Block, path: str
    ) -> tuple[Inside, ...]:
        """The moves by which what a call is given at ``path`` comes to what it returns."""


class Block:
    """A list of statements and what they do to variables, those in nested statements included."""

    def __init__(self, body: Sequence[ast.stmt], functions: Functions, calls: Effects) -> None:
        self.body = body
        self.functions = functions
        self._calls = calls
        self.writes: list[Write] = []
        # What a name stands for, where it is a part of something else or another name of it.
        self.aliases: dict[str, tuple[str, ...]] = {}
        self._defined: dict[str, list[Write]] = {}
        self._by_base: dict[str, list[str]] = {}
        self._slices: dict[frozenset[str], frozenset[str]] = {}
        self._filled = _filled(body)
        for node in flat(body):
            for write in self._writes_of(node):
                self.writes.append(write)
                self._define(write)

    def _define(self, write: Write) -> None:
        if write.path not in self._defined:
            self._by_base.setdefault(base_of(write.path), []).append(write.path)
        self._defined.setdefault(write.path, []).append(write)

    # What statements do ---------------------------------------------------------------

    def _writes_of(self, node: ast.stmt) -> Iterator[Write]:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from self._assign(target, node.value, node)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from self._assign(node.target, node.value, node)
        elif isinstance(node, ast.AugAssign):
            down = isinstance(node.op, ast.Sub)
            for place, path in enumerate(self.paths(node.target)):
                move = Move(path, node.value, node, self, down, place)
                known = move if down or isinstance(node.op, ast.Add) else None
                yield Write(path, node.value, node, in_place=True, move=known)
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield from self._loop_variables(node.target, node.iter, node)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    yield from self._assign(item.optional_vars, item.context_expr, node)
        for call in calls_in(node):
            yield from self._written_by(call, node)

    def _assign(
        self, target: ast.expr, value: ast.expr, node: ast.stmt, part: int | None = None
    ) -> Iterator[Write]:
        if isinstance(target, ast.Tuple | ast.List):
            same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            for number, each in enumerate(target.elts):
                if same:
                    yield from self._assign(each, value.elts[number], node)  # type: ignore[attr-defined]
                else:
                    if isinstance(each, ast.Name) and (path := path_of(value)):
                        self.aliases[each.id] = (path + ITEMS,)
                    yield from self._assign(each, value, node, number)
        elif isinstance(target, ast.Name):
            if isinstance(value, ast.Attribute) and target.id in self._filled:
                self.aliases[target.id] = (path_of(value) + ITEMS,)
            yield Write(target.id, value, node, part)
        elif not isinstance(target, ast.Starred):
            inside = isinstance(target, ast.Subscript)
            for path in self.paths(target):
                yield Write(path, value, node, part, in_place=inside)

    def _loop_variables(
        self, target: ast.expr, iterated: ast.expr, node: ast.stmt
    ) -> Iterator[Write]:
        """The names that a ``for`` gives values, and what they are parts of."""
        name = last_name(iterated.func) if isinstance(iterated, ast.Call) else ""
        if name in _ORDERED and isinstance(iterated, ast.Call) and iterated.args:
            yield from self._loop_variables(target, iterated.args[0], node)
            return
        if isinstance(target, ast.Tuple) and isinstance(iterated, ast.Call):
            sources: list[ast.expr | None] = list(iterated.args)
            if name == "enumerate":
                sources = [None, *iterated.args[:1]]
            elif name == "items" and isinstance(iterated.func, ast.Attribute):
                sources = [None, iterated.func.value]
            elif name != "zip":
                sources = []
            if len(sources) == len(target.elts):
                for each, source in zip(target.elts, sources, strict=True):
                    if source is None:
                        yield from self._assign(each, iterated, node)
                    else:
                        yield from self._loop_variables(each, source, node)
                return
        if name == "values" and isinstance(iterated, ast.Call):
            iterated = iterated.func.value if isinstance(iterated.func, ast.Attribute) else iterated
        if isinstance(target, ast.Name):
            items = iterated.elts if isinstance(iterated, ast.List | ast.Tuple) else []
            paths = [path for each in items for path in self.paths(each)]
            if not items and (path := path_of(iterated)):
                paths = [path + ITEMS]
            if paths:
                self.aliases[target.id] = tuple(paths)
        yield from self._assign(target, iterated, node)

    def _written_by(self, call: ast.Call, node: ast.stmt) -> Iterator[Write]:
        """What a call changes in place."""
        for keyword in call.keywords:
            if keyword.arg == "out":
                for path in self.paths(keyword.value):
                    yield Write(path, call, node, in_place=True)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "append" and call.args:
            for path in self.paths(call.func.value):
                value = call.args[0]
                yield Write(path + ITEMS, value, node, in_place=True, is_new_entry=True)
        for path, inside in self._calls.changed(call, self):
            move = Move(path, None, node, self, inside=inside) if inside else None
            yield Write(path, call, node, in_place=True, move=move)

    def paths(self, target: ast.expr) -> list[str]:
        """What a target stands for; several where it is one of a list that is looped over."""
        path = path_of(target)
        return self._meant(path) or ([path] if path else [])

    def _meant(self, path: str) -> list[str]:
        """The other paths to what is at a path whose first name is a part of something else."""
        base, dot, rest = path.partition(".")
        held = self.aliases.get(base.partition(ITEMS)[0], ())
        return [each + dot + rest for each in held]

    # Where values come from -----------------------------------------------------------

    def gives(self, path: str) -> bool:
        """Whether it gives what is at a path a value."""
        return path in self._defined

    def defined(self, read: str) -> list[Write]:
        """The writes that a read path may get its value from."""
        return [
            write
            for path in self._by_base.get(base_of(read), ())
            if touches(read, path)
            for write in self._defined[path]
        ]

    def reads(self, value: ast.expr) -> set[str]:
        """The paths that an expression reads, with what the functions it calls read."""
        found = set(reads_in(value))
        for call in calls_in(value):
            found |= self._calls.free_reads(call)
        return found | {other for each in found for other in self._meant(each)}

    @cached_property
    def carried(self) -> frozenset[str]:
        """The paths that a turn reads before it has given them a value, and that it gives one."""
        exposed: set[str] = set()
        self._scan(self.body, frozenset(), exposed)
        read: dict[str, list[str]] = {}
        for each in exposed:
            read.setdefault(base_of(each), []).append(each)
        return frozenset(
            path
            for path in self._defined
            if among(path, read.get(base_of(path), ())) and path not in self.aliases
        )

    def _scan(
        self, body: Sequence[ast.stmt], written: frozenset[str], exposed: set[str]
    ) -> frozenset[str]:
        """Collect what is read before it is written for sure; what is written for sure then."""
        for node in body:
            for value in own_expressions(node):
                exposed |= {each for each in self.reads(value) if not _within(each, written)}
            writes = list(self._writes_of(node))
            here = {write.path for write in writes if not write.in_place}
            old = (each.path for each in writes if each.in_place and not each.is_new_entry)
            exposed |= {each for each in old if not _within(each, written)}
            if isinstance(node, ast.For | ast.AsyncFor | ast.While):
                self._scan(node.body, written | here, exposed)
                self._scan(node.orelse, written, exposed)
            elif isinstance(node, ast.If):
                ends = [self._scan(each, written, exposed) for each in (node.body, node.orelse)]
                written = ends[0] & ends[1]
            elif isinstance(node, ast.With | ast.AsyncWith):
                written = self._scan(node.body, written | here, exposed)
            elif isinstance(node, ast.Try | ast.TryStar | ast.Match):
                for each in blocks(node) if not isinstance(node, ast.Match) else ():
                    self._scan(each, written, exposed)
                for case in getattr(node, "cases", ()):
                    self._scan(case.body, written, exposed)
            else:
                written |= here
        return written

    def slice_of(self, starts: Iterable[str]) -> frozenset[str]:
        """All that some paths are computed from in one turn. What is carried into the turn is
        where it ends."""
        first = frozenset(starts)
        known = self._slices.get(first)
        if known is None:
            known = self._slices[first] = frozenset(self._slice_of(first))
        return known

    def _slice_of(self, first: frozenset[str]) -> set[str]:
        found: set[str] = set()
        left = list(first)
        while left:
            path = left.pop()
            if path in found:
                continue
            found.add(path)
            near = self._by_base.get(base_of(path), ())
            carried = {each for each in near if each in self.carried and touches(path, each)}
            found |= carried
            if carried and path not in first:
                continue
            for write in self.defined(path):
                left += self.needs(write)
        return found

    def needs(self, write: Write) -> Collection[str]:
        """The paths that a statement makes a value of."""
        if write.value is None:
            return ()
        if isinstance(write.value, ast.Call) and not write.in_place:
            returned = self._calls.needs(write.value, write.part, self)
            if returned:
                return returned
        return self.reads(write.value)

    # Steps ----------------------------------------------------------------------------

    def moves(self) -> list[Move]:
        """The statements that move what is carried, in the order of the text."""
        return [
            move
            for write in self.writes
            if write.path in self.carried
            for move in self.moves_by(write)
        ]

    def moves_by(self, write: Write, depth: int = 0) -> list[Move]:
        """The moves that one of its statements makes of what it gives a value."""
        if write.move is not None:
            return [write.move]
        if write.value is None or write.is_new_entry:
            return []
        return self.moves_in(write.value, write.path, write.node, write.part, depth)

    def moves_in(
        self, value: ast.expr, path: str, node: ast.stmt, part: int | None, depth: int = 0
    ) -> list[Move]:
        """The moves of a path by which an expression comes to its new value."""
        if depth > DEEPEST:
            return []
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
            down = isinstance(value.op, ast.Sub)
            if self.is_old(value.left, path):
                return [Move(path, value.right, node, self, down)]
            if not down and self.is_old(value.right, path):
                return [Move(path, value.left, node, self, down)]
            return self.moves_in(value.left, path, node, None, depth + 1)
        if isinstance(value, ast.Name) and value.id not in self.carried:
            return self._moves_of_name(value.id, path, depth)
        if isinstance(value, ast.ListComp | ast.GeneratorExp | ast.DictComp):
            element = value.value if isinstance(value, ast.DictComp) else value.elt
            inner = self.within(value.generators, node)
            return inner.moves_in_entry(element, path, node, depth + 1)
        if isinstance(value, ast.List | ast.Tuple):
            if part is not None:
                parts = value.elts[part : part + 1]
                return [m for e in parts for m in self.moves_in(e, path, node, None, depth + 1)]
            return [m for e in value.elts for m in self.moves_in_entry(e, path, node, depth + 1)]
        if isinstance(value, ast.Dict):
            return [m for e in value.values for m in self.moves_in_entry(e, path, node, depth + 1)]
        if isinstance(value, ast.Call):
            if last_name(value.func) in PASSING | VIEWS:
                passed = [*value.args]
                if isinstance(value.func, ast.Attribute):
                    passed.append(value.func.value)
                return [
                    m for each in passed for m in self.moves_in(each, path, node, None, depth + 1)
                ]
            if last_name(value.func) in ("subtract", "add"):
                if len(value.args) < 2 or not self.is_old(value.args[0], path):
                    return []
                down = last_name(value.func) == "subtract"
                return [Move(path, value.args[1], node, self, down)]
            inside = self._calls.moves(value, part, self, path)
            if inside:
                return [Move(path, None, node, self, inside=inside)]
            if last_name(value.func) in self.functions:
                # What follows a step down, such as a projection or a shrinkage.
                stepped = (self.moves_in(e, path, node, None, depth + 1) for e in value.args)
                return [move for each in stepped for move in each if move.down]
        return []

    def moves_in_entry(self, value: ast.expr, path: str, node: ast.stmt, depth: int) -> list[Move]:
        """The moves by which an entry of what is at a path comes to its new value."""
        entry = path if path.endswith(ITEMS) else path + ITEMS
        found = self.moves_in(value, entry, node, None, depth)
        if found:
            return [replace(move, path=path, by_entry=True) for move in found]
        return self.moves_in(value, path, node, None, depth) if entry != path else []

    def _moves_of_name(self, name: str, path: str, depth: int) -> list[Move]:
        """The moves by which a name of this turn comes to be the new value of a path."""
        given = [each for each in self._defined.get(name, ()) if each.value is not None]
        found = [
            move
            for write in given
            if write.value is not None and not write.in_place and copied(write.value) != path
            for move in self.moves_in(write.value, path, write.node, write.part, depth + 1)
        ]
        if any(write.value is not None and copied(write.value) == path for write in given):
            # A copy of the old one, of which each entry is moved.
            found += [
                replace(move, path=path, by_entry=True)
                for write in self.defined(name)
                if write.in_place and write.path != path
                for move in self.moves_by(write, depth + 1)
            ]
        return found

    def is_old(self, value: ast.expr, path: str) -> bool:
        """Whether an expression is the old value of a path, perhaps shrunk."""
        if isinstance(value, ast.BinOp):
            if isinstance(value.op, ast.Mult):
                return self.is_old(value.left, path) or self.is_old(value.right, path)
            if isinstance(value.op, ast.Add | ast.Sub):
                return self.is_old(value.left, path)
            return False
        if isinstance(value, ast.Call) and last_name(value.func) in VIEWS:
            return isinstance(value.func, ast.Attribute) and self.is_old(value.func.value, path)
        held = self.paths(value)
        if any(each == path or each.removesuffix(ITEMS) == path for each in held):
            return True
        if isinstance(value, ast.Name) and value.id not in self.carried:
            # Another name for it, as in `old = w`.
            return any(
                write.value is not None and copied(write.value) == path
                for write in self._defined.get(value.id, ())
            )
        return False

    def within(self, generators: Sequence[ast.comprehension], node: ast.stmt) -> Block:
        """This block with the names of a comprehension."""
        inner = Block((), self.functions, self._calls)
        inner.__dict__["carried"] = self.carried
        inner.writes, inner._defined = self.writes, dict(self._defined)
        inner.aliases = dict(self.aliases)
        inner._by_base = {base: [*paths] for base, paths in self._by_base.items()}
        for each in generators:
            for write in inner._loop_variables(each.target, each.iter, node):
                inner._defined[write.path] = []
                inner._by_base.setdefault(base_of(write.path), []).append(write.path)
                inner._defined[write.path].append(write)
        return inner


def _filled(body: Sequence[ast.stmt]) -> frozenset[str]:
    """The names that get one value, and of which statements then change entries."""
    bound: Counter[str] = Counter()
    filled: set[str] = set()
    for each in flat(body):
        given = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        for target in given:
            if isinstance(target, ast.Name):
                bound[target.id] += 1
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                filled.add(target.value.id)
    return frozenset(name for name in filled if bound[name] == 1)


def _within(path: str, written: Collection[str]) -> bool:
    """Whether a path, or what it is a part of, is among some that have been given a value."""
    ends = (place for place, each in enumerate(path) if each in ".[")
    return path in written or any(path[:end] in written for end in ends)
