"""What the functions of a script do to what they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gdtui.engine.script.block import DEEPEST, Block, Functions, Inside, Move
from gdtui.engine.script.paths import base_of, path_of, reads_in
from gdtui.engine.script.syntax import Function, last_name

# What a function with one of these returns, or when, is not seen in its `return` statements.
_OUT_OF_SIGHT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Yield, ast.YieldFrom)


class Calls:
    """What the functions of a script do to what they are given. A call is of any of those that have
    its name."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._blocks: dict[Function, Block] = {}
        self._changes: dict[Function, list[tuple[str, list[Move]]]] = {}
        self._needed: dict[tuple[Function, int | None], frozenset[str]] = {}
        self._free: dict[str, frozenset[str]] = {}
        self._busy: set[Function] = set()

    def called(self, call: ast.Call) -> Sequence[Function]:
        """The functions that a call may be of."""
        return self._functions.get(last_name(call.func), ())

    def free_reads(self, call: ast.Call) -> frozenset[str]:
        """The global names that a call reads, by way of others as well."""
        return self._free_reads(last_name(call.func))

    def _block(self, function: Function) -> Block:
        known = self._blocks.get(function)
        if known is None:
            known = self._blocks[function] = Block(function.body, self._functions, self)
            known.__dict__["carried"] = frozenset()  # there are no turns
        return known

    def _free_reads(self, name: str) -> frozenset[str]:
        known = self._free.get(name)
        if known is None:
            self._free[name] = frozenset()  # for a function that calls itself
            found = [self._read_freely(each) for each in self._functions.get(name, ())]
            known = self._free[name] = frozenset[str]().union(*found)
        return known

    def _read_freely(self, function: Function) -> frozenset[str]:
        local = _local(function)
        found: set[str] = set()
        for node in function.body:
            found |= set(reads_in(node))
            for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
                found |= self.free_reads(call)
        return frozenset(each for each in found if base_of(each) not in local)

    def needs(self, call: ast.Call, part: int | None, block: Block) -> set[str]:
        """The paths that what a call returns, or one part of it, is computed from; none where that
        is not to be seen."""
        found: set[str] = set()
        for function in self.called(call):
            inputs = self._inputs(function, part)
            if not inputs:
                return set()
            given = _given(function, call)
            arguments = {each.arg for each in _arguments(function)}
            for path in inputs:
                base = base_of(path)
                if base in given:
                    found |= block.reads(given[base])
                elif base not in arguments:
                    found.add(path)
        return found

    def _inputs(self, function: Function, part: int | None) -> frozenset[str]:
        """The arguments and the global names that what a function returns is computed from."""
        known = self._needed.get((function, part))
        if known is None:
            self._needed[function, part] = frozenset()  # for a function that calls itself
            found = frozenset(self._read_for(function, part))
            known = self._needed[function, part] = found
        return known

    def _read_for(self, function: Function, part: int | None) -> set[str]:
        if any(isinstance(each, _OUT_OF_SIGHT) for each in ast.walk(function) if each != function):
            return set()
        inner = self._block(function)
        local = _local(function) - {each.arg for each in _arguments(function)}
        left: list[str] = []
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                parts = node.value.elts if isinstance(node.value, ast.Tuple | ast.List) else []
                shown = part is not None and part < len(parts)
                left += inner.reads(parts[part] if shown and part is not None else node.value)
        found: set[str] = set()
        while left:
            path = left.pop()
            if path in found:
                continue
            found.add(path)
            if base_of(path) in local:  # what it has been given is where it ends, as in a turn
                for write in inner.defined(path):
                    left += inner.needs(write)
        return {each for each in found if base_of(each) not in local}

    def changed(self, call: ast.Call, block: Block) -> Iterator[tuple[str, tuple[Inside, ...]]]:
        """The paths that a call changes in place, each with the moves by which it does."""
        for function in self.called(call):
            given = _given(function, call)
            arguments = {each.arg for each in _arguments(function)}
            for path, moves in self._changed_in(function):
                base = base_of(path)
                inside = _inside(function, given, moves)
                if base in given:
                    for owner in block.paths(given[base]):
                        yield owner + path[len(base) :], inside
                elif base not in arguments:
                    yield path, inside

    def _changed_in(self, function: Function) -> list[tuple[str, list[Move]]]:
        known = self._changes.get(function)
        if known is not None:
            return known
        found = self._changes[function] = []
        own = _local(function) - {each.arg for each in _arguments(function)}
        declared = _declared(function)
        block = self._block(function)
        for write in block.writes:
            base = base_of(write.path)
            inside = write.path != base or write.in_place
            if base in declared or (base not in own and inside):
                found.append((write.path, block.moves_by(write)))
        return found

    def moves(
        self, call: ast.Call, part: int | None, block: Block, path: str
    ) -> tuple[Inside, ...]:
        """The moves by which what a call is given at ``path`` comes to what it returns."""
        if len(self._busy) > DEEPEST:
            return ()
        return tuple(
            each
            for function in self.called(call)
            if function not in self._busy
            for each in self._returned(function, call, part, block, path)
        )

    def _returned(
        self, function: Function, call: ast.Call, part: int | None, block: Block, path: str
    ) -> tuple[Inside, ...]:
        inner = self._block(function)
        returned = [
            (node, node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value is not None
        ]
        given = _given(function, call)
        found: list[Move] = []
        self._busy.add(function)
        try:
            for argument, value in given.items():
                if path not in block.paths(value):
                    continue
                changes = [
                    move
                    for write in inner.defined(argument)
                    if write.in_place
                    for move in inner.moves_by(write)
                ]
                for node, returns in returned:
                    found += inner.moves_in(returns, argument, node, part)
                    if path_of(returns) == argument:
                        found += changes
        finally:
            self._busy.discard(function)
        return _inside(function, given, found)


def _inside(
    function: Function, given: Mapping[str, ast.expr], moves: Iterable[Move]
) -> tuple[Inside, ...]:
    """The moves that a call makes of what it is given, each once."""
    distinct = {(id(move.node), id(move.step)): move for move in moves}
    local = frozenset(_local(function))
    return tuple(Inside(move, given, local) for move in distinct.values())


def _local(function: Function) -> set[str]:
    """The names that a function has for itself, its arguments among them."""
    found = {each.arg for each in _arguments(function)}
    found |= {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return found - _declared(function)


def _declared(function: Function) -> set[str]:
    """The global names that a function gives values."""
    return {
        name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
    }


def _arguments(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _given(function: Function, call: ast.Call) -> dict[str, ast.expr]:
    """What a call gives a function, by the function's names for it."""
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    values = list(call.args)
    if isinstance(call.func, ast.Attribute) and names[:1] in (["self"], ["cls"]):
        values.insert(0, call.func.value)
    given = dict(zip(names, values, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg}
    return given
