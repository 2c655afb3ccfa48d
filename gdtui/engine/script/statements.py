"""What a single statement of a training loop does, judged by its form and by its names.

The names are those that the field uses: ``y_pred`` or ``logits``, ``dw`` or ``grad_w``. Where a
form is ambiguous the name decides.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gdtui.engine.script.syntax import (
    attributes,
    base_name,
    calls,
    dotted,
    last_name,
    names,
    same_code,
    statements_in,
)

SURELY_GRADIENT = re.compile(r"grads?|gradients?|grad_\w+|\w+_grad|d(J|L|l|loss)_d\w+")
GRADIENT = re.compile(
    SURELY_GRADIENT.pattern + r"|d_?[A-Za-z]\d?|dweights?|dbias|dtheta\d?|dparams"
)
_VELOCITY = re.compile(r"v|v_?[wb]|velocity\w*|momentum\w*|delta\w*")
_RATE = re.compile(r"lr|learning_?rate|alpha|eta|step_?size")
_STEP_METHODS = {"sub_", "subtract_", "add_", "addcdiv_", "addcmul_", "copy_"}
_STEP_WORDS = (GRADIENT, _VELOCITY, _RATE)
PREDICTION = re.compile(
    r"y_?p(?:red)?|y_?hat|yhat|y_pred\w*|pred\w*|outputs?|out|logits?|y_hat\w*|scores|probs?"
)
_OPTIMIZERS = ("opt", "sgd", "adam", "rmsprop", "adagrad", "adadelta", "lbfgs")
"""Words in what people call an optimizer."""

_ANEW = {"detach", "detach_", "requires_grad_", "clone", "copy"}
_MODES = {"train", "eval"}
_REPORTERS = {"print", "log", "info", "debug", "add_scalar", "write", "append", "set_description"}


def gradient_names(name: str) -> list[str]:
    """What the gradient of a parameter of some name may be called."""
    plain = [f"d{name}", f"grad_{name}", f"d_{name}", f"{name}_grad"]
    return plain + [f"d{loss}_d{name}" for loss in ("J", "L", "l", "loss")]


def fills_gradient(node: ast.AST) -> bool:
    """Whether a statement calls ``backward`` or ``autograd.grad``, itself or in a part."""
    return any(
        isinstance(each, ast.Call)
        and (
            last_name(each.func) == "backward"
            # Only what may be it is written out, which takes long.
            or (last_name(each.func) == "grad" and ast.unparse(each.func).endswith("autograd.grad"))
        )
        for each in ast.walk(node)
    )


def steps_optimizer(part: ast.AST) -> bool:
    """Whether a piece of code calls the ``step`` of what is named like an optimizer."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
        and any(word in ast.unparse(node.func.value).lower() for word in _OPTIMIZERS)
        for node in ast.walk(part)
    )


def called_stepper(part: ast.AST, steppers: Collection[str]) -> str:
    """The first function called that trains, by its name or, as in ``optimizer.step(closure)``, by
    who is given it; empty where none is. ``model.train()`` is not one, though the script may have
    a function of that name: it only sets a mode."""
    for node in ast.walk(part):
        if isinstance(node, ast.Call) and last_name(node.func) == "step":
            given = {each.id for each in node.args if isinstance(each, ast.Name)} & set(steppers)
            if given:
                return given.pop()
        if isinstance(node, ast.Call) and last_name(node.func) in steppers:
            sets_mode = (
                isinstance(node.func, ast.Attribute)
                and node.func.attr in _MODES
                and not node.keywords
                and all(isinstance(each, ast.Constant) for each in node.args)
            )
            if not sets_mode:
                return last_name(node.func)
    return ""


def updated_names(part: ast.AST, functions: frozenset[str]) -> tuple[str, ...]:
    """The names updated in a piece of code, in the order of the text.

    Something like ``remaining -= batch_size`` has the form of an update too. It counts only
    where no name is updated by what looks like a gradient or a learning rate.
    """
    found = _updates_in(part, functions)
    return tuple(dict.fromkeys(_convincing(found) or [name for name, _ in found]))


def surely_updates(part: ast.AST, functions: frozenset[str]) -> bool:
    """Whether a piece of code updates a name by what looks like a gradient or a learning rate."""
    return bool(_convincing(_updates_in(part, functions)))


