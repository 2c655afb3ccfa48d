"""How a script ended, and if it failed, what Python would print and with which exit code."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from gdtui.engine.kinds import is_a
from gdtui.engine.parsing import alone
from gdtui.engine.printable import MOST, clean_line

_PACKAGE = str(Path(__file__).parents[2]) + os.sep


@dataclass(frozen=True)
class Failure:
    """An exception of the script, or a ``sys.exit`` with a code that says that something failed.

    Attributes:
        message: the exception in one line, as ``ValueError: no``.
        line: the line of the script at which it happened; None when not inside the script.
        traceback: what Python prints of it, the engine's own frames left out; empty where it
            prints nothing.
        exit_code: the exit code that the script has under Python.
    """

    message: str
    line: int | None
    traceback: str
    exit_code: int = 1


Place = Callable[[int], str]
"""Gives a line of a script in words: ``line 24``, or ``cell 3, line 2``."""


def failure_of(error: BaseException, path: str, place: Place) -> Failure:
    """An exception of the script at ``path``, with the engine's frames left out. The traceback
    says by ``place`` where in the script something happened."""
    report = traceback.TracebackException.from_exception(error)
    each: traceback.TracebackException | None = report
    seen = set()
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        each.stack[:] = [frame for frame in each.stack if _is_of_script(frame.filename, path)]
        each = each.__cause__ or each.__context__
    lines = [frame.lineno for frame in report.stack if frame.filename == path]
    line = lines[-1] if lines else None
    if is_a(error, SystemExit):
        code, text = _exit_of(error)
        message = clean_line(
            f"the script ended itself with exit code {_code_text(_code_of(error))}"
        )
        return Failure(message, line, text, code)
    said = " ".join(_text_of(error)[: 2 * MOST].split())
    name = type(error).__name__
    message = clean_line(f"{name}: {said}" if said else name)
    # To mark a place in a line, Python makes a tree of it.
    text = "".join(alone(lambda: list(report.format())))
    quoted = re.escape(f'File "{path}", ')
    text = re.sub(rf"({quoted})line (\d+)", lambda found: found[1] + place(int(found[2])), text)
    return Failure(message, line, text)


def is_success(error: BaseException) -> bool:
    """Whether it is a ``sys.exit`` that says that all went well."""
    return is_a(error, SystemExit) and _exit_of(error)[0] == 0


def call_hook(error: BaseException, path: str, place: Place) -> Failure:
    """Show an exception as Python does: by ``sys.excepthook``, whatever the script has put there.
    Python's own prints it to ``sys.stderr``.

    Returns the failure. Its ``traceback`` is empty where a hook of the script's own was called.
    """
    failure = failure_of(error, path, place)
    hook = getattr(sys, "excepthook", None)
    if is_a(error, SystemExit) or hook is sys.__excepthook__ or hook is None:
        _write(failure.traceback)
        return failure
    try:
        hook(type(error), error, _below_the_engine(error.__traceback__, path))
    except SystemExit as exit_error:
        failure = failure_of(exit_error, path, place)
        _write(failure.traceback)
        return failure
    except Exception as wrong:
        wrong.__context__ = None
        second = failure_of(wrong, path, place).traceback
        _write(f"Error in sys.excepthook:\n{second}\nOriginal exception was:\n{failure.traceback}")
    return Failure(failure.message, failure.line, "", failure.exit_code)


def _below_the_engine(trace: TracebackType | None, path: str) -> TracebackType | None:
    while trace is not None and not _is_of_script(trace.tb_frame.f_code.co_filename, path):
        trace = trace.tb_next
    return trace


def _is_of_script(file: str, path: str) -> bool:
    return file == path or not file.startswith(_PACKAGE)


def _write(text: str) -> None:
    """Write to the script's standard error, if it can be written to."""
    try:
        sys.stderr.write(text)
    except Exception:  # closed, None, or an object of the script's own
        return


def _exit_of(error: BaseException) -> tuple[int, str]:
    """The exit code, and what is printed. As Python does: a message is printed, a number is not."""
    code = _code_of(error)
    if code is None:
        return 0, ""
    if is_a(code, int):
        number = int.__index__(code)
        return (number if -(2**31) <= number < 2**31 else -1), ""
    return 1, _text_of(code) + "\n"


def _code_of(error: BaseException) -> Any:
    return getattr(error, "code", None)


def _code_text(code: Any) -> str:
    if is_a(code, int):
        number = int.__index__(code)
        return str(number) if number.bit_length() < 4096 else "with over 1,000 digits"
    try:
        return repr(code)
    except Exception:
        return f"<{type(code).__name__}>"


def _text_of(value: object) -> str:
    try:
        return str(value)
    except Exception:
        return ""
