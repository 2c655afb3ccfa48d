"""Calls of what is known to change nothing, and of the script's own functions."""

from __future__ import annotations

import inspect
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any, NamedTuple

from gdtui.engine.kinds import is_a
from gdtui.engine.record.quantities import torch_type
from gdtui.engine.workings.bits import is_plain
from gdtui.engine.workings.known import (
    METHODS,
    has_no_hooks,
    is_known_function,
    is_known_layer,
    why_not,
    writes,
)
from gdtui.engine.workings.working import RefusedError

_LISTED = ("enumerate", "reversed", "zip")
"""What these give is gone through once, so it is made a list."""


class Callee(NamedTuple):
    """A function of the script, and the object whose method it is, if it is one."""

    function: Any
    bound: tuple[Any, ...] = ()


def function_of(callee: Any, path: str) -> Callee | None:
    """The function of the script, whose file is ``path``, that calling something calls; None where
    it is none."""
    target: Any = callee
    if type(callee) is MethodType and type(callee.__func__) is FunctionType:
        found = Callee(callee.__func__, (callee.__self__,))
    elif type(callee) is FunctionType:
        found = Callee(target)
    else:
        kind = type(callee)
        module: Any = torch_type("nn.Module")
        name = "forward" if is_a(callee, module) else "__call__"
        function = next((vars(each)[name] for each in kind.__mro__ if name in vars(each)), None)
        if type(function) is not FunctionType or isinstance(callee, type):
            return None
        if name == "forward" and (kind.__call__ is not module.__call__ or not has_no_hooks(callee)):
            return None
        found = Callee(function, (callee,))
    return found if found.function.__code__.co_filename == path else None


def forward_of(callee: Any) -> list[Any] | None:
    """The layers of a ``Sequential``, one after another; None for anything else."""
    kind = torch_type("nn.Sequential")
    if kind == () or type(callee) is not kind or not has_no_hooks(callee):
        return None
    return list(vars(callee)["_modules"].values())


def arguments_of(
    callee: Callee, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> dict[str, Any]:
    """The names that a function of the script has when it begins, with those that it has from the
    function around it.

    Raises:
        RefusedError: it does not take these arguments.
    """
    function = callee.function
    try:
        bound = inspect.signature(function).bind(*callee.bound, *arguments, **keywords)
    except (TypeError, ValueError):
        raise RefusedError(f"{function.__name__}() does not take these arguments") from None
    bound.apply_defaults()
    try:
        cells = [each.cell_contents for each in function.__closure__ or ()]
    except ValueError:
        raise RefusedError(f"{function.__name__}() reads a name that is not there") from None
    return {**dict(zip(function.__code__.co_freevars, cells, strict=True)), **bound.arguments}


def called(
    callee: Any, method: str, arguments: tuple[Any, ...], keywords: dict[str, Any], text: str
) -> Any:
    """What a call gives, of a method of numbers if one is named.

    Raises:
        RefusedError: it is not known to change nothing.
    """
    reason = f"{why_not(text)} ({text}())"
    is_plainly_given = all(map(is_plain, (*arguments, *keywords.values())))
    if not is_plainly_given or writes(keywords):
        raise RefusedError(reason)
    if method:
        if method not in METHODS:
            raise RefusedError(reason)
        return getattr(callee, method)(*arguments, **keywords)
    listed = _parts_of(callee)
    if listed is not None and not arguments and not keywords:
        return listed
    if _is_quiet_dropout(callee):
        return arguments[0]
    if not (is_known_function(callee) or is_known_layer(callee)):
        raise RefusedError(reason)
    value = callee(*arguments, **keywords)
    return list(value) if getattr(callee, "__name__", "") in _LISTED else value


def _parts_of(callee: Any) -> list[Any] | None:
    """What a method that only lists what its object holds gives: ``model.parameters()``,
    ``params.items()``. None for any other."""
    held = getattr(callee, "__self__", None) if _is_method(callee) else None
    module: Any = torch_type("nn.Module")
    if type(held) is dict and callee.__name__ in ("items", "keys", "values"):
        return list(callee())
    if held is not None and is_a(held, module) and type(callee) is MethodType:
        names = ("parameters", "named_parameters", "children", "buffers")
        if any(callee.__func__ is vars(module)[name] for name in names):
            return list(callee())
    return None


def _is_method(callee: Any) -> bool:
    return type(callee) is MethodType or type(callee) is BuiltinMethodType


def _is_quiet_dropout(layer: Any) -> bool:
    """Whether a layer is a dropout that lets everything through, as in evaluation."""
    kind = torch_type("nn.Dropout")
    return kind != () and type(layer) is kind and not layer.training and has_no_hooks(layer)
