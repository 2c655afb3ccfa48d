"""Attributes and entries of values, read without running code of the script."""

from __future__ import annotations

from types import (
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from gdtui.engine.kinds import is_a, is_one_of
from gdtui.engine.record.quantities import gradient_of, torch_type
from gdtui.engine.workings.bits import is_numeric, is_plain, is_plain_tensor
from gdtui.engine.workings.known import ATTRIBUTES, why_not
from gdtui.engine.workings.working import RefusedError

_HELD = ("_parameters", "_buffers", "_modules")


class OwnPropertyError(Exception):
    """An attribute that a function of the script gives: ``args[0]``, to be called with the
    object."""


def read_attribute(value: Any, name: str, text: str) -> Any:
    """The attribute ``name`` of a value; ``text`` is the expression, for messages.

    Raises:
        RefusedError: to read it would run code that is not known.
        OwnPropertyError: a function of the script gives it.
    """
    if is_numeric(value):
        return _of_numbers(value, name, text)
    if is_a(value, ModuleType):
        try:
            return getattr(value, name)
        except AttributeError:
            raise RefusedError(f"{text} is not there") from None
    if isinstance(value, type):
        return _from_class(value, name, text)
    kind = type(value)
    if kind is dict and name in ("items", "keys", "values"):
        return getattr(value, name)
    if is_one_of(kind, (dict, list, set)):
        raise RefusedError(f"{why_not(name)} ({text})")
    if not _reads_plainly(kind):
        raise RefusedError(f"reading {text} runs code of its class")
    found = _in_classes(kind, name)
    if is_one_of(type(found), (MemberDescriptorType, GetSetDescriptorType)):
        return getattr(value, name)
    if type(found) is property:
        if type(found.fget) is not FunctionType:
            raise RefusedError(f"reading {text} runs code of its class")
        raise OwnPropertyError(found.fget)
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        held = {}
    if name in held:
        return held[name]
    for each in _HELD if is_a(value, torch_type("nn.Module")) else ():
        if name in held.get(each, ()):
            return held[each][name]
    if found is None:
        raise RefusedError(f"{text} is not there")
    return _bound(found, value, kind, text)


def read_entry(value: Any, index: Any, text: str) -> Any:
    """The entry ``value[index]``.

    Raises:
        RefusedError: to read it would run code that is not known, or the entry is not there.
    """
    if is_a(value, (torch_type("nn.Sequential"), torch_type("nn.ModuleList"))):
        layers = list(vars(value)["_modules"].values())
        if type(index) is int and -len(layers) <= index < len(layers):
            return layers[index]
    kinds = (dict, list, range, str, tuple)
    holds = is_numeric(value) or is_one_of(type(value), kinds) or is_a(value, torch_type("Size"))
    if not holds or not is_plain(index):
        raise RefusedError(f"reading {text} may run code of its class")
    try:
        return value[index]
    except (IndexError, KeyError, TypeError, ValueError, RuntimeError):
        raise RefusedError(f"{text} is not there") from None


def _of_numbers(value: Any, name: str, text: str) -> Any:
    if is_plain_tensor(value):
        if name == "grad":
            return gradient_of(value)
        if name == "data":
            return value.data
    if name not in ATTRIBUTES:
        raise RefusedError(f"gdtui does not know what reading {text} does")
    return getattr(value, name)


def _reads_plainly(kind: type) -> bool:
    """Whether attributes of a class are read as Python does."""
    module = torch_type("nn.Module")
    for each in kind.__mro__:
        if each is object or each is module:
            return True
        own = vars(each)
        if "__getattribute__" in own or "__getattr__" in own:
            return False
    return True


def _in_classes(kind: type, name: str) -> Any:
    for each in kind.__mro__:
        if name in vars(each):
            return vars(each)[name]
    return None


def _from_class(value: type, name: str, text: str) -> Any:
    found = _in_classes(value, name)
    if found is None:
        raise RefusedError(f"{text} is not there")
    return _bound(found, None, value, text)


def _bound(found: Any, value: Any, kind: type, text: str) -> Any:
    """What a class has under a name, as its object gives it."""
    held = type(found)
    if held is staticmethod:
        return found.__func__
    if held is classmethod:
        return MethodType(found.__func__, kind)
    if held is FunctionType:
        return found if value is None else MethodType(found, value)
    if hasattr(held, "__get__"):
        raise RefusedError(f"{why_not(text)} ({text})")
    return found
