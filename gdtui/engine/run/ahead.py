"""How many epochs the training loops that follow the present one will have.

It is read off the text and off plain numbers that the script already holds. Nothing of the script
is run or asked for it, so many a loop cannot be told: then only the end of the run will.
"""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from gdtui.engine.kinds import is_one_of
from gdtui.engine.script.loop import TrainingLoop
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import Function, is_main_guard, last_name

Times = tuple[int, int]
"""How many times something runs, at least and at most; 2 stands for many."""

_MANY = 2
_NEVER: Times = (0, 0)
_ONCE: Times = (1, 1)
_ANY: Times = (0, _MANY)
_COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_REPEATED = (ast.For, ast.AsyncFor, ast.While, ast.Lambda, *_COMPREHENSION)
_WRAPPERS = ("enumerate", "list", "reversed", "tqdm", "tuple")
_RANGES = ("range", "tnrange", "trange")
_ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_LARGEST = 2**63
_MOST_PARTS = 50


def turns_ahead(
    script: Script, number: int, names: Mapping[str, Any], global_names: Mapping[str, Any]
) -> int | None:
    """How many turns the training loops of a script will have that a run comes to once it has
    left one of them, unless something ends it early; None where only the run will tell.

    Args:
        script: the script.
        number: the loop in which the run is, counted from 0.
        names: the names that this loop sees, with what they hold as it begins.
        global_names: the names at the top level of the script.
    """
    if len(script.loops) == 1 and script.loop.function is None:
        return 0
    try:
        return _turns_ahead(script, number, names, global_names)
    except RecursionError:  # its statements are nested deeply, or the script's own calls are
        return None


def _turns_ahead(
    script: Script, number: int, names: Mapping[str, Any], global_names: Mapping[str, Any]
) -> int | None:
    reader = _reader(script.tree)
    here = script.loops[number]
    passed = [each for each in script.loops[: number + 1] if each is here or not each.is_inner]
    if any(reader.times(each)[1] > 1 for each in passed):
        return None  # it, or one before it, may be entered once more
    turns = 0
    for loop in script.loops[number + 1 :]:
        if loop.is_inner or _exclude_each_other(here, loop):
            continue
        times = reader.times(loop, within=here.function)
        if times == _NEVER:
            continue
        same = loop.function is here.function
        found = reader.turns(loop, names if same else global_names, same)
        if times != _ONCE or found is None:
            return None
        turns += found
    return turns


@lru_cache(maxsize=8)
def _reader(tree: ast.Module) -> _Reader:
    # By the tree and not by the script: the loops of a script that is equal are other nodes.
    return _Reader(tree)