def _updates_in(part: ast.AST, functions: frozenset[str]) -> list[tuple[str, ast.expr | None]]:
    return [update for node in statements_in(part) for update in updates(node, functions)]


def _convincing(found: list[tuple[str, ast.expr | None]]) -> list[str]:
    return [name for name, step in found if step is None or _is_step(name, step)]


def updates(node: ast.stmt, functions: frozenset[str]) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that one statement moves, each with its step: ``w -= step``, ``w = w - step``,
    ``w, b = w - dw, b - db``, ``w += -rate * dw``, ``w.sub_(step)``; in ``w = update(w, dw)`` the
    step is not there to be seen, and None stands for it."""
    for target, step in _updates(node, functions):
        yield dotted(target), step


@dataclass(frozen=True)
class UpdatePlace:
    """What a statement updates by hand.

    Attributes:
        path: what stands there, up to the first index of an element: ``w``, ``model.w``.
        base: the first name.
        steps: how to get on from its value: ``.name`` for an attribute, ``[`` for an entry, and
            last ``?`` where that is not known, as behind a call or an index that is computed.
        keys: the indices of the entries, each a name or a literal.
        by_grad: whether the step is made of an attribute ``grad``.
    """

    path: str
    base: str
    steps: tuple[str, ...]
    keys: tuple[ast.expr, ...]
    by_grad: bool


def update_places(node: ast.stmt, functions: frozenset[str]) -> list[UpdatePlace]:
    """What one statement updates by hand."""
    places = []
    for target, step in _updates(node, functions):
        by_grad = step is not None and "grad" in attributes(step)
        place = _place(target, by_grad)
        if place is not None:
            places.append(place)
    return places


def update_at(path: str) -> UpdatePlace:
    """What is updated at a path: ``w``, ``model.w``, ``layers[].w`` for each of a list."""
    base, *attributes = path.split(".")
    name, is_entry, _ = base.partition("[")
    steps = ("?",) if is_entry else tuple(f".{each}" for each in attributes)
    return UpdatePlace(path.removesuffix("[]"), name, steps, (), by_grad=False)


def _place(target: ast.expr, by_grad: bool) -> UpdatePlace | None:
    path = dotted(target)
    if isinstance(target, ast.Attribute) and target.attr == "data":
        target = target.value
    steps: list[str] = []
    keys: list[ast.expr] = []
    node = target
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            steps.insert(0, f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Subscript) and _is_plain_key(node.slice):
            steps.insert(0, "[")
            keys.insert(0, node.slice)
            node = node.value
        elif isinstance(node, ast.Subscript | ast.Call):
            # Nothing beyond it can be told without running it a second time.
            steps, keys = ["?"], []
            node = node.value if isinstance(node, ast.Subscript) else node.func
        else:
            return None
    return UpdatePlace(path, node.id, tuple(steps), tuple(keys), by_grad)


def _is_plain_key(key: ast.expr) -> bool:
    return isinstance(key, ast.Name) or (
        isinstance(key, ast.Constant) and type(key.value) in (int, str)
    )


def _updates(
    node: ast.stmt, functions: frozenset[str]
) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    if isinstance(node, ast.AugAssign):
        if _moves(dotted(node.target), node.op, node.value):
            yield node.target, node.value
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        yield from _assigned_updates(node.targets[0], node.value, functions)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield from _updates_in_place(node.value)


def _assigned_updates(
    target: ast.expr, value: ast.expr, functions: frozenset[str]
) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    value = _made_anew(value)
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, part in zip(target.elts, value.elts, strict=False):
            yield from _assigned_updates(each, part, functions)
    elif isinstance(value, ast.BinOp) and same_code(value.left, target):
        if _moves(dotted(target), value.op, value.right):
            yield target, value.right
    elif isinstance(value, ast.ListComp | ast.DictComp):
        yield from ((target, step) for step in _steps_of_entries(target, value))
    elif _passes_gradient(value, functions):
        given = {ast.unparse(argument) for argument in value.args}  # type: ignore[attr-defined]
        yield from ((each, None) for each in parts if ast.unparse(each) in given)


def _steps_of_entries(target: ast.expr, value: ast.ListComp | ast.DictComp) -> Iterator[ast.expr]:
    """The step in ``[w - rate * g for w, g in zip(params, grads)]``, where ``params`` is what gets
    that as its new value; ``params[k] - step`` may stand there too."""
    owner = ast.unparse(target)
    given = set()
    for each in value.generators:
        if any(isinstance(n, ast.expr) and ast.unparse(n) == owner for n in ast.walk(each.iter)):
            given |= names(each.target)
    element = _made_anew(value.value if isinstance(value, ast.DictComp) else value.elt)
    if not isinstance(element, ast.BinOp) or not isinstance(element.op, ast.Add | ast.Sub):
        return
    old = element.left
    is_entry = isinstance(old, ast.Subscript) and ast.unparse(old.value) == owner
    is_given = isinstance(old, ast.Name) and old.id in given
    if (is_entry or is_given) and _is_step(dotted(target), element.right):
        yield element.right


def _made_anew(value: ast.expr) -> ast.expr:
    """What becomes a new leaf of a graph, as in ``(w - step).detach().requires_grad_()``."""
    while (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in _ANEW
    ):
        value = value.func.value
    return value


def _updates_in_place(call: ast.Call) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """``w.sub_(step)`` and ``w.data.add_(w.grad, alpha=-rate)``, which change what they are
    methods of; ``w.grad.add_(...)`` changes a gradient and is none."""
    method = call.func
    if not isinstance(method, ast.Attribute) or method.attr not in _STEP_METHODS or not call.args:
        return
    target = method.value
    if not base_name(target) or "grad" in attributes(target):
        return
    name = dotted(target)
    last = name.rpartition(".")[2]
    if any(kind.fullmatch(last) for kind in (GRADIENT, _VELOCITY)):
        return
    if any(_is_step(name, each) for each in call.args):
        yield target, call.args[-1]


def _moves(name: str, operator: ast.operator, step: ast.expr) -> bool:
    if isinstance(operator, ast.Sub):
        return not isinstance(step, ast.Constant)
    return isinstance(operator, ast.Add) and _is_step(name, step)


def _passes_gradient(value: ast.expr, functions: frozenset[str]) -> bool:
    """Whether a value is a call of one of the script's functions with a gradient in it."""
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in functions
        and any(GRADIENT.fullmatch(name) for argument in value.args for name in names(argument))
    )


