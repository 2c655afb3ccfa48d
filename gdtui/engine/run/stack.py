"""A stack of its own for a script, which can be left and entered in the middle of anything."""

from __future__ import annotations

import contextvars
from collections.abc import Callable

from greenlet import GreenletExit, getcurrent, greenlet

# Stacks of scripts that caught the exception meant to end them. They are never resumed, and
# keeping them keeps Python from trying once more when they would be collected.
_stuck: list[greenlet] = []


class Closed(GreenletExit):
    """Thrown into a stack to end it. A script may raise a ``GreenletExit`` itself."""


class Stack:
    """Runs a function that can be paused at any depth (a greenlet)."""

    def __init__(
        self, run: Callable[[], object], context: contextvars.Context | None = None
    ) -> None:
        """The function begins with the first :meth:`enter`, with a copy of these context
        variables, or with none."""
        self._greenlet = greenlet(run)
        if context is not None:
            self._greenlet.gr_context = context.copy()

    @property
    def is_active(self) -> bool:
        """Whether the function has begun and is not over."""
        return bool(self._greenlet)

    @property
    def is_current(self) -> bool:
        """Whether it is the function that is asking."""
        return getcurrent() is self._greenlet

    def context(self) -> contextvars.Context:
        """A copy of the function's context variables as they are."""
        if self.is_current:
            return contextvars.copy_context()
        own = self._greenlet.gr_context
        return contextvars.Context() if own is None else own.copy()

    def enter(self) -> None:
        """Let the function run on until it calls :func:`leave_stack` or ends."""
        # It returns to whoever switches to it now, who need not have made it.
        self._greenlet.parent = getcurrent()
        self._greenlet.switch()

    def end(self) -> None:
        """End the function where it is, by an exception."""
        self._greenlet.parent = getcurrent()
        try:
            self._greenlet.throw(Closed)
        finally:
            if not self._greenlet.dead:
                _stuck.append(self._greenlet)


def leave_stack() -> None:
    """Pause the function of the stack that this is called on, until it is entered again."""
    parent = getcurrent().parent
    assert parent is not None
    parent.switch()
