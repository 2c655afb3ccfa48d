"""A copy of a script's syntax tree that is instrumented, and how it is compiled."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from gdtui.engine.program.instrumenting import (
    FunctionInstrumenter,
    Instrumenter,
    OpenedInstrumenter,
    Statement,
)
from gdtui.engine.program.reports import FunctionReads, show_values
from gdtui.engine.script.loop import Loop, TrainingLoop
from gdtui.engine.script.metrics import MetricPlaces
from gdtui.engine.script.notebook import shown_expressions
from gdtui.engine.script.pipeline import stepped_functions
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import blocks, copy_blocks


def function_reads(script: Script) -> FunctionReads:
    """What is read in the functions that the loops of a script call."""
    return FunctionReads(
        metrics=reduce(or_, (loop.metrics for loop in script.loops), MetricPlaces()),
        used=reduce(or_, (loop.flow.used_at for loop in script.loops), {}),
    )


class ScriptCopy:
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
        self.places = [LoopPlace(script.tree, loop, copies) for loop in script.loops]
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
        steppers = self._script.loops[0].steppers
        for function in stepped_functions(self._script):
            if function.name in steppers:
                self._instrument_function(FunctionInstrumenter, function, statements)

    def open_functions(self, statements: list[Statement]) -> None:
        """Instrument all the other functions, and add their statements to those before."""
        steppers = self._script.loops[0].steppers
        for function in stepped_functions(self._script):
            if function.name not in steppers:
                self._instrument_function(OpenedInstrumenter, function, statements)

    def _instrument_function(
        self,
        kind: type[FunctionInstrumenter],
        function: ast.FunctionDef,
        statements: list[Statement],
    ) -> None:
        loops = [place.loop for place in self.places]
        instrumenter = kind(function, self._script.loops[0], statements)
        instrumenter.instrument(self._copies[function], loops)


class LoopPlace:
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
        self.siblings = sibling_lists(holder, self.path, self.loop)


def sibling_lists(
    holder: ast.AST, path: Sequence[ast.stmt], node: ast.stmt
) -> list[list[ast.stmt]]:
    """The lists of statements from a function or a module down to a statement in it, outermost
    first; ``path`` are the statements around it."""
    return [
        next(block for block in blocks(outer) if inner in block)
        for outer, inner in zip((holder, *path), (*path, node), strict=True)
    ]
