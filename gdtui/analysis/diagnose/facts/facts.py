"""What is known of a run: how it went, and what happened in the epochs that were watched."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, nan
from typing import Any, TypeVar

import numpy as np

from gdtui.analysis.diagnose.diagnosis import Diagnosis
from gdtui.analysis.diagnose.facts.events import (
    Backward,
    Cleared,
    Created,
    Event,
    Op,
    Ran,
    Spread,
    Step,
)
from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.analysis.diagnose.facts.watcher import attributes_of
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported
from gdtui.engine.program.observing import Watched
from gdtui.engine.record.history import History, was_there
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.script import Script

Kind = TypeVar("Kind", bound=Event)

VIEWS = {
    *("view", "reshape", "squeeze", "unsqueeze", "flatten", "__getitem__", "T.get", "t"),
    *("transpose", "permute", "contiguous", "clone", "to", "float", "double", "type", "stack"),
    *("expand", "ravel", "view_as", "reshape_as", "split", "chunk", "unbind", "cat", "cpu"),
    *("squeeze_", "unsqueeze_", "select", "index_select", "narrow", "data.get", "detach", "mT.get"),
}
"""What gives the same numbers in another form."""

_ROWS = ("stack", "cat")
"""What puts several tensors into one, as a loader does with the samples of a batch."""


@dataclass(eq=False)
class Facts:
    """What the rules go by.

    Attributes:
        script: the script.
        moment: the end of its run.
        history: the recorded epochs of that run.
        diagnosis: how that run behaves.
        learning_rate: the learning rate by settings and optimizers; None if unknown.
        events: what happened in the epochs that were watched.
        watched: the statements of the script, by their index.
        epochs: the last epoch that was watched from its start to its end.
        is_cut: whether events were left out because there were too many.
        stop: when the run stopped before its script would have ended it.
        owners: the objects of which statements have set attributes.
        found: the names of the rules that have found something so far.
    """

    script: Script
    moment: Moment
    history: History
    diagnosis: Diagnosis
    learning_rate: float | None
    events: list[Event]
    watched: tuple[Watched, ...]
    epochs: int
    is_cut: bool = False
    stop: StopRule = NO_RULE
    owners: tuple[Any, ...] = ()
    found: set[str] = field(default_factory=set)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """All events of a kind, in order."""
        return [each for each in self.events if type(each) is kind]

    @cached_property
    def ops(self) -> list[Op]:
        return self.of(Op)

    @cached_property
    def backwards(self) -> list[Backward]:
        return self.of(Backward)

    @cached_property
    def steps(self) -> list[Step]:
        return self.of(Step)

    @cached_property
    def cleared(self) -> list[Cleared]:
        return self.of(Cleared)

    @cached_property
    def created(self) -> list[Created]:
        return self.of(Created)

    @cached_property
    def ran(self) -> list[Ran]:
        return self.of(Ran)

    @cached_property
    def spreads(self) -> list[Spread]:
        return self.of(Spread)

    # The run --------------------------------------------------------------------------

    @property
    def failure(self) -> str:
        """What the script raised, in words; empty where it did not fail."""
        return self.moment.message if self.moment.failure is not None else ""

    @cached_property
    def losses(self) -> list[float]:
        """The loss of each epoch, those that were not there left out; where none was recorded, the
        numbers of the only list that the training fills."""
        values = self.history.loss[:]
        found = [float(each) for each in values[was_there(values)]]
        if found or self.filled_list is None:
            return found
        held = self.moment.loop_variable(self.filled_list[1])
        numbers: Any = held.value if held is not None else ()
        if not is_a(numbers, (list, tuple)):
            return []
        found = [each for each in numbers if type(each) is float]
        return found if len(found) == len(numbers) else []

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The first loss and the last one; where no epoch has a first one that is finite, those of
        the batches that were watched. NaN where there are none."""
        losses = self.losses
        if not losses or not isfinite(losses[0]):
            losses = [each.value for each in self.backwards if each.epoch and not each.error]
        return (losses[0], losses[-1]) if losses else (nan, nan)

    @cached_property
    def filled_list(self) -> tuple[int, str] | None:
        """The statement and the name of the only list of numbers that gets one more in each epoch;
        None where there is none, or several."""
        lists: dict[tuple[int, str], list[list[Any]]] = {}
        for each in self.ran:
            if each.epoch and each.in_epoch:
                for path, value in each.after.items():
                    if type(value) is list and value and is_a(value[-1], float):
                        lists.setdefault((each.index, path), []).append(value)
        grown = [
            key
            for key, held in lists.items()
            if [len(each) for each in held] == list(range(1, self.epochs + 1))
        ]
        return grown[0] if len(grown) == 1 else None

    @property
    def stands_still(self) -> bool:
        """Whether no recorded parameter has other values after the last epoch than after the first,
        and there are at least two epochs."""
        columns = self.history.parameters.values()
        return len(self.history) > 1 and all(
            np.array_equal(each[0], each[len(each) - 1], equal_nan=True) for each in columns
        )

    # The script's text ----------------------------------------------------------------

    def text(self, line: int) -> str:
        """A line of the script; empty for none."""
        lines = self.script.lines
        return lines[line - 1] if 1 <= line <= len(lines) else ""

    def statement(self, line: int) -> Watched | None:
        """The innermost statement that stands on a line."""
        found = [each for each in self.watched if each.line <= line <= each.end_line]
        return min(found, key=lambda each: each.end_line - each.line, default=None)

    def entry_line(self, line: int, name: str) -> int:
        """In a statement over several lines the line of the entry that a path such as
        ``net['W']`` or ``layers[0]`` ends in; ``line`` where that is not to be seen."""
        statement = self.statement(line)
        key = re.search(r"\[(?:'([^']*)'|(\d+))\]$", name)
        value = getattr(statement.node, "value", None) if statement is not None else None
        if key is None:
            return line
        if isinstance(value, ast.Dict):
            wanted: object = key[1] if key[1] is not None else int(key[2])
            for each, held in zip(value.keys, value.values, strict=True):
                if isinstance(each, ast.Constant) and each.value == wanted:
                    return held.lineno
        if isinstance(value, ast.List | ast.Tuple) and key[2] and int(key[2]) < len(value.elts):
            return value.elts[int(key[2])].lineno
        if isinstance(value, ast.Call):
            return next((e.value.lineno for e in value.keywords if e.arg == key[1]), line)
        return line

    def returned(self, statement: Watched, path: str) -> ast.expr | None:
        """What the script's function that a statement calls returns for one of its targets; None
        where that is not to be seen."""
        call = getattr(statement.node, "value", None)
        if not isinstance(call, ast.Call) or path not in statement.targets:
            return None
        functions = [
            node
            for node in ast.walk(self.script.tree)
            if isinstance(node, ast.FunctionDef) and node.name == _last_name(call.func)
        ]
        ends = [
            node.value
            for each in functions
            for node in ast.walk(each)
            if isinstance(node, ast.Return) and node.value is not None
        ]
        if len(functions) != 1 or len(ends) != 1:
            return None
        value, count = ends[0], len(statement.targets)
        if isinstance(value, ast.Tuple) and len(value.elts) == count:
            return value.elts[statement.targets.index(path)]
        return value

    def calls(self, *names: str) -> list[ast.Call]:
        """The calls in the script of what has one of these last names, in the order of the text."""
        found = [
            node
            for node in ast.walk(self.script.tree)
            if isinstance(node, ast.Call) and _last_name(node.func) in names
        ]
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))

    # Tensors --------------------------------------------------------------------------

    @cached_property
    def _makers(self) -> dict[int, Op]:
        makers: dict[int, Op] = {}
        for op in self.ops:
            for each in op.outputs:
                makers.setdefault(id(each), op)
        return makers

    def maker(self, tensor: Any) -> Op | None:
        """The operation that has made a tensor; None where none was seen."""
        return self._makers.get(id(tensor))

    @cached_property
    def node_makers(self) -> dict[int, Op]:
        """The operation behind each note of autograd, by the identity of the note."""
        return {id(node): op for op in self.ops for node in op.nodes}

    def behind(self, tensor: Any) -> Iterator[Op]:
        """The operations that a tensor was computed by, the last one first."""
        seen: set[int] = set()
        left = [tensor]
        while left:
            op = self.maker(left.pop(0))
            if op is None or id(op) in seen:
                continue
            seen.add(id(op))
            yield op
            left += op.inputs

    def source(self, tensor: Any) -> Any:
        """The tensor that has the numbers of another one, before these got another form."""
        seen: set[int] = set()
        while id(tensor) not in seen:
            seen.add(id(tensor))
            op = self.maker(tensor)
            if op is None or op.name not in VIEWS or not op.inputs:
                break
            if op.name in ("stack", "cat"):
                # Of the rows of one tensor, as a loader makes a batch, and not of several.
                sources = {id(found): found for found in map(self.source, op.inputs)}
                if len(sources) != 1:
                    break
                tensor = next(iter(sources.values()))
            else:
                tensor = op.inputs[0]
        return tensor

    def origin(self, tensor: Any) -> Op | None:
        """The operation that has made the numbers of a tensor, not only their form; None where it
        was not seen."""
        return self.maker(self.source(tensor))

    def origin_line(self, tensor: Any) -> int:
        """The line that has made the numbers of a tensor; 0 for an unknown one."""
        found = self.source(tensor)
        op = self.maker(found)
        if op is not None:
            lines = {self.origin_line(each) for each in op.inputs} if op.name in _ROWS else set()
            return lines.pop() if len(lines) == 1 and lines != {0} else op.line
        for each in self.ran:
            for path, value in each.after.items():
                if value is found:
                    return each.line
                for part, inside in _tensors_of(value) if type(value) in (list, dict) else ():
                    if inside is found:
                        return self.entry_line(each.line, path + part)
        return 0

    @cached_property
    def _names(self) -> dict[int, str]:
        names: dict[int, str] = {}
        for each in self.ran:
            for held in (each.before, each.after):
                for path, value in held.items():
                    if is_tensor(value):
                        names.setdefault(id(value), path)
                    for part, inside in _tensors_of(value):
                        names.setdefault(id(inside), f"{path}{part}")
        return names

    def name(self, tensor: Any) -> str:
        """The script's name for a tensor; empty for none."""
        return self._names.get(id(tensor), "")

    @cached_property
    def modules(self) -> list[Any]:
        """The outermost modules of torch that the script has bound to names."""
        found: dict[int, Any] = {}
        for each in self.ran:
            for value in each.after.values():
                for module in _modules_of(value):
                    found[id(module)] = module
        return list(found.values())

    @property
    def held(self) -> set[int]:
        """The tensors that any optimizer holds, by identity."""
        made = {id(each.optimizer): each.optimizer for each in self.created}
        made |= {id(each.optimizer): each.optimizer for each in self.steps}
        return {
            id(tensor)
            for each in made.values()
            for group in each.param_groups
            for tensor in group["params"]
        }

    @cached_property
    def moved(self) -> set[int]:
        """The leaves that something has changed after the training had begun, by identity."""
        found = {id(op.leaf) for op in self.ops if op.leaf is not None and op.epoch > 0}
        return found | {id(each) for step in self.steps for each in step.filled}

    @cached_property
    def reads_gradient(self) -> set[int]:
        """The leaves whose gradient the script's own statements read, by identity."""
        return {id(op.inputs[0]) for op in self.ops if op.name == "grad.get"} | self.asked

    @cached_property
    def asked(self) -> set[int]:
        """The tensors by which the script has asked ``torch.autograd.grad`` for derivatives, by
        identity."""
        asking = [op for op in self.ops if op.name == "grad" and not op.error]
        return {id(each) for op in asking for each in op.inputs[1:]}


def _tensors_of(value: Any) -> Iterator[tuple[str, Any]]:
    """The parameters of a module, and the tensors in a list or a dict, with how to get at them."""
    if is_a(value, (list, tuple)) and len(value) < 200:
        for place, each in enumerate(value):
            if is_tensor(each):
                yield f"[{place}]", each
    elif is_a(value, dict) and len(value) < 200:
        for key, each in value.items():
            if is_tensor(each):
                yield f"[{key!r}]", each
    else:
        for module in _modules_of(value):
            for name, each in module.named_parameters():
                yield f".{name}", each


def _modules_of(value: Any) -> Iterator[Any]:
    nn = imported("torch.nn")
    if nn is None:
        return
    if is_a(value, nn.Module):
        yield value
        return
    held = attributes_of(value) or {}
    for each in list(held.values())[:50]:
        if is_a(each, nn.Module):
            yield each


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
