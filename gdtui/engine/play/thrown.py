"""Exceptions that one thread throws into another: the only way out of a loop in a script's own
statement."""

from __future__ import annotations

import ctypes
import sys
import threading
import types


def throw(kind: type[BaseException], thread: int) -> None:
    """Raise an exception in a thread, given by its number, between two of its instructions. A call
    into C is not cut short."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))


def take_back() -> None:
    """Drop the exception that is on its way to this thread, if there is one."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(threading.get_ident()), None)


def frame_of(path: str, thread: int) -> types.FrameType | None:
    """The innermost frame of a file that is running on a thread; None if none is."""
    frame = sys._current_frames().get(thread)
    while frame and frame.f_code.co_filename != path:
        frame = frame.f_back
    return frame
