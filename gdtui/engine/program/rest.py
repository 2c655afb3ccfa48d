"""What enters a training loop between two epochs and runs on to the end of the script."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from gdtui.engine.parsing import compile_tree, parse
from gdtui.engine.program.copied import ScriptCopy, function_reads, sibling_lists
from gdtui.engine.program.instrumenting import Instrumenter, Statement
from gdtui.engine.program.probe_calls import probe_attribute
from gdtui.engine.program.reports import FunctionReads, add_reports
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import Function, blocks, dotted, last_name, statements_in

_UNUSED = Statement(0, 0, 0, None)
"""Stands for statements that are known already."""


@dataclass(frozen=True)
class Rest:
    """What enters a training loop between two epochs and runs on to the end of the script.

    Attributes:
        code: the rest of the module.
        functions: where the loop stands in a function, the rest of that, and before it the rests
            of the functions on the way to it, the outermost first. ``code`` calls the first and
            each calls the next by ``PROBE.resumed``; they take the values of their names out of
            the probe's ``locals``, a dict for each.
    """

    code: CodeType
    functions: tuple[CodeType, ...] = ()


@dataclass(frozen=True)
class _Caller:
    """Who has called a function: the statement that does, those around it, and the function in
    which they stand, None for the top level."""

    function: Function | None
    path: tuple[ast.stmt, ...]
    statement: ast.stmt


def find_callers(script: Script, number: int, calls: Sequence[int]) -> list[_Caller] | None:
    """Who has called the function of a training loop, and so on outwards, if they can be entered
    anew where they are; None where they cannot. ``number`` is the loop's, counted from 0, and
    ``calls`` are the lines of the calls, the outermost first."""
    found: list[_Caller] = []
    function = script.loops[number].function
    for line in reversed(calls):
        if function is None:
            return None
        caller = _function_at(script.tree, line)
        place = _call_place(caller or script.tree, line, function.name)
        if place is None:
            return None
        found.append(_Caller(caller, *place))
        function = caller
    return found if function is None else None


@lru_cache(maxsize=8)
def compile_rest(
    script: Script,
    firsts: tuple[int, ...],
    number: int,
    calls: tuple[int, ...],
    names: tuple[tuple[str, ...], ...],
) -> Rest | None:
    """The rest of a script from one of its loops on; None where it cannot be entered there.

    Args:
        script: the script.
        firsts: the index of the first statement of each loop, and of the first in a function.
        number: the loop, counted from 0.
        calls: the lines of the calls that lead to its function, the outermost first.
        names: for each of these functions the names that it has then.
    """
    callers = find_callers(script, number, calls)
    if callers is None:
        return None
    copy_ = ScriptCopy(script)
    # The other loops first: what follows this one in the text goes into the rest.
    for other, first in enumerate(firsts[:-1]):
        if other != number:
            copy_.instrument(other, [_UNUSED] * first)
    copy_.instrument_functions([_UNUSED] * firsts[-1])
    place = copy_.places[number]
    loop = place.loop
    if isinstance(loop, ast.For):
        # The iterable was evaluated when the loop was first entered.
        loop.iter = ast.copy_location(probe_attribute("remaining"), loop.iter)
    behind = _behind(place.siblings, (*place.path, loop))
    statements = [_UNUSED] * firsts[number]
    instrumenter = Instrumenter(script.loops[number], number, statements, copy_.handled)
    body = [*instrumenter.replacement(loop), *behind]
    reads = function_reads(script)
    rests: list[CodeType] = []
    # From the function of the loop outwards: the rest of each, and of who has called it.
    function = script.loops[number].function
    for level, caller in zip(reversed(range(len(calls))), callers, strict=True):
        assert function is not None
        new = _function_of(function, level, names[level], body)
        rests.insert(0, _compile_function(new, copy_, reads, script.path))
        inside = [copy_.copied(node) for node in caller.path]
        siblings = sibling_lists(
            copy_.copied(caller.function or script.tree), inside, caller.statement
        )
        behind = _behind(siblings, (*inside, caller.statement))
        body = [_calling(caller.statement, function.name, level), *behind]
        function = caller.function
    futures: list[ast.stmt] = [
        node
        for node in copy_.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    rest = ast.Module(body=[*futures, *body], type_ignores=[])
    add_reports(rest, copy_.handled, reads)
    return Rest(compile_tree(rest, script.path), tuple(rests))


def _behind(siblings: Sequence[list[ast.stmt]], nodes: Sequence[ast.stmt]) -> list[ast.stmt]:
    """What follows a statement, from the innermost list of statements outwards. ``nodes`` are the
    statements around it, outermost first, and itself."""
    found: list[ast.stmt] = []
    for block, node in zip(reversed(siblings), reversed(nodes), strict=True):
        found += block[block.index(node) + 1 :]
    return found


def _function_at(tree: ast.Module, line: int) -> Function | None:
    """The innermost function in which a line stands; None at the top level."""
    around = [
        node
        for node in statements_in(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _call_place(
    holder: ast.AST, line: int, name: str
) -> tuple[tuple[ast.stmt, ...], ast.stmt] | None:
    """The statement at a line that calls a function and does nothing before that but look up
    names, and the statements around it; None where there is no such statement, or more than an
    ``if`` around it."""
    for block in blocks(holder):
        for node in block:
            if not node.lineno <= line <= (node.end_lineno or 0):
                continue
            if isinstance(node, ast.If):
                inside = _call_place(node, line, name)
                return None if inside is None else ((node, *inside[0]), inside[1])
            simple = isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return)
            value = getattr(node, "value", None)
            if simple and value is not None and _is_call_of(value, name):
                return (), node
            return None
    return None


def _is_call_of(value: ast.expr, name: str) -> bool:
    """Whether a value is a call of a function, or ``sys.exit(main())`` and the like."""
    if not isinstance(value, ast.Call):
        return False
    if last_name(value.func) == name:
        return True
    alone = len(value.args) == 1 and not value.keywords and bool(dotted(value.func))
    return alone and _is_call_of(value.args[0], name)


def _calling(statement: ast.stmt, name: str, level: int) -> ast.stmt:
    """The statement with what runs on in the function in the place of its call."""

    class Replaced(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.Call:
            if last_name(node.func) != name:
                self.generic_visit(node)
                return node
            resumed = ast.Call(probe_attribute("resumed"), [ast.Constant(level)], [])
            return ast.fix_missing_locations(ast.copy_location(resumed, node))

    new: ast.stmt = Replaced().visit(copy.deepcopy(statement))
    return new


def _function_of(
    function: Function, level: int, names: Sequence[str], body: list[ast.stmt]
) -> ast.FunctionDef:
    """A function without arguments that runs on in the middle of another one. It takes the values
    of the names that this one has then, each out of the place where it is kept."""
    global_names = {
        name
        for node in statements_in(function)
        if isinstance(node, ast.Global)
        for name in node.names
    }
    (new,) = parse(f"def {function.name}():\n    pass").body
    assert isinstance(new, ast.FunctionDef)
    # They are declared once, before what is left of the function, which may do so again.
    declared: list[ast.stmt] = [ast.Global(sorted(global_names))] if global_names else []
    taken = [_taken(name, level) for name in names]
    left = [node for node in body if not isinstance(node, ast.Global)]
    for node in (new, *declared, *taken):
        ast.fix_missing_locations(ast.copy_location(node, function))
    new.body = [*declared, *taken, *left]
    return new


def _taken(name: str, level: int) -> ast.stmt:
    """``name = PROBE.locals[level].pop("name")``"""
    kept = ast.Subscript(probe_attribute("locals"), ast.Constant(level), ast.Load())
    value = ast.Call(ast.Attribute(kept, "pop", ast.Load()), [ast.Constant(name)], [])
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _compile_function(
    function: ast.FunctionDef, copy_: ScriptCopy, reads: FunctionReads, path: str
) -> CodeType:
    module = ast.Module(body=[function], type_ignores=[])
    add_reports(module, copy_.handled, reads)
    constants = compile_tree(module, path).co_consts
    (code,) = (each for each in constants if isinstance(each, CodeType))
    return code
