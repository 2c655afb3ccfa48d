"""Who does what in a training script, and which lines belong to a statement: what there is
to say of a script while it runs, without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gdtui.engine.script.loop import Phase, TrainingLoop
from gdtui.engine.script.needs import LoopCode, is_missing, needs_no_zeroing, zeroes
from gdtui.engine.script.script import Script
from gdtui.engine.script.statements import called_stepper, fills_gradient, steps_optimizer
from gdtui.engine.script.syntax import (
    Function,
    assigned,
    calls,
    children,
    in_order,
    last_name,
    statements_in,
)

PIPELINE = (Phase.PREDICT, Phase.LOSS, Phase.GRADIENT, Phase.UPDATE, Phase.ZERO)
"""The phases of one turn of the training loop, in the usual order."""

_ROLES = {
    Phase.PREDICT: "prediction",
    Phase.LOSS: "loss",
    Phase.GRADIENT: "gradients",
    Phase.UPDATE: "parameter updates",
}
BY_HAND, _AUTOGRAD, _PYTORCH = "by hand", "autograd", "PyTorch"
MISSING, NOT_NEEDED = "missing", "not needed"


_COMPILED = re.compile(r"\b(?:compile|jit|script|trace|disable)\b")


@dataclass(frozen=True)
class Job:
    """One phase of the pipeline in a script.

    Attributes:
        phase: the phase.
        who: who does it, ``by hand``, ``autograd`` or ``PyTorch``, or in the script's own
            words; ``missing`` where nobody does and the loop needs it, ``not needed`` where it
            does not; empty where the script does not tell.
        lines: the lines of the statements that do it; empty where there are none.
    """

    phase: Phase
    who: str
    lines: tuple[int, ...]


@lru_cache(maxsize=64)
def find_jobs(script: Script) -> tuple[Job, ...]:
    """The phases of a script in the order in which its loop comes to them; one that no statement
    belongs to stands where it usually does. Who does them is what the docstring says, or else
    what the statements show."""
    found: dict[Phase, list[ast.stmt]] = {phase: [] for phase in PIPELINE}
    order: list[Phase] = []
    unused = script.left_out
    for phase, node in _in_training(script):
        if phase in found and node not in unused:
            found[phase].append(node)
            order.append(phase)
    code = LoopCode(script.loop, script.tree, unused)
    return tuple(
        Job(
            phase,
            _who(phase, found[phase], script.roles.get(_ROLES.get(phase, ""), ""), code),
            tuple(node.lineno for node in found[phase]),
        )
        for phase in _completed(order)
    )


def _in_training(script: Script) -> Iterator[tuple[Phase | None, ast.stmt]]:
    """The simple statements of the training loop and of the functions that it calls to train, as
    it comes to them, and what they do."""
    functions, _ = _definitions(script)
    done: set[str] = set()

    def walk(loop: TrainingLoop, body: list[ast.stmt]) -> Iterator[tuple[Phase | None, ast.stmt]]:
        for node in _statements(body):
            if children(node):
                continue
            name = called_stepper(node, loop.steppers & functions.keys())
            if name and name not in done:
                done.add(name)
                yield from walk(loop.inside(functions[name]), functions[name].body)
            phase = loop.phase(node)
            if phase in (Phase.PREDICT, Phase.LOSS) and _evaluates(script, node):
                continue
            if not name or steps_optimizer(node):
                yield phase, node

    return walk(script.loop, script.loop.node.body)


def stepped_functions(script: Script) -> tuple[ast.FunctionDef, ...]:
    """The functions that a run can be stepped through when its training loop calls them. Those that
    a compiler of PyTorch takes apart are left as they are."""
    loops = frozenset(loop.node for loop in script.loops if not loop.is_inner)
    return _functions_without(script.tree, loops)


@lru_cache(maxsize=64)
def _functions_without(
    tree: ast.Module, loops: frozenset[ast.For | ast.While]
) -> tuple[ast.FunctionDef, ...]:
    """By the tree, not by the script: scripts of the same text are equal, and have nodes of their
    own."""
    return tuple(
        node
        for node in statements_in(tree)
        if isinstance(node, ast.FunctionDef)
        and loops.isdisjoint(ast.walk(node))
        and not any(_COMPILED.search(ast.unparse(each)) for each in node.decorator_list)
    )


@lru_cache(maxsize=64)
def has_batches(script: Script) -> bool:
    """Whether a script computes its loss in a loop inside the training loop, anew in every turn:
    of a part of its samples at a time."""
    functions, _ = _definitions(script)
    loop = script.loop
    places: list[tuple[TrainingLoop, ast.stmt]] = [(loop, loop.node)]
    reached = {
        name
        for node in in_order(loop.node)
        if isinstance(node, ast.stmt) and (name := called_stepper(node, loop.steppers))
    }
    places += [(loop.inside(functions[name]), functions[name]) for name in sorted(reached)]
    return any(
        isinstance(each, ast.Assign) and inside.phase(each) is Phase.LOSS
        for inside, part in places
        for node in in_order(part)
        if isinstance(node, ast.For | ast.While)
        for each in in_order(node)
    )


def _evaluates(script: Script, node: ast.stmt) -> bool:
    """Whether a statement of the training loop stands in a block that switches autograd off for
    it: what is predicted there is not trained on."""
    return any(each.lineno > script.loop.line for each in _no_grad_around(script, node.lineno))


@lru_cache(maxsize=256)
def under_no_grad(script: Script, line: int) -> bool:
    """Whether the statement at a line stands in a block that switches autograd off."""
    return any(True for _ in _no_grad_around(script, line))


def _no_grad_around(script: Script, line: int) -> Iterator[ast.With]:
    for node in ast.walk(script.tree):
        if (
            isinstance(node, ast.With)
            and node.lineno <= line <= (node.end_lineno or 0)
            and any(calls(item.context_expr, "no_grad", "inference_mode") for item in node.items)
        ):
            yield node


@lru_cache(maxsize=256)
def import_line(script: Script, module: str) -> int | None:
    """The first line that imports a module or what it belongs to; None where there is none."""
    package = module.partition(".")[0]
    for node in ast.walk(script.tree):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        if package in {name.partition(".")[0] for name in names}:
            return node.lineno
    return None


@lru_cache(maxsize=256)
def imports(script: Script, module: str) -> bool:
    """Whether a script imports a module, or something from it, anywhere but where its settings
    leave it out."""
    unused = script.left_out
    found = {
        name.partition(".")[0]
        for node in statements_in(script.tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in unused
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    return module in found


@lru_cache(maxsize=256)
def statement_at(script: Script, line: int) -> ast.stmt | None:
    """The statement that begins at a line; None where none does."""
    return next(
        (
            node
            for node in ast.walk(script.tree)
            if isinstance(node, ast.stmt) and node.lineno == line
        ),
        None,
    )


def statement_lines(script: Script, line: int) -> range:
    """The lines of the statement that begins at a line; of a compound one, its header."""
    node = statement_at(script, line)
    if node is None:
        return range(line, line + 1)
    last = _header_end(node) if children(node) else node.end_lineno or line
    return range(line, last + 1)


@lru_cache(maxsize=256)
def called_lines(script: Script, line: int) -> tuple[range, ...]:
    """The lines of the script's own functions that the statement at a line calls. Calling an
    object of one of its classes, such as ``model(x)``, calls the ``forward`` of that class."""
    found: dict[int, range] = {}
    lines = statement_lines(script, line)
    functions, classes = _definitions(script)
    for node in ast.walk(script.tree):
        if not isinstance(node, ast.Call) or node.lineno not in lines:
            continue
        name = last_name(node.func)
        definition = functions.get(name)
        if name not in functions and name in classes:
            definition = _method(classes[name], "forward") or _method(classes[name], "__call__")
        if definition:
            found[definition.lineno] = range(definition.lineno, (definition.end_lineno or 0) + 1)
    return tuple(found.values())


def _header_end(node: ast.stmt) -> int:
    """The last line of what stands before the colon of a compound statement."""
    if isinstance(node, Function):
        return max(node.lineno, node.body[0].lineno - 1)
    last = node.lineno
    for child in ast.iter_child_nodes(node):
        part = child.context_expr if isinstance(child, ast.withitem) else child
        if isinstance(part, ast.expr):
            last = max(last, part.end_lineno or 0)
    return last


def _definitions(script: Script) -> tuple[dict[str, Function], dict[str, ast.ClassDef]]:
    """The functions of a script by name, and its classes by the names of their objects."""
    functions = {n.name: n for n in ast.walk(script.tree) if isinstance(n, Function)}
    by_name = {n.name: n for n in ast.walk(script.tree) if isinstance(n, ast.ClassDef)}
    objects = {
        name: by_name[last_name(node.value.func)]
        for node in ast.walk(script.tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and last_name(node.value.func) in by_name
        for name in assigned(node)
    }
    return functions, objects


def _method(owner: ast.ClassDef, name: str) -> Function | None:
    for node in owner.body:
        if isinstance(node, Function) and node.name == name:
            return node
    return None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        yield from (each for each in in_order(node) if isinstance(each, ast.stmt))


def _completed(seen: list[Phase]) -> list[Phase]:
    """The phases as the script comes to them, and the others beside those that usually stand next
    to them."""
    order = list(dict.fromkeys(seen))
    for place, phase in enumerate(PIPELINE):
        if phase in order:
            continue
        before = [each for each in PIPELINE[:place] if each in order]
        after = [each for each in PIPELINE[place:] if each in order]
        if before:
            order.insert(order.index(before[-1]) + 1, phase)
        else:
            order.insert(order.index(after[0]) if after else len(order), phase)
    return order


def _who(phase: Phase, nodes: list[ast.stmt], role: str, code: LoopCode) -> str:
    if not nodes:
        if is_missing(phase, code):
            return MISSING
        if phase is Phase.ZERO and not zeroes(code) and needs_no_zeroing(code):
            return NOT_NEEDED
        return role
    if role:
        return role
    if phase is Phase.ZERO:
        return _PYTORCH if any(calls(node, "zero_grad") for node in nodes) else BY_HAND
    if phase is Phase.GRADIENT and nodes:
        return _AUTOGRAD if any(map(fills_gradient, nodes)) else BY_HAND
    if phase is Phase.UPDATE and nodes:
        return _PYTORCH if any(map(steps_optimizer, nodes)) else BY_HAND
    return ""