class _Reader:
    """Reads off a script how often its pieces run, and which of its names stay as they are."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._stores = Counter(_stored(tree))
        self._methods = {
            id(function)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for function in node.body
        }
        self._known: dict[int, Times] = {}
        self._loops: dict[tuple[int, int], Times] = {}

    def times(self, loop: TrainingLoop, within: Function | None = None) -> Times:
        """How often a run of the script comes to a loop; a run of the function ``within``, if
        the loop stands in that one."""
        key = id(loop.node), id(within)
        if key not in self._loops:
            self._loops[key] = self._times(loop, within)
        return self._loops[key]

    def _times(self, loop: TrainingLoop, within: Function | None) -> Times:
        def find(node: ast.AST) -> Times | None:
            return _ONCE if node is loop.node else None

        if within is not None and loop.function is within:
            return self._all(within.body, find)
        return self._all(self._tree.body, find)

    def _of_function(self, function: Function) -> Times:
        known = self._known.get(id(function))
        if known is None:
            self._known[id(function)] = _ANY  # should it call itself
            known = self._known[id(function)] = self._calls(function)
        return known

    def _calls(self, function: Function) -> Times:
        name, is_method = function.name, id(function) in self._methods

        def refers(node: ast.AST) -> bool:
            if is_method:
                return isinstance(node, ast.Attribute) and node.attr == name
            return isinstance(node, ast.Name) and node.id == name

        def find(node: ast.AST) -> Times | None:
            if isinstance(node, ast.Call) and refers(node.func):
                return _sum([_ONCE, self._all([*node.args, *node.keywords], find)])
            # Whoever is given a function may call it as often as they like.
            return _ANY if refers(node) else None

        times = self._all(self._tree.body, find)
        if times == _NEVER and (name.startswith("__") or function.decorator_list):
            return (0, 1)  # Python calls it, or what decorates it does
        return times

    def _all(self, parts: Iterable[ast.AST], find: Callable[[ast.AST], Times | None]) -> Times:
        return _sum(self._part(each, find) for each in parts)

    def _part(self, part: ast.AST, find: Callable[[ast.AST], Times | None]) -> Times:
        """How often a run of a part of the script comes by what ``find`` finds."""
        found = find(part)
        if found is not None or _is_data(part):
            return found or _NEVER
        if isinstance(part, ast.If) and not is_main_guard(part):
            one, other = self._all(part.body, find), self._all(part.orelse, find)
            either = min(one[0], other[0]), max(one[1], other[1])
            return _sum([self._part(part.test, find), either])
        inside = self._all(ast.iter_child_nodes(part), find)
        if inside == _NEVER:
            return inside
        if isinstance(part, Function):
            times = self._of_function(part)
            return inside[0] * times[0], min(_MANY, inside[1] * times[1])
        if isinstance(part, _REPEATED):
            return _ANY
        if isinstance(part, ast.IfExp | ast.BoolOp | ast.ExceptHandler | ast.match_case):
            return 0, inside[1]
        return inside

    def turns(self, loop: TrainingLoop, names: Mapping[str, Any], is_here: bool) -> int | None:
        """How many turns a loop will have, from names that are as they will be then. ``is_here``
        says that they are those of its own function."""
        in_class = any(isinstance(each, ast.ClassDef) for each in loop.path)
        if not isinstance(loop.node, ast.For) or in_class:
            return None
        stay: dict[str, Any] = {}
        for name in {each.id for each in ast.walk(loop.node.iter) if isinstance(each, ast.Name)}:
            own = self._stores[id(loop.function), name]
            # Of a function that does not run yet, only global names are known.
            if name in names and (own == 1 if own and is_here else not own and self._stays(name)):
                stay[name] = names[name]
        return self._length(loop.node.iter, stay)

    def _stays(self, name: str) -> bool:
        """Whether a global name gets a value once, and before any loop."""
        return self._stores[id(self._tree), name] == 1

    def _length(self, node: ast.expr, names: Mapping[str, Any]) -> int | None:
        if isinstance(node, ast.List | ast.Tuple):
            return None if any(isinstance(e, ast.Starred) for e in node.elts) else len(node.elts)
        if not isinstance(node, ast.Call) or not node.args:
            return None
        called = last_name(node.func)
        if called in _WRAPPERS:
            return self._length(node.args[0], names)
        if called == "zip":
            lengths = [self._length(each, names) for each in node.args]
            told = [each for each in lengths if each is not None]
            return min(told) if len(told) == len(lengths) else None
        if called not in _RANGES or len(node.args) > 3:
            return None
        bounds = [self._number(each, names) for each in node.args]
        known = [each for each in bounds if each is not None]
        if len(known) < len(bounds) or (len(known) == 3 and not known[2]):
            return None
        return len(range(*known))

    def _number(self, node: ast.expr, names: Mapping[str, Any]) -> int | None:
        """The whole number that an expression will have; None where that is not sure."""
        found: object = None
        if isinstance(node, ast.Constant):
            found = node.value
        elif isinstance(node, ast.BinOp):
            left, right = self._number(node.left, names), self._number(node.right, names)
            apply = _ARITHMETIC.get(type(node.op))
            if apply is not None and left is not None and right is not None:
                found = apply(left, right)
        elif isinstance(node, ast.Name):
            found = names.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if self._stores[id(self._tree), f".{node.attr}"] <= 1:
                found = _held(names.get(node.value.id)).get(node.attr)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            held = names.get(node.value.id)
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            is_kept = not self._stores[id(self._tree), f"[{key!r}]"]
            if type(held) is dict and type(key) is str and is_kept:
                found = held.get(key)
        return found if type(found) is int and abs(found) < _LARGEST else None


def _sum(times: Iterable[Times]) -> Times:
    low = high = 0
    for each in times:
        low, high = low + each[0], high + each[1]
    return min(_MANY, low), min(_MANY, high)


def _held(value: object) -> Mapping[str, Any]:
    """The attributes of an object that stand in the object itself, without asking it."""
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return held if is_one_of(type(held), (dict,)) else {}


def _exclude_each_other(one: TrainingLoop, other: TrainingLoop) -> bool:
    """Whether two loops stand in the two branches of an ``if``, of which one runs."""
    return any(
        _is_in(each.body, one) != _is_in(each.body, other)
        for each in one.path
        if isinstance(each, ast.If) and each in other.path
    )


def _is_in(block: list[ast.stmt], loop: TrainingLoop) -> bool:
    return any(each is loop.node or each in loop.path for each in block)


def _stored(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name as often as it is given a value, with the id of the function, class or module
    whose name it is; twice where that is in a loop. ``.attribute`` and ``[key]`` are the
    module's."""
    repeated = {
        id(node)
        for loop in ast.walk(tree)
        if isinstance(loop, _REPEATED)
        for node in ast.walk(loop)
    }
    for scope, node in _with_scopes(tree):
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from ((id(tree), name) for name in node.names * _MANY)
        elif name := _name_stored(node):
            owner = id(tree) if name[0] in ".[" else scope
            yield from [(owner, name)] * (_MANY if id(node) in repeated else 1)


def _with_scopes(tree: ast.Module) -> Iterator[tuple[int, ast.AST]]:
    """Every node, with the id of what its names belong to."""
    left: list[tuple[int, ast.AST]] = [(id(tree), tree)]
    while left:
        scope, part = left.pop()
        yield scope, part
        own = id(part) if isinstance(part, Function | ast.ClassDef | ast.Lambda) else scope
        if not _is_data(part):
            left += [(own, child) for child in ast.iter_child_nodes(part)]


def _is_data(part: ast.AST) -> bool:
    """Whether a part of a script is a long list, in which nothing is called or named."""
    return isinstance(part, ast.List | ast.Tuple | ast.Set) and len(part.elts) > _MOST_PARTS


def _name_stored(node: ast.AST) -> str:
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, Function | ast.ClassDef):
        return node.name
    if isinstance(node, ast.alias):
        return node.asname or node.name.partition(".")[0]
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(
        node.ctx, ast.Load
    ):
        return ""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return f"[{node.slice.value!r}]"
    return ""
