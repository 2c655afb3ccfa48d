"""The calls of the probe that stand between the statements of an instrumented script.

:mod:`gdtui.engine.program.program` says what they are for.
"""

from __future__ import annotations

import ast
import copy
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gdtui.engine.script.flow import UsedName
from gdtui.engine.script.loop import Loop, Phase, TrainingLoop
from gdtui.engine.script.losses import (
    assigns_loss,
    name_of_loss,
    sends_back,
    sent_back,
)
from gdtui.engine.script.metrics import MetricPlaces
from gdtui.engine.script.statements import (
    UpdatePlace,
    changes_gradient,
    fills_gradient,
    update_places,
)
from gdtui.engine.script.syntax import (
    Function,
    Place,
    argument_names,
    assigned,
    block_fields,
    children,
    names,
    start_of,
)

PROBE = f"gdtui {secrets.token_hex(16)}"
"""Stands in an instrumented script for the engine, until :func:`with_probe` puts that there. A
script has no name for it: it sees none that it has not made, and may use any it likes."""

Located = ast.stmt | ast.expr | ast.ExceptHandler | ast.pattern


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
        return _call(self._report, node, ast.Constant(self._new(node).index), value).value

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
        return _placed(report, _on_line(statement.line, 0, 1))


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
            iterator, place = node.iter, _header(node, node.iter)
            if not _is_probe(iterator):
                # Called from the script's own line, the iterable warns of that line.
                iterator = _call("iter", place, iterator).value
            node.iter = _call("epochs", place, self._number, iterator).value
        else:
            turn = _call("turn", _header(node, node.test), self._number).value
            test = ast.BoolOp(op=ast.And(), values=[turn, node.test])
            node.test = ast.copy_location(test, node.test)
            node.body.insert(0, _call("begin", node, self._number))
        return [node, _call("leave", node, self._number)]

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
        return _call("returns", node, self._number, report, value).value

    def _simple(self, node: ast.stmt, place: _Place) -> list[ast.stmt]:
        if node is self._loop.unnamed_loss:
            node = _with_loss_sent(node)
        self._handled.add(id(node))
        out: list[ast.stmt] = [node]
        if self._reports_gradients:
            out = [*_update_calls(node, self._loop.update_places(node)), node]
        if self._reports_gradients and self._loop.phase(node) is Phase.GRADIENT:
            out.append(_call("gradient", node))
        if place.completes_loss:
            out.append(_call("loss", node, ast.Constant(place.inner)))
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
        if isinstance(node, ast.Expr) and _is_call_of_probe(node.value):
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


def _with_loss_sent(node: ast.stmt) -> ast.stmt:
    """A statement that puts a loss without a name into a list, which reports the loss as well."""
    new = copy.copy(node)
    if isinstance(new, ast.Expr):
        new.value = call = copy.copy(new.value)
        assert isinstance(call, ast.Call)
        call.args = [_call("sent", call.args[0], ast.Constant("loss"), call.args[0]).value]
    elif isinstance(new, ast.Assign):
        new.value = _call("sent", new.value, ast.Constant("loss"), new.value).value
    return new


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


def show_values(tree: ast.Module, shown: Sequence[ast.Expr]) -> None:
    """Let expressions at the top level print their values, as a notebook does."""
    places = {id(node): node for node in shown}
    tree.body[:] = [
        _call("show", node, places[id(node)].value) if id(node) in places else node
        for node in tree.body
    ]


def metric_calls(node: ast.stmt, metrics: MetricPlaces) -> list[ast.stmt]:
    """The calls after a statement that has computed metrics."""
    place = start_of(node)
    calls: list[ast.stmt] = [
        _call("metric", node, ast.Constant(name), ast.Name(name, ast.Load()))
        for name in metrics.after.get(place, ())
    ]
    if place in metrics.collected:
        name, held = metrics.collected[place]
        calls.append(_call("collected", node, ast.Constant(name), copy.deepcopy(held)))
    return calls


@dataclass(frozen=True)
class FunctionReads:
    """What is read in the functions of a script.

    Attributes:
        metrics: the metrics of those that evaluate.
        used: the gradients that those keep to themselves which make a step with them.
    """

    metrics: MetricPlaces
    used: Mapping[Place, UsedName]


def add_reports(
    holder: ast.AST,
    handled: set[int],
    reads: FunctionReads,
    function: Function | None = None,
) -> None:
    """Add to the statements below the calls that do not belong to the training loop itself.

    The engine imports each library, just before the script's own ``import`` of it asks for it.
    Not earlier: what the script sets in its environment before has to hold.

    And functions report that gradients have been filled in, and that they are about to be used.
    A training step kept in a function may fill, use and clear the gradients in one call, so the
    statement that calls it is too late to look. What else ``reads`` says is read there.
    """
    function = holder if isinstance(holder, ast.FunctionDef) else function
    for field in block_fields(holder):
        held = getattr(holder, field)
        for each in held:
            add_reports(each, handled, reads, function)
        held[:] = [new for each in held for new in _with_reports(each, handled, reads, function)]


def _with_reports(
    node: ast.stmt, handled: set[int], reads: FunctionReads, function: Function | None
) -> Iterator[ast.stmt]:
    """A statement and all calls around it."""
    in_function = function is not None and id(node) not in handled
    if in_function:
        yield from _use_calls(node, reads.used)
    yield from _reported(node, handled, function)
    if in_function:
        yield from metric_calls(node, reads.metrics)


