"""A function in a process of its own."""

from __future__ import annotations

import asyncio
import os
import runpy
import time
from pathlib import Path

import pytest

from gdtui.engine.errors import ScriptError
from gdtui.experiments.elsewhere import elsewhere

pytestmark = pytest.mark.slow


def test_the_result_comes_from_another_process():
    assert asyncio.run(elsewhere(divmod, 17, 5)) == (3, 2)
    assert asyncio.run(elsewhere(os.getpid)) != os.getpid()


def test_a_process_that_dies_is_told():
    with pytest.raises(ScriptError, match="ended with status 3"):
        asyncio.run(elsewhere(os._exit, 3))


def test_the_process_ends_with_the_wait(tmp_path):
    # Other tests may have started some, too.
    before = _children()

    async def leave():
        task = asyncio.create_task(elsewhere(time.sleep, 600))
        await asyncio.sleep(0)
        found = []
        while not found:
            await asyncio.sleep(0.01)
            found = [each for each in _children() if each not in before]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return found

    (child,) = asyncio.run(leave())
    assert child not in _children()


STUBBORN = """
import signal, subprocess, sys, time
from pathlib import Path
ignores = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", ignores])
Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""


def test_a_process_that_ignores_a_request_to_end_is_ended_with_those_it_has_started(tmp_path):
    script, told = tmp_path / "stubborn.py", tmp_path / "pid"
    script.write_text(STUBBORN.replace("sys.argv[1]", repr(str(told))))

    async def leave():
        task = asyncio.create_task(elsewhere(runpy.run_path, str(script)))
        while not told.exists() or not told.read_text():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        # The system may take a moment.
        while _lives(told.read_text()):
            await asyncio.sleep(0.01)

    asyncio.run(leave())


def _lives(process):
    try:
        stat = (Path("/proc") / process / "stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _children():
    """The processes that this one has started and that live."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            state, parent = text.rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                found.append(int(folder.name))
    return found
