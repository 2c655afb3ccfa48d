"""Lets the optimizers of torch report when they are about to update."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gdtui.engine.libraries import imported

Heard = Callable[[Any], object]


class _Running(threading.local):
    """What the steps on one thread are reported to, while a script of ours runs on it."""

    heard: Heard | None = None
    unread: Any = None


_running = _Running()


@contextmanager
def hears_steps(heard: Heard) -> Iterator[None]:
    """While this lasts, ``heard`` gets each optimizer that steps on this thread, at a time when
    the gradients of its parameters are those that the step uses."""
    before = _running.heard
    _running.heard = heard
    try:
        yield
    finally:
        _running.heard = before


def install_hooks() -> None:
    """Let the optimizers of torch report, if torch is loaded and they do not yet. Those that no
    script of ours runs report to nobody."""
    optimizer: Any = imported("torch.optim.optimizer")
    if hasattr(optimizer, "register_optimizer_step_post_hook"):
        hooks = vars(optimizer)["_global_optimizer_pre_hooks"]
        if _before_step not in hooks.values():
            optimizer.register_optimizer_step_pre_hook(_before_step)
            optimizer.register_optimizer_step_post_hook(_after_step)


def _before_step(optimizer: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    heard = _running.heard
    if heard is None:
        return
    # The gradients that a step uses may be made in it: by a closure, by a hook of the optimizer's
    # own, or where it undoes the factor of a gradient scaler. Then they are read behind it.
    if (
        len(given) > 1
        or named
        or optimizer._optimizer_step_pre_hooks
        or "grad_scale" in optimizer.__dict__
    ):
        _running.unread = optimizer
    else:
        heard(optimizer)


def _after_step(optimizer: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    if _running.unread is optimizer:
        _running.unread = None
        if _running.heard is not None:
            _running.heard(optimizer)
