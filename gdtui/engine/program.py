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
import re
import warnings
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
from gdtui.engine.syntax import blocks, copy_blocks

_COMPILED = re.compile(r"\b(?:compile|jit|script|trace|disable)\b")
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

    def rest(self, loop: int) -> CodeType | None:
        """What enters one of the script's loops between two epochs and runs on to the end of the
        script, taking what is left to iterate over from the probe; None where that is not
        possible. Compiled when it is asked for: whoever never goes back does not need it."""
        return _compile_rest(self, loop) if self.script.loops[loop].resumable else None

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
    ``show``, ``ran`` and the value ``remaining``.

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


@lru_cache(maxsize=8)
def _compile_rest(program: Program, number: int) -> CodeType:
    script, firsts = program.script, program.firsts
    copy_ = _Copy(script)
    # The other loops first: what follows this one in the text goes into the rest.
    for other, first in enumerate(firsts[:-1]):
        if other != number:
            copy_.instrument(other, [_UNUSED] * first)
    copy_.instrument_functions([_UNUSED] * firsts[-1])
    body: list[ast.stmt] = [
        node
        for node in copy_.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    place = copy_.places[number]
    loop = place.loop
    if isinstance(loop, ast.For):
        # The iterable was evaluated when the loop was first entered.
        loop.iter = ast.copy_location(probe_attribute("remaining"), loop.iter)
    # From the innermost list of statements outwards: what follows the loop in each.
    behind: list[ast.stmt] = []
    for siblings, node in zip(reversed(place.siblings), (loop, *reversed(place.path)), strict=True):
        behind += siblings[siblings.index(node) + 1 :]
    statements = [_UNUSED] * firsts[number]
    instrumenter = Instrumenter(script.loops[number], number, statements, copy_.handled)
    body += instrumenter.replacement(loop)
    body += behind
    rest = ast.Module(body=body, type_ignores=[])
    add_reports(rest, copy_.handled, script_metrics(script))
    return _compile(rest, script.path)


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
