"""Which loops of a script are its training loops.

They are those that most surely train, by themselves or in the functions that they call. A loop
may stand in a function or a class. Which of them the run comes by, and which of them runs inside
another one, only the run shows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.flow import NO_FLOW, Flow
from gdtui.engine.script.loop import Loop, TrainingLoop
from gdtui.engine.script.losses import (
    loss_names,
)
from gdtui.engine.script.statements import (
    GRADIENT,
    fills_gradient,
    steps_optimizer,
    surely_updates,
    updated_names,
)
from gdtui.engine.script.syntax import Function, children, in_order, last_name, statements_in

Functions = dict[str, Function]

_AUTOGRAD = 3
_AUTOGRAD_LIBRARIES = frozenset({"torch", "lightning", "pytorch_lightning", "accelerate"})
_BY_HAND = 2
_ALIKE = 1


def find_training_loops(tree: ast.Module, cells: Sequence[range] = ()) -> tuple[TrainingLoop, ...]:
    """The loops of a script that update parameters, the one that comes first in a run before the
    others, as far as the text tells.

    They may stand under ``if __name__ == "__main__":`` or inside another ``if``, ``try`` or
    ``with``, in a function, a method or the body of a class. Of nested loops the outermost is the
    training loop, and its turns are the epochs. What updates by hand, by no gradient of PyTorch,
    is less sure: where such a loop stands at the top level, those in functions are not meant.

    A notebook is often several scripts in a row. In one, with its ``cells`` as ranges of lines,
    a loop that updates by hand and has a loss is a training loop too, although one in another
    cell trains with autograd.

    Raises:
        ScriptError: there is no such loop.
    """
    defined = [node for node in statements_in(tree) if isinstance(node, Function)]
    functions: Functions = {node.name: node for node in defined}
    everything: dict[str, list[Function]] = {}
    for node in defined:
        everything.setdefault(node.name, []).append(node)
    imports_autograd = _imports(tree, _AUTOGRAD_LIBRARIES)
    others = _other_names(tree, functions)
    evidence = _Evidence(functions, everything, others, imports_autograd=imports_autograd)
    places: list[tuple[Function | None, list[ast.stmt]]] = [(None, tree.body)]
    places += [(node, node.body) for node in defined]
    candidates = [
        (found, node, path, function)
        for function, body in places
        for node, path in _outermost_loops(body, ())
        if (found := evidence.of(node))
    ]
    if not candidates:  # an update may have been forgotten
        candidates = [
            (_ALIKE, node, path, function)
            for function, body in places
            for node, path in _outermost_loops(body, ())
            if evidence.lacks_update(node)
        ]
    if not candidates:
        raise ScriptError(_NO_LOOP)
    best = max(found for found, *_ in candidates)
    chosen = [(node, path, function) for found, node, path, function in candidates if found == best]
    if best < _AUTOGRAD and any(function is None for _, _, function in chosen):
        chosen = [each for each in chosen if each[2] is None]
    if best == _AUTOGRAD and cells:
        taken = {_cell_of(node, cells) for node, _, _ in chosen}
        chosen += [
            (node, path, function)
            for found, node, path, function in candidates
            if found == _BY_HAND and function is None and _cell_of(node, cells) not in taken
            if surely_updates(node, frozenset(functions))
        ]
    from_loops = [evidence.called_in(node) for node, _, _ in chosen]
    steppers = evidence.trained_in()
    loops = [
        TrainingLoop(
            node=node,
            path=path,
            loss_names=evidence.losses(node),
            updated_names=evidence.updated(node),
            flow=evidence.flow(node),
            functions=frozenset(functions),
            steppers=steppers,
            definitions=tuple(_definitions(tree, node)),
            function=function,
            is_inner=function is not None
            and any(
                function.name in called
                for (other, _, _), called in zip(chosen, from_loops, strict=True)
                if other is not node
            ),
            entered_at=node.lineno
            if function is None
            else _first_call(tree, function.name, evidence),
        )
        for node, path, function in chosen
    ]
    loops.sort(key=lambda loop: (loop.is_inner, loop.entered_at, loop.line))
    return tuple(loops)


def _cell_of(node: ast.stmt, cells: Sequence[range]) -> int | None:
    return next((number for number, lines in enumerate(cells) if node.lineno in lines), None)


def _first_call(tree: ast.Module, name: str, evidence: _Evidence) -> int:
    """The line of the first statement at the top level that leads to a function; the last line
    where none is seen to."""
    for node in tree.body:
        if not isinstance(node, Function | ast.ClassDef) and name in evidence.called_in(node):
            return node.lineno
    return max((node.end_lineno or node.lineno for node in tree.body), default=1)


def _definitions(tree: ast.Module, loop: Loop) -> Iterator[ast.AST]:
    """The functions, classes and lambdas of a script outside its loop."""
    left: list[ast.AST] = list(tree.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
        elif node is not loop:
            left += ast.iter_child_nodes(node)


# Where the loop is --------------------------------------------------------------------


def _outermost_loops(
    body: list[ast.stmt], path: tuple[ast.stmt, ...]
) -> Iterator[tuple[Loop, tuple[ast.stmt, ...]]]:
    for node in body:
        if isinstance(node, ast.For | ast.While):
            yield node, path
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            yield from _outermost_loops(children(node), (*path, node))


class _Evidence:
    """How surely pieces of a script train, by themselves or in the functions that they call."""

    def __init__(
        self,
        functions: Functions,
        everything: Mapping[str, Sequence[Function]],
        other_names: Mapping[str, str],
        *,
        imports_autograd: bool,
    ) -> None:
        self._functions = functions
        self._imports_autograd = imports_autograd
        self._names = frozenset(functions)
        self._all = everything
        self._others = other_names
        self._facts: dict[int, _Facts] = {}
        self._flows: dict[int, Flow] = {}

    def flow(self, loop: Loop) -> Flow:
        """How the data of a loop flow that trains by hand. Where autograd finds the gradients,
        what it keeps of the flow is out of sight."""
        known = self._flows.get(id(loop))
        if known is None:
            # A `backward` of the script's own may do by hand what autograd does.
            searched = not (self._imports_autograd and self._trains(loop))
            known = NO_FLOW
            if searched:
                by_form = partial(self._updated_by_form, loop)
                known = Flow(loop, self._all, loss_names(loop), by_form)
            self._flows[id(loop)] = known
        return known

    def updated(self, loop: Loop) -> tuple[str, ...]:
        """What a loop updates by hand: by the flow of its data, or else by the form and the names
        of its statements."""
        flow = self.flow(loop)
        return flow.parameters if flow.grade else self._updated_by_form(loop) or flow.parameters

    def _updated_by_form(self, loop: Loop) -> tuple[str, ...]:
        return updated_names(loop, self._names) or _updated_in_calls(loop, self._functions)

    def losses(self, loop: Loop) -> tuple[str, ...]:
        """The names that may hold the loss, the likeliest first."""
        flow = self.flow(loop)
        if flow.collects_loss:
            return ()
        return tuple(dict.fromkeys((*flow.losses, *loss_names(loop))))

    def of(self, part: Loop) -> int:
        """3 with autograd or an optimizer, 2 with an update and a loss by hand, 1 with an update
        by hand alone or with something like one, 0 without any update."""
        if self._trains(part):
            return 3
        grade = self.flow(part).grade
        if grade == _BY_HAND:
            return _BY_HAND
        reached = [self._read(part), *map(self._of_function, self.called_in(part))]
        if any(each.updates for each in reached):
            return 2 if loss_names(part) else 1
        return grade

    def lacks_update(self, part: Loop) -> bool:
        """Whether a loop counts epochs and computes a loss and what is named like a gradient,
        so that all it lacks is an update."""
        if not isinstance(part, ast.For):
            return False
        if "epoch" not in ast.unparse(part.target) + ast.unparse(part.iter):
            return False
        reached = [part, *(self._functions[name] for name in self.called_in(part))]
        targets = {
            each.id
            for node in reached
            for each in ast.walk(node)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        }
        return bool(loss_names(part)) and any(map(GRADIENT.fullmatch, targets))

    def _trains(self, part: ast.AST) -> bool:
        reached = [self._read(part), *map(self._of_function, self.called_in(part))]
        return any(each.trains for each in reached)

    def called_in(self, part: ast.AST) -> frozenset[str]:
        """The functions that a piece of code calls, directly or by way of others."""
        found: set[str] = set()
        left = list(self._read(part).calls)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += self._of_function(name).calls
        return frozenset(found)

    def trained_in(self) -> frozenset[str]:
        """The functions that train with autograd or an optimizer when they are called."""
        callers: dict[str, list[str]] = {}
        for name in self._functions:
            for called in self._of_function(name).calls:
                callers.setdefault(called, []).append(name)
        found = {name for name in self._functions if self._of_function(name).trains}
        left = list(found)
        while left:
            new = set(callers.get(left.pop(), ())) - found
            found |= new
            left += new
        return frozenset(found)

    def _of_function(self, name: str) -> _Facts:
        return self._read(self._functions[name])

    def _read(self, part: ast.AST) -> _Facts:
        known = self._facts.get(id(part))
        if known is None:
            known = self._facts[id(part)] = self._read_anew(part)
        return known

    def _read_anew(self, part: ast.AST) -> _Facts:
        called = {last_name(node.func) for node in ast.walk(part) if isinstance(node, ast.Call)}
        # One that is passed on is called by whoever gets it; and it may have another name here.
        called |= {
            each.id
            for node in ast.walk(part)
            if isinstance(node, ast.Call)
            for each in (*node.args, *(keyword.value for keyword in node.keywords))
            if isinstance(each, ast.Name)
        }
        called |= {self._others[name] for name in called & self._others.keys()}
        return _Facts(
            calls=self._names & called,
            trains=fills_gradient(part) or steps_optimizer(part),
            updates=bool(updated_names(part, self._names)),
        )


def _other_names(tree: ast.Module, functions: Functions) -> dict[str, str]:
    """Other names for functions, as by ``go = step``, and names for those that a function makes and
    returns, as by ``step = make_step(model)``."""
    found: dict[str, str] = {}
    for node in statements_in(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        value = node.value
        if isinstance(value, ast.Name) and value.id in functions:
            found[node.targets[0].id] = value.id
        elif isinstance(value, ast.Call) and _makes_function(functions.get(last_name(value.func))):
            found[node.targets[0].id] = last_name(value.func)
    return found


def _makes_function(function: Function | None) -> bool:
    """Whether a function returns one that it defines."""
    if function is None:
        return False
    inside = {node.name for node in statements_in(function) if isinstance(node, Function)}
    return any(
        isinstance(node, ast.Return)
        and isinstance(node.value, ast.Name)
        and node.value.id in inside
        for node in statements_in(function)
    )


def _imports(tree: ast.Module, libraries: frozenset[str]) -> bool:
    """Whether a script imports one of some libraries, or anything in one."""
    modules = [
        name
        for node in statements_in(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [each.name for each in node.names]
        )
    ]
    return any(each.partition(".")[0] in libraries for each in modules)


@dataclass(frozen=True)
class _Facts:
    """Which of a script's functions a piece of code calls, whether it fills gradients in or steps
    an optimizer, and whether it updates anything by hand."""

    calls: frozenset[str]
    trains: bool
    updates: bool


def _updated_in_calls(loop: Loop, functions: Functions) -> tuple[str, ...]:
    """The names that a loop without updates of its own updates by its calls: ``model.w`` where
    ``model.step(x, y)`` does ``self.w -= ...``, and a global ``w`` where a function does."""
    found: dict[str, None] = {}
    for call in (node for node in in_order(loop) if isinstance(node, ast.Call)):
        function = functions.get(last_name(call.func))
        if function is None:
            continue
        names_there = updated_names(function, frozenset(functions))
        if isinstance(call.func, ast.Attribute) and function.args.args:
            self_name, owner = function.args.args[0].arg, ast.unparse(call.func.value)
            for name in names_there:
                if name.startswith(f"{self_name}."):
                    found[owner + name.removeprefix(self_name)] = None
        globals_there = {
            name
            for node in ast.walk(function)
            if isinstance(node, ast.Global)
            for name in node.names
        }
        found |= {name: None for name in names_there if name in globals_there}
    return tuple(found)


_NO_LOOP = (
    "there is no training loop; one is a `for` or `while` that updates parameters, such as "
    "`for epoch in range(epochs):` with `w -= learning_rate * dw` or `optimizer.step()` in it"
)
