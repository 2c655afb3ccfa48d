"""A function in a process of its own, while the app goes on.

joblib passes the streams of the process on, and an app that owns the terminal has none to pass on.
Also, whoever waits here can leave at any time, which ends the process. So this starts a plain
Python. It finds the function in a file, and leaves the result in another.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line

P = ParamSpec("P")
Result = TypeVar("Result")

_TASK, _RESULT = "task", "result"

_GRACE, _LOOKS = 0.5, 25
"""Seconds for a process to end, and for those that it has started; how often these are looked
for in that time."""


async def elsewhere(task: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Call a function of a module in another process. If the caller is cancelled, that process is
    ended.

    Raises:
        ScriptError: the function has raised one, or its process has died.
    """
    with tempfile.TemporaryDirectory(prefix="gdtui-") as name:
        folder = Path(name)
        (folder / _TASK).write_bytes(pickle.dumps((task, args, kwargs)))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gdtui.experiments.elsewhere", name),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # ctrl+c is for the app
        )
        try:
            _, complaints = await process.communicate()
        finally:
            await _end(process)
        try:
            is_result, found = pickle.loads((folder / _RESULT).read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError):
            last = complaints.decode("utf-8", "replace").strip().rpartition("\n")[2]
            how = f" with status {process.returncode}"
            raise ScriptError(f"its process has ended{how}: {clean_line(last, 200)}") from None
    if not is_result:
        raise ScriptError(str(found))
    result: Result = found
    return result


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process and those that it has started: at first in such a way that what joblib has
    started to clean up behind it can do so."""
    if process.returncode is None:
        _signal(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE)
        for _ in range(_LOOKS):
            if not _signal(process.pid, 0):
                break
            await asyncio.sleep(_GRACE / _LOOKS)
        _signal(process.pid, signal.SIGKILL)
    await process.wait()


def _signal(group: int, number: int) -> bool:
    """Send a signal to a group of processes. Returns whether there are any."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _main(folder: Path) -> None:
    """The other process: call the function, and leave its result."""
    task, args, kwargs = pickle.loads((folder / _TASK).read_bytes())
    try:
        found = True, task(*args, **kwargs)
    except ScriptError as error:
        found = False, str(error)
    other = folder / f"{_RESULT}.new"
    other.write_bytes(pickle.dumps(found))
    other.replace(folder / _RESULT)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
