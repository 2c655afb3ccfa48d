"""What an instrumented script calls instead of the engine's own objects."""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Iterable
from typing import Any

_REPORTS = [
    "begin",
    "leave",
    "bring",
    "gradient",
    "update",
    "used",
    "loss",
    "metric",
    "collected",
    "about",
    "seen",
    "ran",
]
"""Those that return nothing."""


class Probe:
    """A module whose functions an instrumented script calls: those of a run, or idle ones.

    A code object that refers to a run would keep it alive for ever, since Python looks for no
    cycles through code. So the run takes itself out when it is closed, and functions that
    outlive it, in other threads or in handlers, report to nobody.

    Attributes:
        module: what the script gets.
    """

    def __init__(self) -> None:
        module: Any = types.ModuleType("probe")
        self.module = module
        module.iter = iter
        module.show = _show
        self.disarm()

    def arm(self, **functions: Callable[..., object]) -> None:
        """Let the script report to these."""
        vars(self.module).update(functions)

    def disarm(self) -> None:
        """Let the script report to nobody."""
        self.module.epochs = _as_it_is
        self.module.turn = _go_on
        self.module.returns = _returned
        self.module.sent = _sent
        self.module.passed = self.module.inner = _passed
        self.module.asked = self.module.given = _itself
        self.module.shifted = _unshifted
        self.module.difference = operator.sub
        self.module.remaining = self.module.locals = ()
        self.module.resumed = _nothing
        for name in _REPORTS:
            setattr(self.module, name, _nothing)


def _as_it_is(loop: int, iterable: Iterable[Any]) -> Iterable[Any]:
    return iterable


def _go_on(loop: int) -> bool:
    return True


def _returned(loop: int, index: int, value: Any) -> Any:
    return value


def _sent(name: str, loss: Any) -> Any:
    return loss


def _passed(index: int, value: Any = None) -> Any:
    return value


def _unshifted(path: str, value: Any) -> Any:
    return value


def _itself(value: Any) -> Any:
    return value


def _show(value: Any) -> None:
    if value is not None:
        print(repr(value))


def _nothing(*what: object) -> None:
    pass
