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
            _end(process)
            await process.wait()
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


def _end(process: asyncio.subprocess.Process) -> None:
    """End a process and those that it has started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


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
