"""The calls of the probe that stand between the statements of an instrumented script.

:mod:`gdtui.engine.program.program` says what they are for.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from gdtui.engine.program.probe_calls import (
    Located,
    call_probe,
    header_place,
    is_call_of_probe,
    is_probe,
    metric_calls,
    on_line,
    placed,
    probe_attribute,
    update_calls,
    with_loss_sent,
)
from gdtui.engine.script.loop import Loop, Phase, TrainingLoop
from gdtui.engine.script.losses import (
    assigns_loss,
)
from gdtui.engine.script.statements import (
    fills_gradient,
)
from gdtui.engine.script.syntax import (
    Function,
    argument_names,
    assigned,
    children,
)


@dataclass(frozen=True)
class Statement:
    """A place in the training loop where the run can pause: a statement that has just run.

    ``line`` and ``end_line`` count from 1 and are those of the script's text; for a
    compound statement they are the lines of its header. ``assigns`` are the plain names to
    which it gives a value. ``begins_batch``: it is the header of a loop over the batches.
    """

    index: int
    line: int
    end_line: int
    phase: Phase | None
    assigns: tuple[str, ...] = ()
    begins_batch: bool = False


class Pauses:
    """Puts a report after each statement of a list, so that the run can pause there."""

    _report = "ran"

    def __init__(self, loop: TrainingLoop, statements: list[Statement]) -> None:
        """``loop`` says what the statements do. They are added to the ``statements`` of those
        before."""
        self.statements = statements
        self._loop = loop

    def _body(self, body: Sequence[ast.stmt], place: _Place) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        for position, node in enumerate(body):
            last = place.last and position == len(body) - 1
            out += self._statement(node, replace(place, last=last))
        return out

    def _statement(self, node: ast.stmt, place: _Place) -> list[ast.stmt]:
        if isinstance(node, ast.If):
            header = self._new(node, node.test)
            node.body = [self._pause(header), *self._body(node.body, place)]
            passed_by = self._pause(header, last=place.last and not node.orelse)
            node.orelse = [passed_by, *self._body(node.orelse, place)]
        elif isinstance(node, ast.With):
            header = self._new(node, node.items[-1].context_expr)
            node.body = [self._pause(header), *self._body(node.body, place)]
        elif isinstance(node, ast.For | ast.While):
            header = self._new(node, node.iter if isinstance(node, ast.For) else node.test)
            trains = self._loop.trains(node)
            if trains:
                header = self._mark_batch(header)
            inside = _Place(last=False, ends_epoch=False, inner=trains)
            node.body = [self._pause(header), *self._body(node.body, inside)]
            node.orelse = self._body(node.orelse, place)
        elif isinstance(node, ast.Try | ast.TryStar):
            self._try(node, replace(place, last=False, ends_epoch=False))
        elif isinstance(node, ast.Match):
            for case in node.cases:
                header = self._new(case.pattern, case.pattern)
                case.body = [self._pause(header), *self._body(case.body, place)]
        elif isinstance(node, ast.Break | ast.Continue):
            return [self._pause(self._new(node), last=place.ends_epoch), node]
        elif isinstance(node, ast.Return):
            value = node.value or ast.copy_location(ast.Constant(None), node)
            return [ast.copy_location(ast.Return(self._leaving(node, value, place)), node)]
        else:
            return self._simple(node, place)
        return [node]

    def _leaving(self, node: ast.Return, value: ast.expr, place: _Place) -> ast.expr:
        """What a ``return`` gives back, with the report in it."""
        return call_probe(self._report, node, ast.Constant(self._new(node).index), value).value

    def _try(self, node: ast.Try | ast.TryStar, place: _Place) -> None:
        # Which of its statements is the last to run depends on what is raised.
        node.body = self._body(node.body, place)
        for handler in node.handlers:
            header = self._new(handler, handler.type or handler)
            handler.body = [self._pause(header), *self._body(handler.body, place)]
        node.orelse = self._body(node.orelse, place)
        node.finalbody = self._body(node.finalbody, place)

    def _simple(self, node: ast.stmt, place: _Place) -> list[ast.stmt]:
        return [node, self._pause(self._new(node, node), last=place.last)]

    def _new(self, node: Located, header: Located | None = None) -> Statement:
        """A new statement, from a node's first line to the last of its header."""
        phase = self._loop.phase(node) if isinstance(node, ast.stmt) else None
        definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        end = node.lineno if definition or header is None else header.end_lineno or node.lineno
        names = tuple(sorted(assigned(node)))
        statement = Statement(len(self.statements), node.lineno, end, phase, names)
        self.statements.append(statement)
        return statement

    def _mark_batch(self, header: Statement) -> Statement:
        marked = self.statements[header.index] = replace(header, begins_batch=True)
        return marked

    def _pause(self, statement: Statement, *, last: bool = False) -> ast.stmt:
        index = ast.Constant(~statement.index if last else statement.index)
        report = ast.Expr(ast.Call(probe_attribute(self._report), [index], []))
        # Each part stands on the line of the statement that it follows.
        return placed(report, on_line(statement.line, 0, 1))


