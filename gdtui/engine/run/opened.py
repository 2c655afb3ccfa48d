"""Functions of a running script that report their statements as long as somebody steps through
them.

Their code is exchanged for one with reports while a statement runs that may call them, and put
back after it. So a run that nobody steps into pays nothing for it.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable, Mapping
from typing import Any

from gdtui.engine.kinds import is_a
from gdtui.engine.program.instrumenting import Statement
from gdtui.engine.program.program import Program, codes_in, with_probe
from gdtui.engine.record.own_objects import instance_dict

_MOST = 100_000
"""How many values are looked at to find the functions of a script."""

_LONGEST = 10_000
"""A collection of more values is data."""


class OpenedFunctions:
    """The functions of a script, opened and closed."""

    def __init__(self, program: Program, whole: types.CodeType, probe: types.ModuleType) -> None:
        """``whole`` is the code of the script that runs, and its functions report to ``probe``."""
        self._program = program
        self._whole = whole
        self._probe = probe
        self._codes: dict[int, types.CodeType] = {}
        self._opened: list[tuple[types.FunctionType, types.CodeType]] = []

    def open(self, names: Iterable[Mapping[str, Any]]) -> None:
        """Let the functions report that are to be found in these names."""
        if self._opened:
            return
        if not self._codes:
            inside = codes_in(with_probe(self._program.opened.whole, self._probe))
            self._codes = {
                id(own): new for own, new in zip(codes_in(self._whole), inside, strict=True)
            }
        for function in functions_in(names):
            own = function.__code__
            if id(own) in self._codes:
                self._opened.append((function, own))
                function.__code__ = self._codes[id(own)]

    def close(self) -> None:
        """Put their own code back."""
        opened, self._opened = self._opened, []
        for function, own in opened:
            function.__code__ = own

    def statement(self, index: int) -> Statement:
        """The statement of a report."""
        return self._program.opened.statements[index]


def functions_in(names: Iterable[Mapping[str, Any]]) -> list[types.FunctionType]:
    """The functions that are held by names, by classes of the script and its objects, and by
    what is wrapped around a function. Nothing of the script is asked."""
    found: list[types.FunctionType] = []
    seen: set[int] = set()
    left: list[Any] = [value for each in names for value in each.values()]
    while left and len(seen) < _MOST:
        value = left.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if type(value) is types.FunctionType:
            found.append(value)
        left += _held(value)
    return found


def _held(value: Any) -> Iterable[Any]:
    """What a value holds, as far as it may be or hold a function of the script."""
    kind = type(value)
    if kind is types.FunctionType:
        cells = (each.cell_contents for each in value.__closure__ or () if _is_filled(each))
        return [*cells, *value.__dict__.values()]
    if kind is types.MethodType:
        return value.__func__, value.__self__
    if kind in (staticmethod, classmethod):
        return (value.__func__,)
    if kind is property:
        return value.fget, value.fset, value.fdel
    if kind is functools.partial:
        return value.func, value.args
    if kind is dict:
        return list(value.values()) if len(value) <= _LONGEST else ()
    if kind in (list, tuple):
        return value if len(value) <= _LONGEST else ()
    if is_a(value, type):
        own = type.__dict__["__dict__"].__get__(value)
        return list(own.values()) if own.get("__module__") == "__main__" else ()
    return list((instance_dict(value) or {}).values())


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
