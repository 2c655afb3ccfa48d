"""Of what kind a value is, without asking the value.

``isinstance`` looks a second time, at ``value.__class__``, and that may be code of a script: it
may raise, print, or answer anything.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeGuard, TypeVar, overload

T = TypeVar("T")


@overload
def is_a(value: object, kinds: type[T]) -> TypeGuard[T]: ...


@overload
def is_a(value: object, kinds: Any) -> bool: ...


def is_a(value: object, kinds: Any) -> bool:
    """Whether the type of a value is one of some types or derived from one. ``kinds`` is a type,
    a union or a tuple of types, or an empty tuple."""
    return issubclass(type(value), kinds)


def is_of_engine(error: BaseException) -> bool:
    """Whether an exception is an interrupt, or one by which the engine or the owner of its thread
    wants out. Whatever else a script raises is the script's."""
    kind = type(error)
    owner = str(vars(kind).get("__module__", ""))
    return kind is KeyboardInterrupt or (
        owner.startswith("gdtui.") and not issubclass(kind, Exception)
    )


def is_one_of(kind: type, kinds: Collection[type]) -> bool:
    """Whether a type is one of some others, without asking it: its own class may say what it
    likes when it is compared."""
    # A generator takes twice as long, and this is asked all the time.
    for each in kinds:  # noqa: SIM110
        if kind is each:
            return True
    return False