class Instrumenter(Pauses):
    """Puts the probe's calls between the statements of a copy of one training loop."""

    def __init__(
        self, loop: TrainingLoop, number: int, statements: list[Statement], handled: set[int]
    ) -> None:
        """``number`` is the loop's among those of the script. Its statements are added to the
        ``statements`` of those before it, and to those that are ``handled``."""
        super().__init__(loop, statements)
        if loop.is_inner:
            self._report = FunctionInstrumenter._report
        self._handled = handled
        self._number = ast.Constant(number)
        # With autograd the loss of a batch is what it is sent back from.
        self._sends_back = fills_gradient(loop.node)
        # Computed only in some epochs, it is to be missing in the others.
        self._sometimes = not self._sends_back and _assigns_sometimes(
            loop.node.body, loop.loss_names
        )
        self._adds_up = any(
            assigns_loss(node, loop.loss_names) and not isinstance(node, ast.AugAssign)
            for node in loop.node.body
        )
        # By hand, a gradient mostly stays where it is until the epoch is over, and can be
        # read then.
        self._reports_gradients = not loop.keeps_gradients

    def replacement(self, node: Loop) -> list[ast.stmt]:
        """The statements that take the place of a copy of the training loop."""
        outermost = not self._loop.is_inner
        inside = _Place(last=outermost, ends_epoch=outermost, inner=not outermost)
        node.body = self._body(node.body, inside)
        if isinstance(node, ast.For):
            iterator, place = node.iter, header_place(node, node.iter)
            if not is_probe(iterator):
                # Called from the script's own line, the iterable warns of that line.
                iterator = call_probe("iter", place, iterator).value
            node.iter = call_probe("epochs", place, self._number, iterator).value
        else:
            turn = call_probe("turn", header_place(node, node.test), self._number).value
            test = ast.BoolOp(op=ast.And(), values=[turn, node.test])
            node.test = ast.copy_location(test, node.test)
            node.body.insert(0, call_probe("begin", node, self._number))
        return [node, call_probe("leave", node, self._number)]

    def _body(self, body: Sequence[ast.stmt], place: _Place) -> list[ast.stmt]:
        out: list[ast.stmt] = []
        losses = [
            node
            for node in body
            if assigns_loss(node, self._loop.loss_names)
            # What is added up over the batches is complete when the epoch is over.
            and not (place.inner and isinstance(node, ast.AugAssign) and self._adds_up)
        ]
        for position, node in enumerate(body):
            last = place.last and position == len(body) - 1
            # Of several statements that build up a loss the last one completes it.
            wanted = (place.inner or self._sometimes) and not self._sends_back
            completes = wanted and node in losses[-1:]
            out += self._statement(node, replace(place, last=last, completes_loss=completes))
        return out

    def _statement(self, node: ast.stmt, place: _Place) -> list[ast.stmt]:
        out = super()._statement(node, place)
        if isinstance(node, ast.For | ast.While):
            out += metric_calls(node, self._loop.metrics)
        return out

    def _leaving(self, node: ast.Return, value: ast.expr, place: _Place) -> ast.expr:
        index = self._new(node).index
        report = ast.Constant(~index if place.ends_epoch else index)
        return call_probe("returns", node, self._number, report, value).value

    def _simple(self, node: ast.stmt, place: _Place) -> list[ast.stmt]:
        if node is self._loop.unnamed_loss:
            node = with_loss_sent(node)
        self._handled.add(id(node))
        out: list[ast.stmt] = [node]
        if self._reports_gradients:
            out = [*update_calls(node, self._loop.update_places(node)), node]
        if self._reports_gradients and self._loop.phase(node) is Phase.GRADIENT:
            out.append(call_probe("gradient", node))
        if place.completes_loss:
            out.append(call_probe("loss", node, ast.Constant(place.inner)))
        out += metric_calls(node, self._loop.metrics)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return [*out, self._pause(self._new(node, node))]
        return [*out, self._pause(self._new(node, node), last=place.last)]


