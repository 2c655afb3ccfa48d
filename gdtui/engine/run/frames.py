"""The frames of the functions on the way to a training loop, to be entered again later."""

from __future__ import annotations

import inspect
import types

from gdtui.engine.program.program import Program
from gdtui.engine.state.copying import NotCopyableError

_SUSPENDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def frames_to(
    frame: types.FrameType | None, program: Program, loop: int, stand_in: types.CodeType
) -> tuple[list[types.FrameType], tuple[int, ...]]:
    """The frames from the first function on the way to a training loop to its own ``frame``, and
    the lines of the calls that lead to them. Code between them that is the ``stand_in`` for a call
    is left out.

    Raises:
        NotCopyableError: they cannot be entered again.
    """
    frames: list[types.FrameType] = []
    lines: list[int] = []
    while frame is not None:
        kept = frame.f_code.co_cellvars or frame.f_code.co_freevars
        if kept or frame.f_code.co_flags & _SUSPENDS:
            raise NotCopyableError(f"a call of {frame.f_code.co_name}")
        frames.insert(0, frame)
        caller = frame.f_back
        while caller is not None and caller.f_code is stand_in:
            caller = caller.f_back
        if caller is None or caller.f_code.co_filename != program.script.path:
            raise NotCopyableError("a function that a library has called")
        lines.insert(0, caller.f_lineno)
        if caller.f_code.co_name == "<module>":
            break
        frame = caller
    calls = tuple(lines)
    if not program.can_enter(loop, calls):
        raise NotCopyableError("a function that is called in the middle of a statement")
    return frames, calls
