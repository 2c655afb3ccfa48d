"""What a training loop calls its loss, and what it sends back, judged by forms and names.

The names are those that the field uses, such as ``loss`` or ``mse``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gdtui.engine.script.syntax import assigned, base_name, last_name, names, statements_in

_LOSS = re.compile(r"loss|l|cost|mse|mae|rmse|J|L|error|objective|nll|bce|cross_entropy")
LOSS_PART = re.compile(r"(?:\w+_)?(?:err(?:or)?s?|residuals?|resid|diffs?|losses)|sq\w*_err\w*")
_LIKE_LOSS = re.compile(r"\w*(?:loss|cost|mse|error)\w*", re.IGNORECASE)
_KEPT_LOSS = re.compile(r"(?:best|min|max|prev|previous|last|old|init|initial)_?\w*")


def sends_back(node: ast.AST) -> bool:
    """Whether a loss is sent back in a statement."""
    return any(isinstance(each, ast.Call) and sent_back(each) for each in ast.walk(node))


def sent_back(call: ast.Call) -> tuple[ast.AST, str, int | None] | None:
    """Where in a call the loss stands that it sends back: the node that holds it, the field, and
    the place in that where it is a list. None where the call sends nothing back.

    ``loss.backward()``, ``scaler.scale(loss).backward()``, ``accelerator.backward(loss)``,
    ``torch.autograd.backward(loss)`` and ``torch.autograd.grad(loss, parameters)`` do.
    """
    function = call.func
    if not isinstance(function, ast.Attribute):
        return None
    if function.attr == "grad" and ast.unparse(function).endswith("autograd.grad"):
        return (call, "args", 0) if call.args else None
    if function.attr != "backward":
        return None
    receiver = function.value
    if isinstance(receiver, ast.Call) and last_name(receiver.func) == "scale" and receiver.args:
        return receiver, "args", 0
    if call.args and not isinstance(call.args[0], ast.Constant) and _gets_loss(function, call):
        return call, "args", 0
    return function, "value", None


def losses_sent_back(part: ast.AST) -> Iterator[ast.expr]:
    """What is sent back in a piece of code, each as it stands there."""
    for call in ast.walk(part):
        place = sent_back(call) if isinstance(call, ast.Call) else None
        if place is not None:
            holder, name, at = place
            held = getattr(holder, name)
            yield held if at is None else held[at]


def _gets_loss(function: ast.Attribute, call: ast.Call) -> bool:
    """Whether a ``backward`` takes the loss, rather than being the loss's own and taking a
    gradient."""
    receiver = last_name(function.value)
    return receiver == "autograd" or (
        any(_is_loss(each) for each in names(call.args[0])) and not _is_loss(receiver)
    )


def _is_loss(name: str) -> bool:
    return bool(_LOSS.fullmatch(name) or _LIKE_LOSS.fullmatch(name))


def name_of_loss(value: ast.expr) -> str:
    """What a loss is called, by what stands where it is sent back: its name, the one name of a
    loss in an expression, or ``loss``."""
    if isinstance(value, ast.Attribute) and base_name(value):
        return value.attr
    found = set(_sent_back(value))
    return found.pop() if len(found) == 1 else "loss"


def _sent_back(value: ast.expr) -> list[str]:
    """The names for what ``backward`` is called on. In an expression, such as the
    ``(loss / batches)`` of ``(loss / batches).backward()``, only a loss is meant."""
    if isinstance(value, ast.NamedExpr):
        value = value.target
    if isinstance(value, ast.Name):
        return [value.id]
    return [each.id for each in ast.walk(value) if isinstance(each, ast.Name) and _is_loss(each.id)]


def assigns_loss(node: ast.stmt, loss_names: tuple[str, ...]) -> bool:
    """Whether a statement gives the loss a value."""
    return bool(assigned(node) & set(loss_names[:1]))


def loss_names(loop: ast.AST) -> tuple[str, ...]:
    """The names that may hold the loss, the likeliest first: what ``backward`` is called on,
    then the usual names, then any name with "loss", "cost" or "error" in it."""
    others = _counters_and_lists(loop)
    given = [name for node in statements_in(loop) for name in sorted(assigned(node) - others)]
    backward = [
        name
        for node in ast.walk(loop)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "backward"
        for name in _sent_back(node.func.value)
        if name in given
    ]
    usual = sorted(
        (name for name in given if _LOSS.fullmatch(name)), key=_LOSS.pattern.split("|").index
    )
    like = [name for name in given if _LIKE_LOSS.fullmatch(name) and not _KEPT_LOSS.fullmatch(name)]
    return tuple(dict.fromkeys(backward + usual + like))


def _counters_and_lists(loop: ast.AST) -> set[str]:
    """The names that only count, as ``errors += 1`` does, and those of lists that are begun anew:
    the number of mistakes is no loss, and neither are the losses of all samples."""
    found: set[str] = set()
    others: set[str] = set()
    for node in statements_in(loop):
        for names_given, value in _given_values(node):
            constant = isinstance(value, ast.Constant)
            counts = constant and isinstance(node, ast.AugAssign)
            if counts or isinstance(value, ast.List | ast.Dict):
                found |= names_given
            elif not constant:
                others |= names_given
    return found - others


def _given_values(node: ast.stmt) -> Iterator[tuple[set[str], ast.expr | None]]:
    """The names to which a statement gives a value, with that: of a tuple each its own."""
    value = getattr(node, "value", None)
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    targets = target.elts if isinstance(target, ast.Tuple) else []
    values = value.elts if isinstance(value, ast.Tuple) else []
    if len(targets) != len(values) or not all(isinstance(each, ast.Name) for each in targets):
        targets, values = [], []
    if not targets:
        yield assigned(node), value
    for each, part in zip(targets, values, strict=True):
        yield names(each), part


def collects_loss(node: ast.stmt) -> bool:
    """Whether a statement puts a loss that has no name into a list: ``losses.append(mse(w))``,
    ``cost_history[i] = cost(theta)``. Lists of losses of other data are not meant."""
    return collected_loss(node) is not None


def collected_loss(node: ast.stmt) -> ast.expr | None:
    """The loss without a name that a statement puts into a list; None where it does not."""
    found = appended(node)
    if found is not None:
        held, value = found
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        held, value = node.targets[0].value, node.value
    else:
        return None
    name = last_name(held).lower()
    words = map(singular, name.split("_"))
    like = any(_LOSS.fullmatch(word) or _LIKE_LOSS.fullmatch(word) for word in words)
    other = re.search(r"val|test|dev|eval|hold", name)
    fits = like and not other and isinstance(value, ast.Call | ast.BinOp)
    return value if fits else None


def appended(node: ast.stmt) -> tuple[ast.expr, ast.expr] | None:
    """What a statement appends to, and what it appends; None where it does not."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if call.func.attr != "append" or len(call.args) != 1:
        return None
    return call.func.value, call.args[0]


def singular(name: str) -> str:
    """What a list of several is called, as the name of one: ``val_loss`` for ``val_losses``."""
    for end, one in (("losses", "loss"), ("ies", "y"), ("ss", "ss"), ("s", "")):
        if name.endswith(end):
            return name.removesuffix(end) + one
    return name
