"""Which numbers a script computes once an epoch besides its loss: a validation loss, an accuracy,
a learning rate that changes.

Nothing is declared. They are the names that are called like one, and those that the script prints,
logs or collects, in its training loop and in the functions that this calls to evaluate. What is
only on the way to the loss or to an update is none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gdtui.engine.script.losses import (
    appended,
    singular,
)
from gdtui.engine.script.statements import (
    is_report,
)
from gdtui.engine.script.syntax import (
    Function,
    Place,
    assigned,
    attributes,
    blocks,
    calls,
    in_order,
    last_name,
    start_of,
)

_MEASURES = (
    "acc|accuracy|f1|precision|recall|auc|auroc|r2|iou|dice|perplexity|ppl|bleu|mae|rmse|mape"
    "|score|metric|error_rate|err_rate|hit_rate|top1|top5|lr|learning_rate"
)
_LOSSES = "loss|cost|error|err|mse|nll|bce|objective"
_HELD_OUT = "val|valid|validation|test|dev|eval|holdout|heldout"
METRIC = re.compile(
    rf"(?:\w+_)?(?:{_MEASURES})(?:_\w+)?"
    rf"|(?:{_HELD_OUT})_?(?:\w+_)?(?:{_LOSSES})|(?:\w+_)?(?:{_LOSSES})_?(?:{_HELD_OUT})",
    re.IGNORECASE,
)
"""The names of what is measured, as the field uses them."""

LEARNING_RATE = re.compile(r"(?:\w+_)?(?:lr|learning_rate)(?:_\w+)?")
_LOSS_LIKE = re.compile(r"loss|cost|mse|nll|bce|objective|\berr(?:or)?s?\b", re.IGNORECASE)
_KEPT = re.compile(r"(?:best|min|max|prev|previous|last|old|init|initial|target)_?\w*")
_LOGGERS = {"set_postfix", "update", "log_metrics", "log_metric", "log_dict"}
_CLOCKS = {"time", "perf_counter", "monotonic", "now", "process_time"}
_PARAMETERS = {"weight", "bias", "parameters", "named_parameters", "state_dict", "grad"}
_PLAIN_CALLS = {"item", "float", "round", "detach", "cpu", "numpy"}


@dataclass
class MetricPlaces:
    """Where a script has computed a number that is a metric.

    Attributes:
        after: for statements the names that are to be read after them.
        collected: for statements that append a number to a list, what the list is called and the
            expression for it.
    """

    after: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    collected: dict[Place, tuple[str, ast.expr]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What the metrics are called."""
        found = [name for each in self.after.values() for name in each]
        return tuple(dict.fromkeys([*found, *(name for name, _ in self.collected.values())]))

    def __or__(self, other: MetricPlaces) -> MetricPlaces:
        return MetricPlaces(self.after | other.after, self.collected | other.collected)


def find_metrics(
    body: Sequence[ast.stmt],
    evaluates: Iterable[Function],
    others: Iterable[str],
    trains: Callable[[ast.stmt], bool],
    losses: frozenset[str] = frozenset(),
) -> MetricPlaces:
    """The places in the body of a training loop, and in the functions that evaluate.

    ``evaluates`` are the functions that the loop calls once an epoch and that do not train,
    ``others`` the names of what is recorded already or is on the way to that, ``trains`` says
    which inner loops go through the batches, ``losses`` are the names that may hold the loss.
    """
    found = _Finder(body, frozenset(others), trains, losses, returns=False).places
    for function in evaluates:
        given = frozenset(each.arg for each in function.args.args)
        found |= _Finder(function.body, given, lambda _: False, frozenset(), returns=True).places
    return found


def is_loss(metric: str) -> bool:
    """Whether a metric, by its name, is a loss of other data, so that it can be compared with the
    loss."""
    return _LOSS_LIKE.search(metric) is not None


def changes_rate(loop: ast.stmt) -> bool:
    """Whether a loop lets a scheduler, or an assignment, change an optimizer's learning rate."""
    return any(_schedules(node) or _sets_rate(node) for node in ast.walk(loop))


def _schedules(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == "step" and "sched" in ast.unparse(node.func.value).lower()


def _sets_rate(node: ast.AST) -> bool:
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Store):
        return False
    return isinstance(node.slice, ast.Constant) and node.slice.value == "lr"


