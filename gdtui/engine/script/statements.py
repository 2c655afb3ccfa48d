"""What a single statement of a training loop does, judged by its form and by its names.

The names are those that the field uses: ``loss`` or ``mse``, ``y_pred`` or ``logits``,
``dw`` or ``grad_w``. Where a form is ambiguous the name decides.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gdtui.engine.script.syntax import (
    assigned,
    attributes,
    base_name,
    calls,
    dotted,
    in_order,
    last_name,
    names,
)

SURELY_GRADIENT = re.compile(r"grads?|gradients?|grad_\w+|\w+_grad|d(J|L|l|loss)_d\w+")
GRADIENT = re.compile(
    SURELY_GRADIENT.pattern + r"|d_?[A-Za-z]\d?|dweights?|dbias|dtheta\d?|dparams"
)
_VELOCITY = re.compile(r"v|v_?[wb]|velocity\w*|momentum\w*|delta\w*")
_RATE = re.compile(r"lr|learning_?rate|alpha|eta|step_?size")
_STEP_METHODS = {"sub_", "subtract_", "add_", "addcdiv_", "addcmul_", "copy_"}
_STEP_WORDS = (GRADIENT, _VELOCITY, _RATE)
_LOSS = re.compile(r"loss|l|cost|mse|mae|rmse|J|L|error|objective|nll|bce|cross_entropy")
LOSS_PART = re.compile(r"(?:\w+_)?(?:err(?:or)?s?|residuals?|resid|diffs?|losses)|sq\w*_err\w*")
_LIKE_LOSS = re.compile(r"\w*(?:loss|cost|mse|error)\w*", re.IGNORECASE)
_KEPT_LOSS = re.compile(r"(?:best|min|max|prev|previous|last|old|init|initial)_?\w*")
PREDICTION = re.compile(
    r"y_?p(?:red)?|y_?hat|yhat|y_pred\w*|pred\w*|outputs?|out|logits?|y_hat\w*|scores|probs?"
)
_ANEW = {"detach", "detach_", "requires_grad_", "clone", "copy"}
_MODES = {"train", "eval"}
_REPORTERS = {"print", "log", "info", "debug", "add_scalar", "write", "append", "set_description"}


def gradient_names(name: str) -> list[str]:
    """What the gradient of a parameter of some name may be called."""
    plain = [f"d{name}", f"grad_{name}", f"d_{name}", f"{name}_grad"]
    return plain + [f"d{loss}_d{name}" for loss in ("J", "L", "l", "loss")]


def fills_gradient(node: ast.AST) -> bool:
    """Whether a statement calls ``backward`` or ``autograd.grad``, itself or in a part."""
    return calls(node, "backward") or any(
        isinstance(each, ast.Call) and ast.unparse(each.func).endswith("autograd.grad")
        for each in ast.walk(node)
    )


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


def assigns_loss(node: ast.stmt, loss_names: tuple[str, ...]) -> bool:
    """Whether a statement gives the loss a value."""
    return bool(assigned(node) & set(loss_names[:1]))


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


def steps_optimizer(part: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
        and "opt" in ast.unparse(node.func.value).lower()
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
    return [
        update
        for node in in_order(part)
        if isinstance(node, ast.stmt)
        for update in updates(node, functions)
    ]


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
    elif isinstance(value, ast.BinOp) and ast.unparse(value.left) == ast.unparse(target):
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


def loss_names(loop: ast.AST) -> tuple[str, ...]:
    """The names that may hold the loss, the likeliest first: what ``backward`` is called on,
    then the usual names, then any name with "loss", "cost" or "error" in it."""
    others = _counters_and_lists(loop)
    given = [name for node in in_order(loop) for name in sorted(assigned(node) - others)]
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
    for node in ast.walk(loop):
        for names_given, value in _given_values(node):
            constant = isinstance(value, ast.Constant)
            counts = constant and isinstance(node, ast.AugAssign)
            if counts or isinstance(value, ast.List | ast.Dict):
                found |= names_given
            elif not constant:
                others |= names_given
    return found - others


def _given_values(node: ast.AST) -> Iterator[tuple[set[str], ast.expr | None]]:
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


def _sent_back(value: ast.expr) -> list[str]:
    """The names for what ``backward`` is called on. In an expression, such as the
    ``(loss / batches)`` of ``(loss / batches).backward()``, only a loss is meant."""
    if isinstance(value, ast.NamedExpr):
        value = value.target
    if isinstance(value, ast.Name):
        return [value.id]
    return [each.id for each in ast.walk(value) if isinstance(each, ast.Name) and _is_loss(each.id)]


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
