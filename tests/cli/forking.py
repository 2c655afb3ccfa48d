"""gdtui's commands and Python's scripts, each in a process of its own that has loaded PyTorch.

Half of what a test of the command line takes goes into loading the same libraries. Here one
process loads them and is forked for each command. Tests of loading itself, of terminals and of
closed streams start a process from nothing.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path

# An optimizer of torch imports the last one.
_LIBRARIES = (
    "numpy",
    "torch",
    "torch._dynamo",
    "gdtui.cli",
    "gdtui.analysis.study",
    "gdtui.export.printers",
    "gdtui.experiments.sweep",
    "gdtui.lessons.plain.plain_walk",
)


def gdtui(*arguments: object, **given) -> subprocess.CompletedProcess[str]:
    """Run a command of gdtui. ``typed`` is what comes from standard input, ``env`` the whole
    environment, ``cwd`` the folder."""
    return _run("gdtui", [str(each) for each in arguments], **given)


def python(*arguments: object, **given) -> subprocess.CompletedProcess[str]:
    """Run a script as Python does."""
    return _run("python", [str(each) for each in arguments], **given)


def _run(
    program: str, arguments: list[str], *, typed: str = "", env=None, cwd=None
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "0").write_text(typed)
        order = {
            "program": program,
            "arguments": arguments,
            "environment": dict(os.environ if env is None else env),
            "cwd": str(cwd or Path.cwd()),
            "streams": [str(place / str(number)) for number in range(3)],
        }
        server = _server()
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, err = ((place / str(number)).read_bytes().decode() for number in (1, 2))
    return subprocess.CompletedProcess([program, *arguments], code, out, err)


@cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(server.stdin.close)
    return server


def _serve() -> None:
    for module in _LIBRARIES:
        importlib.import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _become(order)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(order: dict) -> None:
    """Go on as the program that is asked for, and end as it does."""
    for number, path in enumerate(order["streams"]):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    sys.stdin, sys.stdout, sys.stderr = map(os.fdopen, range(3), "rww")
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    code: object = 0
    try:
        if order["program"] == "gdtui":
            sys.argv = ["gdtui", *order["arguments"]]
            from gdtui.cli import main

            main()
        else:
            sys.argv = order["arguments"]
            sys.path[0] = str(Path(sys.argv[0]).resolve().parent)
            runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve()