def _is_step(name: str, value: ast.expr) -> bool:
    """Whether what is added to a name looks like a step of gradient descent."""
    own = name.rpartition(".")[2]
    return any(
        word in (f"d{own}", "grad") or any(kind.fullmatch(word) for kind in _STEP_WORDS)
        for word in names(value) | attributes(value)
    )


def clears_gradient(node: ast.stmt, gradients: Collection[str]) -> bool:
    if isinstance(node, ast.Assign):
        cleared = any(
            (isinstance(target, ast.Attribute) and target.attr == "grad")
            or (isinstance(target, ast.Name) and target.id in gradients)
            for target in node.targets
        )
        empty = isinstance(node.value, ast.Constant) or calls(node.value, "zeros", "zeros_like")
        return cleared and empty
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr in ("zero_", "fill_")
        and ast.unparse(each.func.value).endswith("grad")
        for each in ast.walk(node)
    )


def changes_gradient(node: ast.stmt) -> bool:
    """Whether a statement works on gradients that are there already: ``clip_grad_norm_``,
    ``w.grad.clamp_(-1, 1)``, ``w.grad *= 0.5``, ``w.grad = w.grad / n``."""
    if isinstance(node, ast.AugAssign | ast.Assign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(each, ast.Attribute) and each.attr == "grad" for each in targets):
            return True
    return any(
        isinstance(each, ast.Call)
        and (
            last_name(each.func).startswith("clip_grad")
            or last_name(each.func) == "unscale_"
            or (
                isinstance(each.func, ast.Attribute)
                and each.func.attr.endswith("_")
                and ast.unparse(each.func.value).endswith((".grad", ".grad.data"))
            )
        )
        for each in ast.walk(node)
    )


def is_report(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and last_name(node.value.func) in _REPORTERS
    )