class FunctionInstrumenter(Pauses):
    """Puts reports into a function that trains, so that a run can be stepped through it. Outside of
    an epoch nobody hears them."""

    _report = "passed"

    def __init__(self, function: Function, loop: TrainingLoop, statements: list[Statement]) -> None:
        """``function`` is one of the script's own tree, and ``loop`` the one that calls it."""
        super().__init__(loop.inside(function), statements)

    def instrument(self, function: Function, loops: Collection[ast.stmt]) -> None:
        """Put them into a copy of the function, whose training ``loops`` have been instrumented."""
        self._loops = loops
        said = function.body[: ast.get_docstring(function, clean=False) is not None]
        body = function.body[len(said) :]
        place = _Place(last=False, ends_epoch=False, inner=False)
        function.body = [*said, *self._head(function), *self._body(body, place)]

    def _head(self, function: Function) -> list[ast.stmt]:
        """What comes before the first statement of the function."""
        return []

    def _statement(self, node: ast.stmt, place: _Place) -> list[ast.stmt]:
        if isinstance(node, ast.Expr) and is_call_of_probe(node.value):
            return [node]
        if isinstance(node, ast.For | ast.While) and node in self._loops:
            node.body.insert(0, self._pause(self._mark_batch(self._new(node))))
            return [node]
        return super()._statement(node, place)


class OpenedInstrumenter(FunctionInstrumenter):
    """Puts reports into a function that a run is stepped into only when somebody asks for it."""

    _report = "inner"

    def _head(self, function: Function) -> list[ast.stmt]:
        # Its arguments are there to be looked at before anything is done with them.
        header = self._new(function, function.body[0])
        given = tuple(argument_names(function))
        self.statements[header.index] = replace(header, phase=None, assigns=given)
        return [self._pause(header)]


@dataclass(frozen=True)
class _Place:
    """Where in the loop a list of statements stands.

    ``last``: the epoch is over when its last statement has run. ``ends_epoch``: so it is
    when a ``break`` or ``continue`` in it runs. ``inner``: it is inside a loop over batches.
    ``completes_loss``: the loss of a batch, or of an epoch that has one, is complete when the
    statement here has run.
    """

    last: bool
    ends_epoch: bool
    inner: bool
    completes_loss: bool = False


def _assigns_sometimes(body: Sequence[ast.stmt], names: tuple[str, ...]) -> bool:
    """Whether a turn may come to its end without a statement that gives the loss a value. Inside
    a loop over batches each of them has its own."""
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.TryStar | ast.Match):
            if any(assigns_loss(each, names) for each in children(node)) or _assigns_sometimes(
                children(node), names
            ):
                return True
        elif isinstance(node, ast.With) and _assigns_sometimes(node.body, names):
            return True
    return False