def once_a_turn(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a loop that run at most once a turn, inner loops as a whole."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.With | ast.Try):
            for block in blocks(node):
                yield from once_a_turn(block)


class _Finder:
    """The metrics of one list of statements.

    Attributes:
        places: where they are computed.
    """

    def __init__(
        self,
        body: Sequence[ast.stmt],
        others: frozenset[str],
        trains: Callable[[ast.stmt], bool],
        losses: frozenset[str],
        *,
        returns: bool,
    ) -> None:
        self.places = MetricPlaces()
        self._trains = trains
        self._losses = losses
        self._collecting = others
        self._shown = frozenset(_shown(body, returns=returns))
        self._others = others | _of_clocks_and_parameters(body) | _deleted(body)
        self._search(body, frozenset())

    def _search(self, body: Sequence[ast.stmt], bound: frozenset[str]) -> None:
        """``bound``: the names that have a value for sure when it begins."""
        for node in body:
            if isinstance(node, ast.For | ast.While):
                # What is added up over the batches, and begun before them.
                inside = {name for each in in_order(node) for name in _stored(each)}
                if self._trains(node):
                    inside &= self._shown - self._sums_of_losses(node)
                self._keep(node, inside & bound)
            elif isinstance(node, ast.If | ast.With | ast.Try):
                for block in blocks(node):
                    self._search(block, bound)
                if isinstance(node, ast.With):
                    bound |= {name for each in node.body for name in _stored(each)}
            else:
                stored = _stored(node)
                bound |= stored
                if not _is_start(node):
                    self._keep(node, stored)
                collected = _collected(node, self._collecting)
                if collected is not None:
                    self.places.collected[start_of(node)] = collected

    def _keep(self, node: ast.stmt, names: Iterable[str]) -> None:
        wanted = tuple(sorted(filter(self._is_metric, names)))
        if wanted:
            self.places.after[start_of(node)] = wanted

    def _sums_of_losses(self, loop: ast.stmt) -> frozenset[str]:
        """The names that a loop gives a value made of a loss: the loss itself, added up."""
        return self._losses.union(
            *(
                assigned(node)
                for node in in_order(loop)
                if isinstance(node, ast.Assign | ast.AugAssign)
                and not self._losses.isdisjoint(_amounts(node.value))
            )
        )

    def _is_metric(self, name: str) -> bool:
        if name in self._others or name.startswith("_") or _KEPT.fullmatch(name):
            return False
        return name in self._shown or METRIC.fullmatch(singular(name)) is not None


def _amounts(value: ast.AST) -> Iterator[str]:
    """The names whose values go into a number, and not only into what is compared."""
    if isinstance(value, ast.Name):
        yield value.id
    elif not isinstance(value, ast.Compare):
        for child in ast.iter_child_nodes(value):
            yield from _amounts(child)


def _stored(node: ast.AST) -> set[str]:
    """The names that a simple statement gives a value."""
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return set()
    return assigned(node)


def _is_start(node: ast.stmt) -> bool:
    """Whether a statement only begins a sum, or counts."""
    value = getattr(node, "value", None)
    if isinstance(node, ast.AugAssign):
        return isinstance(value, ast.Constant)
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(
        isinstance(each, ast.Constant | ast.List) or (isinstance(each, ast.Dict) and not each.keys)
        for each in parts
    )


def _shown(body: Sequence[ast.stmt], *, returns: bool) -> Iterator[str]:
    """The names whose values are printed, logged, collected or, from a function, returned."""
    for statement in body:
        for node in (statement, *in_order(statement)):
            parts: list[ast.expr] = []
            if isinstance(node, ast.Expr) and (
                is_report(node) or (isinstance(node.value, ast.Call) and _logs(node.value))
            ):
                parts = [*node.value.args, *(each.value for each in node.value.keywords)]  # type: ignore[attr-defined]
            elif isinstance(node, ast.Return) and returns and node.value is not None:
                whole = node.value
                parts = [*whole.elts] if isinstance(whole, ast.Tuple) else [whole]
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                parts = [node.value] if isinstance(node.value, ast.Name) else []
            for each in parts:
                yield from _direct(each)


def _logs(call: ast.Call) -> bool:
    return last_name(call.func) in _LOGGERS


def _direct(value: ast.expr) -> Iterator[str]:
    """The names whose values an expression shows as they are, or as a share of something."""
    if isinstance(value, ast.Name):
        yield value.id
    elif isinstance(value, ast.JoinedStr):
        for each in value.values:
            if isinstance(each, ast.FormattedValue):
                yield from _direct(each.value)
    elif isinstance(value, ast.Dict):
        for part in value.values:
            yield from _direct(part)
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult | ast.Div | ast.Mod):
        if isinstance(value.op, ast.Mod):  # "%.3f" % loss
            parts = value.right.elts if isinstance(value.right, ast.Tuple) else [value.right]
            for part in parts:
                yield from _direct(part)
        else:
            yield from _direct(value.left)
            if isinstance(value.op, ast.Mult):
                yield from _direct(value.right)
    elif isinstance(value, ast.Call):
        function = value.func
        if isinstance(function, ast.Attribute) and function.attr in {"item", "format", "cpu"}:
            if function.attr != "format":
                yield from _direct(function.value)
            for part in value.args:
                yield from _direct(part)
        elif last_name(function) in _PLAIN_CALLS and value.args:
            yield from _direct(value.args[0])


def _of_clocks_and_parameters(body: Sequence[ast.stmt]) -> set[str]:
    """The names whose values come from a clock, or are parameters themselves."""
    return {
        name
        for statement in body
        for node in (statement, *in_order(statement))
        if isinstance(node, ast.Assign)
        for name in assigned(node)
        if calls(node.value, *_CLOCKS) or _PARAMETERS & attributes(node.value)
    }


def _deleted(body: Sequence[ast.stmt]) -> set[str]:
    return {
        node.id
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
    }


def _collected(node: ast.stmt, others: frozenset[str]) -> tuple[str, ast.expr] | None:
    """What a statement appends a number to that has no name: the list and what it is called."""
    found = appended(node)
    if found is None:
        return None
    owner, value = found
    if set(_direct(value)) - others or isinstance(value, ast.Constant):
        return None  # it has a name
    name = ""
    if isinstance(owner, ast.Name):
        name = owner.id
    elif isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name):
        name = owner.attr
    elif isinstance(owner, ast.Subscript) and isinstance(owner.value, ast.Name):
        key = owner.slice
        name = key.value if isinstance(key, ast.Constant) and type(key.value) is str else ""
    return (name, owner) if METRIC.fullmatch(singular(name)) else None
