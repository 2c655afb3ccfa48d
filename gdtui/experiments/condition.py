"""A condition over the names of a run, such as ``w > 3`` or ``not finite(loss)``."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from gdtui.analysis.expression_error import ExpressionError
from gdtui.analysis.expressions import Expression
from gdtui.engine.record.summary import Summary
from gdtui.engine.script.names import short_name
from gdtui.engine.script.script import Script

_GRADIENT = ".grad"
_MOST_DIGITS = 15


class ConditionError(ExpressionError):
    """A condition that is not allowed, or that cannot be told of this run."""


class MissingError(ConditionError):
    """A condition names something that has no value at this moment."""


class Values(Protocol):
    """The values of a run at one time, as :class:`~gdtui.engine.run.present.Present` has them. A
    method raises a KeyError for what is not there."""

    @property
    def epoch(self) -> int: ...
    @property
    def loss(self) -> float | None: ...
    @property
    def parameters(self) -> Iterable[str]: ...
    def parameter(self, name: str) -> object: ...
    def gradient(self, name: str) -> object: ...
    def variable(self, name: str) -> object: ...
    def variable_gradient(self, name: str) -> object: ...


class Condition(Expression):
    """A condition over the names of a script.

    It may name the parameters, as gdtui or the script calls them (``weight``, ``linear.weight``,
    ``model[0].bias``), their gradients (``w.grad``), ``loss``, any other name of the script, and
    ``epoch``, which counts from 1. ``finite`` alone is ``finite(loss)``. ``stopped(w)`` says that
    an epoch has left every number of ``w`` as it was, ``stopped(w, 0.001)`` that it has moved none
    by more than that.

    Raises:
        ConditionError: it is not allowed, or cannot be computed.
    """

    error = ConditionError

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the run in it, in the order of the text."""
        nodes = list(ast.walk(self._tree()))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        names = [node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
        return tuple(dict.fromkeys([*names, *self.watched]))

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """The names in it whose last change counts: those of ``stopped``."""
        return tuple(
            str(node.args[0].value)
            for node in ast.walk(self._tree())
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "stopped"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        )

    def is_met(self, now: Values, before: Mapping[str, object] | None = None) -> bool:
        """Whether it holds. ``before`` are the values of the :attr:`watched` names an epoch ago,
        at the end of an epoch; None elsewhere, where nothing is said to have stopped. A condition
        that names what has no value yet does not hold.

        Raises:
            ConditionError: it is neither true nor false, or cannot be computed.
        """
        try:
            return self.holds(_Names(now, before))
        except MissingError:
            return False
        except ConditionError as error:
            raise self._explained(error, now) from None

    def values(self, now: Values) -> dict[str, object]:
        """The values of its names that there are, in the order of the text."""
        found = {}
        for name in self.names:
            try:
                found[name] = look_up(name, now)
            except MissingError:
                continue
        return found

    def refuse_unknown(self, script: Script, now: Values) -> None:
        """Refuse a name that neither the run nor the script's text has.

        Raises:
            ConditionError: there is one.
        """
        known = {*re.findall(r"\w+", script.text), "epoch", "loss"} - {*keyword.kwlist}
        for name in self.names:
            first = re.split(r"[.\[]", name)[0]
            if first in known or parameter_of(name.removesuffix(_GRADIENT), now.parameters):
                continue
            near = get_close_matches(first, sorted({*known, *now.parameters}), 1)
            meant = f"; is {near[0]} meant?" if near else ""
            raise ConditionError(f"{self.text!r}: the script has no name {first!r}{meant}")

    def _prepared(self, tree: ast.Expression) -> ast.Expression:
        joined: ast.Expression = _Joined().visit(tree)
        for node in ast.walk(joined):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                if name not in (*FUNCTIONS, "stopped"):
                    allowed = ", ".join(sorted((*FUNCTIONS, "stopped")))
                    raise self.error(f"{self.text!r}: {name} is no function here; {allowed} are")
        return ast.fix_missing_locations(joined)

    def _explained(self, error: ConditionError, now: Values) -> ConditionError:
        """An error that says what to write instead, where an array is the reason."""
        for name, value in self.values(now).items():
            if isinstance(value, Summary):
                return ConditionError(
                    f"{self.text!r}: {name} has {value.size:,} numbers, of which only norm({name}),"
                    f" mean, min, max and finite are known"
                )
            if isinstance(value, np.ndarray):
                return ConditionError(
                    f"{self.text!r} is neither true nor false: {name} has {value.size} numbers; "
                    f"say all(...), any(...) or norm({name})"
                )
        return error


def look_up(name: str, now: Values) -> object:
    """The value of a name of a condition: a number, a text, an array in float64, or the summary of
    a large one.

    Raises:
        MissingError: it has none.
    """
    try:
        found = _found(name, now)
    except KeyError:
        found = None
    value = _plain(found)
    if value is None:
        raise MissingError(f"{name} has no number here")
    return value


def parameter_of(name: str, parameters: Iterable[str]) -> str | None:
    """The parameter that a name of a condition means: by its whole name, by its last part if that
    is the only one such, or by the path from the model's name on, as in ``model[0].weight`` for
    ``0.weight``; None for none."""
    return _parameter_of(name, tuple(parameters))


@lru_cache(maxsize=64)
def _parameter_of(name: str, parameters: tuple[str, ...]) -> str | None:
    dotted = {_dotted(each): each for each in parameters}
    if name in dotted:
        return dotted[name]
    short = {short_name(each, dotted): whole for each, whole in dotted.items()}
    return short.get(name) or dotted.get(name.partition(".")[2])


def _found(name: str, now: Values) -> object:
    if name == "epoch":
        return now.epoch
    if name == "loss":
        return now.loss
    if name.endswith(_GRADIENT):
        owner = name.removesuffix(_GRADIENT)
        parameter = parameter_of(owner, now.parameters)
        return now.variable_gradient(owner) if parameter is None else now.gradient(parameter)
    parameter = parameter_of(name, now.parameters)
    return now.variable(name) if parameter is None else now.parameter(parameter)


def _dotted(name: str) -> str:
    """``net.0.weight`` for ``net[0].weight``."""
    return re.sub(r"\[(\w+)\]", r".\1", name.replace("'", ""))


def _plain(value: object) -> object:
    """A value to compute with; None for what is no number, no text and no array of numbers."""
    if value is None or isinstance(value, bool | str | Summary) or type(value) is int:
        return value
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return float(array.reshape(-1)[0]) if array.size == 1 else array


class _Names(Mapping[str, object]):
    """The names of a condition as a mapping, to evaluate it."""

    def __init__(self, now: Values, before: Mapping[str, object] | None) -> None:
        self._now = now
        self._before = before

    def __getitem__(self, name: str) -> object:
        if name in FUNCTIONS:
            return FUNCTIONS[name]
        return self._stopped if name == "stopped" else look_up(name, self._now)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def _stopped(self, name: str, most: float = 0.0) -> bool:
        if self._before is None or name not in self._before:
            return False
        before, now = self._before[name], look_up(name, self._now)
        if isinstance(now, Summary | str) or isinstance(before, Summary | str):
            # Of a large array the mark tells whether it has changed, not by how much.
            return now == before
        left, right = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
        if left.shape != right.shape:
            return False
        return np.allclose(left, right, rtol=0, atol=most, equal_nan=True)


class _Joined(ast.NodeTransformer):
    """Makes one name of a path such as ``model[0].weight``, and of ``stopped(w)`` a call that
    gets the name and not the value."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        path = _path(node)
        return ast.Name(path, ast.Load()) if path else node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == "finite":
            return ast.Call(node, [ast.Name("loss", ast.Load())], [])
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(each) for each in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "stopped":
            path = _path(node.args[0]) if node.args else ""
            if not path or len(node.args) > 2:
                raise ConditionError("stopped takes a name, as in stopped(w) or stopped(w, 0.001)")
            node.args[0] = ast.Constant(path)
        return node


def _path(node: ast.expr) -> str:
    """``model.0.weight`` for ``model[0].weight``; empty for what is no path."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and not node.attr.startswith("_"):
        whole = _path(node.value)
        return whole and f"{whole}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        whole = _path(node.value)
        return whole and f"{whole}.{node.slice.value!s}"
    return ""


def _reading(of_array: Callable[..., object], of_summary: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        if isinstance(value, Summary):
            return getattr(value, of_summary)
        return of_array(value)

    return read


def _finite(value: object) -> bool:
    if isinstance(value, Summary):
        return value.nonfinite == 0
    return bool(np.all(np.isfinite(value)))  # type: ignore[call-overload]


def _round(value: float, digits: int = 0) -> float:
    if not abs(digits) <= _MOST_DIGITS:
        raise ConditionError(f"round takes up to {_MOST_DIGITS} digits")
    return round(float(value), int(digits))


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "abs": np.abs,
    "all": lambda values: bool(np.all(values)),
    "any": lambda values: bool(np.any(values)),
    "exp": np.exp,
    "finite": _finite,
    "len": lambda values: values.size if isinstance(values, Summary) else int(np.size(values)),
    "log": np.log,
    "max": _reading(np.max, "maximum"),
    "mean": _reading(np.mean, "mean"),
    "min": _reading(np.min, "minimum"),
    "norm": _reading(lambda values: float(np.linalg.norm(np.ravel(values))), "norm"),
    "round": _round,
    "sqrt": np.sqrt,
    "sum": np.sum,
}
"""What a condition may call besides ``stopped``."""
