"""A script compiled so that it reports to the engine after every statement of its loops.

The instrumented script stays an ordinary module: the loop keeps its statements, and calls
of a probe stand between them. In ``for`` the iterable is wrapped, in ``while`` the test,
so that the end of an epoch is seen however it comes about, ``continue`` included::

    for epoch in PROBE.epochs(0, PROBE.iter(range(9))):   while PROBE.turn(0) and (loss > 1e-6):
        y_pred = predict(x)                                   PROBE.begin(0)
        PROBE.ran(0)                                          ...
        ...
        w -= learning_rate * dw
        PROBE.ran(-4)
    PROBE.leave(0)

The number is that of the loop. A loop in a function may be left by ``return`` too, which becomes
``return PROBE.returns(0, -5, value)``. Which loops run inside another one, only the run shows: the
engine counts the turns of the outermost.

Both let the engine end the loop as well, between two epochs and as though it had no turns left:
``PROBE.epochs`` then yields no more, and ``PROBE.turn`` is false.

Every statement that runs is reported once, after it ran. The header of a ``with``, an
``if`` or an inner loop counts as a statement: it is reported once its expression has been
evaluated, before the statements inside. ``break`` and ``continue`` are reported just
before they jump. A report with the index inverted (``~3`` is -4) says that nothing is left
to run in the epoch.
"""

from __future__ import annotations

import ast
import copy
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from operator import or_
from types import CodeType, ModuleType
from typing import Any

from gdtui.engine.instrumenting import (
    PROBE,
    FunctionInstrumenter,
    Instrumenter,
    Statement,
    add_reports,
    probe_attribute,
    show_values,
)
from gdtui.engine.loop import Loop, TrainingLoop
from gdtui.engine.metrics import MetricPlaces
from gdtui.engine.notebook import shown_expressions
from gdtui.engine.script import Script
from gdtui.engine.syntax import blocks, copy_blocks, dotted, last_name, stored_names

