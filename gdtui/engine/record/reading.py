"""Reading many quantities of a running script at once, quickly.

That happens in every epoch, between the operations of the script, and must not cost what they
cost. So all readings together become one Python expression, which is compiled once.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any, cast

import numpy as np

from gdtui.engine.kinds import is_a, is_one_of
from gdtui.engine.record.history import ABSENT, Field
from gdtui.engine.record.own_objects import own_gradient
from gdtui.engine.record.quantities import (
    WHOLE,
    Shape,
    gradient_of,
    is_tensor,
    norm,
    numbers,
    shape_of,
    tensor_norm,
    torch_type,
)

Read = Callable[[], Any]


@dataclass(frozen=True)
class Named:
    """Reads a name of the script."""

    namespace: Mapping[str, Any]
    name: str

    def __call__(self) -> Any:
        return self.namespace[self.name]


@dataclass(frozen=True)
class Fixed:
    """Reads an object that stays the same, such as the parameter of a module."""

    value: Any

    def __call__(self) -> Any:
        return self.value


@dataclass(frozen=True)
class EntryOf:
    """Reads an entry of a list, a tuple or a dict, the one with the attributes of an object
    among them."""

    owner: Read
    key: Any

    def __call__(self) -> Any:
        return self.owner()[self.key]


@dataclass(frozen=True)
class GradientOf:
    """Reads the gradient of a tensor."""

    tensor: Read

    def __call__(self) -> Any:
        return _gradient_or_none(self.tensor())


class MovedError(KeyError):
    """What a reading was made for is no longer what is there."""


class Code:
    """Python expressions that refer to objects, and the functions made of them."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self._objects: list[Any] = []

    def refer_to(self, value: Any) -> str:
        """The name for an object in an expression."""
        self._objects.append(value)
        return f"x{len(self._objects) - 1}"

    def expression(self, read: Read) -> str:
        """The expression for what ``read`` returns."""
        if isinstance(read, Named):
            return f"{self.refer_to(read.namespace)}[{read.name!r}]"
        if isinstance(read, Fixed):
            return self.refer_to(read.value)
        if isinstance(read, EntryOf):
            key = (
                repr(read.key) if is_one_of(type(read.key), (int, str)) else self.refer_to(read.key)
            )
            return f"{self.expression(read.owner)}[{key}]"
        if isinstance(read, GradientOf):
            return self._gradient(read)
        return f"{self.refer_to(read)}()"

    def _gradient(self, read: GradientOf) -> str:
        tensor = self.expression(read.tensor)
        if isinstance(read.tensor, Fixed) and type(read.tensor.value) in _plain_kinds():
            return f"{tensor}.grad"  # the parameter of a module is a leaf, and stays one
        kind, other = self.refer_to(torch_type("Tensor")), self.refer_to(_gradient_or_none)
        return f"(u.grad if type(u := {tensor}) is {kind} and u.is_leaf else {other}(u))"

    def numbers(self, read: Read, form: object, field: Field, *, strict: bool = False) -> str:
        """The expression for the numbers of a quantity, separated by commas. ``form`` is a value
        of the form that ``read`` will return. Where it has another one, or that is not known
        yet, there are as many numbers all the same, ``ABSENT`` if need be; or, where ``strict``,
        a MovedError is raised."""
        here = self.expression(read)
        convert = self.refer_to(lambda value: numbers_for(value, field, strict=strict))
        kind, shape = type(form), shape_of(form)
        if shape is None or not _fits(shape, field) or kind not in _plain_kinds():
            return f"*{convert}({here})"
        other = f"{convert}(v)"
        same = f"type(v := {here}) is {self.refer_to(kind)}"
        tensor = is_tensor(form)
        if prod(shape) == 1:
            # What has a `__float__` of its own is packed by it; NumPy's `item` takes longer.
            number = "v" if issubclass(kind, int | float | np.generic) else "v.item()"
            return f"({number} if {same} else {other}[0])"
        if not isinstance(read, Fixed):
            same += f" and v.shape == {shape!r}"
        if prod(shape) > WHOLE:
            return (
                f"({self.refer_to(tensor_norm if tensor else norm)}(v) if {same} else {other}[0])"
            )
        flat = "v.detach().reshape(-1).tolist()" if tensor else "v.reshape(-1).tolist()"
        return f"*({flat} if {same} else {other})"

    def tuple_of(self, parts: list[str]) -> Callable[[], tuple[Any, ...]]:
        """The function that gives a tuple of all parts. It raises whatever reading raises when
        the script has meanwhile deleted something."""
        return self.function(f"({''.join(part + ', ' for part in parts)})")

    def holds(self) -> Callable[[], bool]:
        """The function that says whether all conditions are met; it may raise as well."""
        return self.function(" and ".join(self.conditions) or "True")

    def require_conditions(self) -> str:
        """The expression for no number, which raises a MovedError where a condition is not met."""
        met = " and ".join(self.conditions) or "True"
        return f"*(() if {met} else {self.refer_to(_moved)}())"

    def function(self, body: str) -> Callable[[], Any]:
        """The function for an expression."""
        given = {f"x{number}": each for number, each in enumerate(self._objects)}
        return cast(Callable[[], Any], types.FunctionType(_compiled(f"lambda: {body}"), given))


def numbers_for(value: object, field: Field, *, strict: bool = False) -> list[float]:
    """As many numbers as a field has: those of a value, or ``ABSENT`` where its form is another
    one than the field's."""
    shape = shape_of(value)
    if shape is None or not _fits(shape, field):
        if strict or is_a(value, list | tuple | dict):
            raise MovedError(field.name)  # its entries may be quantities of their own
        return [ABSENT] * field.width
    return numbers(value, field.width)


def field_shape(shape: Shape) -> tuple[Shape, Shape | None]:
    """How a quantity of some shape is recorded: the shape of its field, and of what the field
    holds the norm, if it does. A single number has no shape, in however many brackets."""
    size = prod(shape)
    if size > WHOLE:
        return (), shape
    return (() if size == 1 else shape), None


def _fits(shape: Shape, field: Field) -> bool:
    return field_shape(shape) == (field.shape, field.norm_of)


def _plain_kinds() -> tuple[Any, ...]:
    """The types whose methods are NumPy's and torch's own."""
    tensors = torch_type("Tensor"), torch_type("nn.Parameter")
    return (int, float, np.ndarray, np.float64, np.float32, np.int64, np.float16, *tensors)


def _gradient_or_none(value: object) -> Any:
    return gradient_of(value) if is_tensor(value) else own_gradient(value)


def _moved() -> None:
    raise MovedError


@lru_cache(maxsize=256)
def _compiled(source: str) -> types.CodeType:
    code = compile(source, "<gdtui>", "eval")
    (body,) = (each for each in code.co_consts if isinstance(each, types.CodeType))
    return body