def _use_calls(node: ast.stmt, used: Mapping[Place, UsedName]) -> Iterator[ast.stmt]:
    """The call before a statement of a function that makes a step with a gradient."""
    found = used.get(start_of(node)) if used and isinstance(node, ast.stmt) else None
    is_report = isinstance(node, ast.Expr) and _is_call_of_probe(node.value)
    if found is not None and found.parameter and not is_report:
        value = ast.Name(found.name, ast.Load())
        yield _call("used", node, ast.Constant(found.parameter), value)


def _reported(node: ast.stmt, handled: set[int], function: Function | None) -> list[ast.stmt]:
    """A statement and the calls around it."""
    before = _imports(node)
    in_function = function is not None and id(node) not in handled
    if not (block_fields(node) or _is_literal(node)) and _sends_loss(node, function):
        plain, node = node, _Sending().visit(copy.deepcopy(node))
        if in_function and isinstance(node, ast.Expr | ast.Assign | ast.AugAssign):
            return [*before, node, _call("gradient", plain)]
        return [*before, node]
    if not in_function or not isinstance(node, ast.Expr | ast.Assign | ast.AugAssign):
        return [*before, node]
    if fills_gradient(node) or changes_gradient(node):
        return [*before, node, _call("gradient", node)]
    places = [each for each in update_places(node, frozenset()) if each.by_grad]
    return [*before, *_update_calls(node, places), node]


def _sends_loss(node: ast.stmt, function: Function | None) -> bool:
    """Whether a statement sends a loss back. The ``backward`` of an autograd of the script's own
    passes on what it has been sent; a loss that such a method is given is one."""
    if function is None or function.name != "backward":
        return sends_back(node)
    given = {each.arg for each in function.args.args} - {"self"}
    return any(
        place is not None and bool(names(place[0]) & given)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        for place in [sent_back(call)]
    )


def _is_literal(node: ast.stmt) -> bool:
    """Whether what a statement gives is a literal, which may have a hundred thousand parts."""
    value = getattr(node, "value", None)
    return isinstance(value, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.Constant | ast.Name)


class _Sending(ast.NodeTransformer):
    """Lets what is sent back report itself: ``loss.backward()`` becomes
    ``PROBE.sent("loss", loss).backward()``. What is sent is evaluated where it was, and once."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        place = sent_back(node)
        if place is None:
            return node
        holder, field, at = place
        held = getattr(holder, field)
        value = held if at is None else held[at]
        report = _call("sent", value, ast.Constant(name_of_loss(value)), value).value
        if at is None:
            setattr(holder, field, report)
        else:
            held[at] = report
        return self._asking(node) if holder is node and field == "args" else node

    @staticmethod
    def _asking(node: ast.Call) -> ast.Call:
        """``autograd.grad(loss, parameters)`` keeps no gradient anywhere but returns it, so it
        becomes ``PROBE.given(autograd.grad(loss, PROBE.asked(parameters)))``."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "grad":
            return node
        if len(node.args) > 1 and not isinstance(node.args[1], ast.Starred):
            node.args[1] = _call("asked", node.args[1], node.args[1]).value
        else:
            for keyword in node.keywords:
                if keyword.arg == "inputs":
                    keyword.value = _call("asked", keyword.value, keyword.value).value
        given = _call("given", node, node).value
        assert isinstance(given, ast.Call)
        return given


def _imports(node: ast.AST) -> list[ast.stmt]:
    if isinstance(node, ast.Import):
        return [_bring(each.name, node) for each in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [_bring(node.module, node)] if node.module != "__future__" else []
    return []


def _bring(module: str, place: ast.stmt) -> ast.stmt:
    return _call("bring", place, ast.Constant(module))


def _call(method: str, place: Located, *arguments: ast.expr) -> ast.Expr:
    call = ast.Call(func=probe_attribute(method), args=list(arguments), keywords=[])
    return _placed(ast.Expr(value=call), place)


def _header(node: ast.For | ast.While, expression: ast.expr) -> ast.expr:
    """A place for calls that stand around the expression in the header of a loop: that header,
    where it stands on one line. Python takes a call on an attribute that spans several lines to
    be on the last of them."""
    start, end = expression.col_offset, expression.col_offset
    if expression.end_lineno == node.lineno:
        start, end = node.col_offset, expression.end_col_offset or end
    return _on_line(expression.lineno, start, end + 1)


def _on_line(line: int, start: int, end: int) -> ast.expr:
    return ast.Constant(None, lineno=line, col_offset=start, end_lineno=line, end_col_offset=end)


def _placed(statement: ast.Expr, place: Located) -> ast.Expr:
    for node in ast.walk(statement):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, place)
    return statement


def _update_calls(node: Located, places: Sequence[UpdatePlace]) -> list[ast.stmt]:
    """Reports that a statement is about to update something by hand. Only names are looked up
    for them, which the statement itself looks up."""
    calls: list[ast.stmt] = []
    for each in places:
        given: list[ast.expr] = [ast.Constant(each.path), ast.Name(each.base, ast.Load())]
        given.append(ast.Tuple([ast.Constant(step) for step in each.steps], ast.Load()))
        for key in each.keys:
            fresh = ast.Name(key.id, ast.Load()) if isinstance(key, ast.Name) else key
            given.append(copy.copy(fresh))
        calls.append(_call("update", node, *given))
    return calls


def probe_attribute(name: str) -> ast.Attribute:
    return ast.Attribute(value=ast.Constant(PROBE), attr=name, ctx=ast.Load())


def _is_call_of_probe(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _is_probe(node.func)


def _is_probe(node: ast.expr) -> bool:
    """Whether it is an attribute of the probe."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Constant)
        and node.value.value == PROBE
    )