_COMPILED = re.compile(r"\b(?:compile|jit|script|trace|disable)\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef

_UNUSED = Statement(0, 0, 0, None)
"""Stands for statements that are known already."""


@dataclass(frozen=True, eq=False)
class Program:
    """A script, compiled twice.

    Attributes:
        script: the script that it was made from.
        statements: the statements of the training loops, in the order of the text, and then those
            of the functions that train.
        whole: runs the script from its first line.
        firsts: for each of the script's loops the index of its first statement, and that of the
            first one in a function.
    """

    script: Script
    statements: tuple[Statement, ...]
    whole: CodeType
    firsts: tuple[int, ...]

    def rest(self, loop: int, calls: tuple[int, ...] = ()) -> Rest | None:
        """What enters one of the script's loops between two epochs and runs on to the end of the
        script, taking what is left to iterate over from the probe; None where that is not
        possible. ``calls`` are the lines of the calls that lead to the function of the loop, the
        outermost first. Compiled when it is asked for: whoever never goes back does not need it."""
        return _compile_rest(self, loop, calls) if self.script.loops[loop].resumable else None

    @cached_property
    def batches(self) -> frozenset[int]:
        """The indices of the statements with which a batch begins."""
        return frozenset(each.index for each in self.statements if each.begins_batch)

    def statement(self, report: int) -> Statement:
        """The statement that a report is of, whether or not it ended its epoch."""
        return self.statements[report if report >= 0 else ~report]


def with_probe(code: CodeType, probe: ModuleType) -> CodeType:
    """Instrumented code that reports to the functions of ``probe``: ``epochs``, ``iter``,
    ``turn``, ``begin``, ``leave``, ``returns``, ``bring``, ``gradient``, ``update``, ``loss``,
    ``sent``, ``asked``, ``given``, ``metric``, ``collected``, ``passed``,
    ``show``, ``resumed``, ``ran`` and the values ``remaining`` and ``locals``.

    They are looked up anew every time: a run that is not to pause has a ``ran`` that costs next
    to nothing, and which one it is may change at any statement. Python finds the names of a
    module as quickly as global ones.
    """

    def put(constant: Any) -> Any:
        if isinstance(constant, CodeType):
            return with_probe(constant, probe)
        return probe if type(constant) is str and constant == PROBE else constant

    return code.replace(co_consts=tuple(map(put, code.co_consts)))


@lru_cache(maxsize=8)
def compile_program(script: Script) -> Program:
    """Instrument and compile a script. The last few are kept: a run is begun anew often."""
    statements: list[Statement] = []
    copy_ = _Copy(script)
    firsts = []
    for number in range(len(script.loops)):
        firsts.append(len(statements))
        copy_.instrument(number, statements)
    firsts.append(len(statements))
    copy_.instrument_functions(statements)
    add_reports(copy_.tree, copy_.handled, script_metrics(script))
    return Program(
        script=script,
        statements=tuple(statements),
        whole=_compile(copy_.tree, script.path),
        firsts=tuple(firsts),
    )


@dataclass(frozen=True)
class Rest:
    """What enters a training loop between two epochs and runs on to the end of the script.

    Attributes:
        code: the rest of the module.
        functions: where the loop stands in a function, the rest of that, and before it the rests
            of the functions on the way to it, the outermost first. ``code`` calls the first and
            each calls the next by ``PROBE.resumed``; their names have the values that the probe's
            ``locals`` hold, a dict for each.
    """

    code: CodeType
    functions: tuple[CodeType, ...] = ()


@lru_cache(maxsize=8)
def _compile_rest(program: Program, number: int, calls: tuple[int, ...]) -> Rest | None:
    script, firsts = program.script, program.firsts
    copy_ = _Copy(script)
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
    metrics = script_metrics(script)
    rests: list[CodeType] = []
    # From the function of the loop outwards: the rest of each, and of who has called it.
    function = script.loops[number].function
    for level, line in zip(range(len(calls) - 1, -1, -1), reversed(calls), strict=True):
        if function is None:
            return None
        rests.insert(0, _compile_function(function, level, body, copy_, metrics, script.path))
        caller = _function_at(script.tree, line)
        found = _call_place(caller or script.tree, line, function.name)
        if found is None:
            return None
        path, statement = found
        holder = copy_.copied(caller or script.tree)
        inside = [copy_.copied(node) for node in path]
        siblings = [
            next(block for block in blocks(outer) if held in block)
            for outer, held in zip((holder, *inside), (*inside, statement), strict=True)
        ]
        body = [_calling(statement, function.name, level), *_behind(siblings, (*inside, statement))]
        function = caller
    if function is not None:
        return None
    futures: list[ast.stmt] = [
        node
        for node in copy_.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    rest = ast.Module(body=[*futures, *body], type_ignores=[])
    add_reports(rest, copy_.handled, metrics)
    return Rest(_compile(rest, script.path), tuple(rests))


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
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _call_place(holder: ast.AST, line: int, name: str) -> tuple[list[ast.stmt], ast.stmt] | None:
    """The statement at a line that calls a function and does nothing before that but look up
    names, and the statements around it; None where there is no such statement, or more than an
    ``if`` around it."""
    for block in blocks(holder):
        for node in block:
            if not node.lineno <= line <= (node.end_lineno or 0):
                continue
            if isinstance(node, ast.If):
                inside = _call_place(node, line, name)
                return None if inside is None else ([node, *inside[0]], inside[1])
            simple = isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return)
            value = getattr(node, "value", None)
            if simple and value is not None and _is_call_of(value, name):
                return [], node
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


def _compile_function(
    function: Function,
    level: int,
    body: list[ast.stmt],
    copy_: _Copy,
    metrics: MetricPlaces,
    path: str,
) -> CodeType:
    """The code of a function without arguments that runs on in the middle of another one."""
    global_names = {
        name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
    }
    # They are declared once, before what is left of the function, which may do so again.
    body = [node for node in body if not isinstance(node, ast.Global)]
    arguments = function.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    given += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    local = ({each.arg for each in given} | stored_names(function)) - global_names
    source = "".join(f"if {n!r} in here:\n {n} = here[{n!r}]\n" for n in sorted(local))
    loaders = ast.parse(source).body
    for node in loaders:
        for part in ast.walk(node):
            if isinstance(part, ast.expr | ast.stmt):
                part.lineno = part.end_lineno = function.lineno
    held = _Held(level)
    (new,) = ast.parse(f"def {function.name}():\n    pass").body
    assert isinstance(new, ast.FunctionDef)
    known = [ast.copy_location(ast.Global(sorted(global_names)), function)] if global_names else []
    new.body = [*known, *(held.visit(node) for node in loaders), *body]
    ast.copy_location(new, function)
    module = ast.Module(body=[new], type_ignores=[])
    add_reports(module, copy_.handled, metrics)
    (code,) = (
        each
        for each in _compile(ast.fix_missing_locations(module), path).co_consts
        if isinstance(each, CodeType)
    )
    return code


class _Held(ast.NodeTransformer):
    """Puts the probe's dict of a function's names in the place of ``here``."""

    def __init__(self, level: int) -> None:
        self._level = level

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != "here" or not isinstance(node.ctx, ast.Load):
            return node
        held = ast.Subscript(probe_attribute("locals"), ast.Constant(self._level), ast.Load())
        return ast.fix_missing_locations(ast.copy_location(held, node))


def script_metrics(script: Script) -> MetricPlaces:
    """Where the loops of a script, and what they call to evaluate, compute metrics."""
    return reduce(or_, (loop.metrics for loop in script.loops), MetricPlaces())


class _Copy:
    """A script's syntax tree with lists of statements of its own, to be changed.

    Simple statements and expressions are those of the script's own tree: they are never changed,
    and a literal may have a hundred thousand of them.

    Attributes:
        tree: the copy.
        places: where its training loops are.
        handled: the simple statements of the loops that have been instrumented, by identity.
    """

    def __init__(self, script: Script) -> None:
        self._copies = copies = copy_blocks(script.tree)
        self._script = script
        self.tree: ast.Module = copies[script.tree]
        self.handled: set[int] = set()
        self.places = [_LoopPlace(script.tree, loop, copies) for loop in script.loops]
        show_values(self.tree, shown_expressions(script.cells, script.tree))

    def copied(self, node: ast.AST) -> Any:
        """The copy of a node that holds statements; any other node itself."""
        return self._copies.get(node, node)

    def instrument(self, number: int, statements: list[Statement]) -> None:
        """Instrument one of the loops, and add its statements to those before."""
        place = self.places[number]
        siblings = place.siblings[-1]
        at = siblings.index(place.loop)
        loop = self._script.loops[number]
        instrumenter = Instrumenter(loop, number, statements, self.handled)
        siblings[at : at + 1] = instrumenter.replacement(place.loop)

    def instrument_functions(self, statements: list[Statement]) -> None:
        """Instrument the functions that train and that a training loop calls, and add their
        statements to those before."""
        loops = [place.loop for place in self.places]
        for function in _stepped_functions(self._script):
            instrumenter = FunctionInstrumenter(function, self._script.loops[0], statements)
            instrumenter.instrument(self._copies[function], loops)


def _stepped_functions(script: Script) -> list[ast.FunctionDef]:
    """The functions that a run is stepped through when its training loop calls them. Those that a
    compiler of PyTorch takes apart are left as they are."""
    steppers = script.loops[0].steppers
    loops = {loop.node for loop in script.loops if not loop.is_inner}
    return [
        node
        for node in ast.walk(script.tree)
        if isinstance(node, ast.FunctionDef)
        and node.name in steppers
        and loops.isdisjoint(ast.walk(node))
        and not any(_COMPILED.search(ast.unparse(each)) for each in node.decorator_list)
    ]


class _LoopPlace:
    """A training loop in a copy of a script.

    Attributes:
        loop: the loop.
        path: the statements around the loop in its function or at the top level, outermost first.
        siblings: the lists of statements that hold the loop, outermost first.
    """

    def __init__(self, tree: ast.Module, loop: TrainingLoop, copies: dict[ast.AST, Any]) -> None:
        self.loop: Loop = copies[loop.node]
        self.path: list[ast.stmt] = [copies[node] for node in loop.path]
        holder = copies[loop.function or tree]
        self.siblings: list[list[ast.stmt]] = [
            next(block for block in blocks(holder) if held in block)
            for holder, held in zip((holder, *self.path), (*self.path, self.loop), strict=True)
        ]


def _compile(tree: ast.Module, path: str) -> CodeType:
    with warnings.catch_warnings():
        # Such as `"is" with a literal`: said once, when the text was compiled as a whole.
        warnings.simplefilter("ignore")
        return compile(tree, path, "exec", dont_inherit=True)
