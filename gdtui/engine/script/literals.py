"""Where the literals of a script stand that a learner may change, and what each is called."""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from gdtui.engine.parsing import literal
from gdtui.engine.script.syntax import Function, dotted, is_main_guard, last_name

EPOCHS = {"epochs", "n_epochs", "num_epochs", "n_iters", "iterations", "max_epochs"}
LEARNING_RATES = {"learning_rate", "lr"}

_COUNTERS = {"range", "trange"}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_LARGEST_POWER = 64
_MOST_PARTS = 50


def value_of(node: ast.expr) -> Any:
    """The value of a literal, or of arithmetic with numbers alone, such as ``10 ** -2``.

    Raises:
        ValueError: it is neither, or has no value.
    """
    if not isinstance(node, ast.BinOp) or isinstance(node.op, ast.Add | ast.Sub):
        try:
            return literal(node)
        except ValueError:
            if not isinstance(node, ast.BinOp):
                raise
    left, right = value_of(node.left), value_of(node.right)
    numbers = all(type(each) in (int, float) for each in (left, right))
    apply = _ARITHMETIC.get(type(node.op))
    if not numbers or apply is None or (apply is operator.pow and abs(right) > _LARGEST_POWER):
        raise ValueError("not a plain number")
    try:
        value = apply(left, right)
    except (ArithmeticError, OverflowError) as error:
        raise ValueError(str(error)) from None
    if type(value) not in (int, float):
        raise ValueError("not a plain number")
    return value


def assigned_literals(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """What names are given in a list of statements, literal or not."""
    for node in body:
        if isinstance(node, ast.Assign):
            # In `a = b = 1` the literal belongs to two names, so it is not a setting.
            if len(node.targets) == 1:
                yield from _name_and_value(node.targets[0], node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _name_and_value(node.target, node.value)
        elif isinstance(node, ast.If) and is_main_guard(node):
            yield from assigned_literals(node.body)


def local_literals(function: Function, before_line: int) -> Iterator[tuple[str, ast.expr]]:
    """What is set at the head of a function and stays as it is: a number, a word, a truth. What
    begins empty, or as None, or gets another value, is not set but kept."""
    stored = Counter(
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    for name, node in assigned_literals(function.body):
        value = node.operand if isinstance(node, ast.UnaryOp) else node
        if _is_plain(value) and stored[name] == 1 and node.lineno < before_line:
            yield name, node


def _name_and_value(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        if not target.id.startswith("__"):
            yield target.id, value
    elif (
        isinstance(target, ast.Tuple)
        and isinstance(value, ast.Tuple)
        and len(target.elts) == len(value.elts)
    ):
        for each, part in zip(target.elts, value.elts, strict=True):
            yield from _name_and_value(each, part)


def literals_in_place(tree: ast.Module, turns: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """Literals that stand where they are used, with the names of their places: what an optimizer
    is given by keyword, a learning rate or a number of epochs that any call or function has, the
    default of an option of the command line, an entry of a dict that the script asks by its key,
    and the number of turns of the training loop."""
    nodes = list(outside_data(tree))
    asked = {
        node.slice.value
        for node in nodes
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    }
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _given(node)
        elif isinstance(node, Function):
            yield from _defaults(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in asked and _is_plain(value):
                    yield str(key.value), value
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
            yield from _without_arguments(node.targets[0], node.value)
    if turns is not None:
        for node in ast.walk(turns):
            if isinstance(node, ast.Call) and last_name(node.func) in _COUNTERS and node.args:
                end = node.args[min(1, len(node.args) - 1)]
                if _is_plain(end):
                    yield "epochs", end


def outside_data(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node, but not the parts of a long list, which is data."""
    left: list[ast.AST] = [tree]
    for node in left:  # grows while it is walked
        yield node
        if not (isinstance(node, ast.List | ast.Tuple | ast.Set) and len(node.elts) > _MOST_PARTS):
            left += ast.iter_child_nodes(node)


def _without_arguments(target: ast.expr, value: ast.IfExp) -> Iterator[tuple[str, ast.expr]]:
    """What holds where the command line gives nothing: 7 in
    ``int(sys.argv[1]) if len(sys.argv) > 1 else 7``."""
    if "argv" in ast.unparse(value.test) and _is_plain(value.orelse):
        yield from _name_and_value(target, value.orelse)


def _given(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The plain keywords of a call that makes an optimizer or declares an option, and of others
    those that are learning rates or epochs."""
    keywords = [each for each in call.keywords if each.arg and _is_plain(each.value)]
    name = last_name(call.func)
    if name in ("add_argument", "option"):
        words = [each.value for each in call.args if isinstance(each, ast.Constant)]
        options = [each for each in words if isinstance(each, str) and each.startswith("--")]
        for each in keywords:
            if each.arg == "default" and options:
                yield options[-1].lstrip("-").replace("-", "_"), each.value
        return
    trains = "optim." in f"{dotted(call.func)}." or any(
        each.arg in LEARNING_RATES for each in call.keywords
    )
    for each in keywords:
        is_number = not isinstance(each.value, ast.Constant) or type(each.value.value) in (
            int,
            float,
        )
        if is_number and (trains or each.arg in LEARNING_RATES | EPOCHS):
            yield str(each.arg), each.value


def _defaults(function: Function) -> Iterator[tuple[str, ast.expr]]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(
            positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True
        ),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, value in pairs:
        if value is not None and argument.arg in LEARNING_RATES | EPOCHS and _is_plain(value):
            yield argument.arg, value


def _is_plain(node: ast.expr) -> bool:
    """Whether it is a number, a word or a truth."""
    value = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float | str)
