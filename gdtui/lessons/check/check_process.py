"""Checks a lesson's file in a process of its own, which can be ended at any time.

A script may hang where nothing can interrupt it: in a sleep, in a regular expression, in a C loop.
Only a whole process can be ended there.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import IO

from gdtui.lessons.check.lesson_check import Tell, find_problems
from gdtui.lessons.errors import LessonError
from gdtui.lessons.problems import Problem

_GRACE = 10.0
"""Seconds after the time limit at which the process ends itself, in case its parent was killed and
cannot end it."""

_MAIN = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from gdtui.lessons.check.check_process import answer
answer(sys.argv[2], float(sys.argv[3]))
"""


def check_within(
    path: Path,
    seconds: float,
    tell: Tell,
    clock: Callable[[], float] = time.monotonic,
) -> list[Problem]:
    """The problems in a lesson's file, by line. If the check takes longer than ``seconds``, or if
    the lesson ends the process, this is one more problem. ``tell`` is called at the beginning of
    each part of the check.

    Raises:
        LessonError: the file cannot be read.
    """
    deadline = clock() + seconds
    # Its first entry is the place where gdtui was found.
    arguments = [json.dumps(sys.path), str(path), str(seconds + _GRACE)]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _MAIN, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        # Ending the group ends what the process has started, and Ctrl+C goes to the parent alone.
        start_new_session=True,
    )
    assert process.stdout is not None
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    reader = Thread(target=_pass_on, args=(process.stdout, answers), daemon=True)
    reader.start()
    line, doing = 1, "reading it"
    found: list[Problem] = []
    try:
        while True:
            left = deadline - clock()
            if left <= 0:
                raise queue.Empty  # whatever waits there: it may never return
            match json.loads(answers.get(timeout=left) or "[]"):
                case ["doing", int(line), str(doing)]:
                    tell(line, doing)
                case ["problem", int(at), str(message)]:
                    found.append(Problem(at, message))
                case ["refused", str(message)]:
                    raise LessonError(message)
                case ["over"]:
                    break
                case _:
                    code = process.wait()
                    found.append(Problem(line, f"it ended the process (exit code {code}): {doing}"))
                    break
    except queue.Empty:
        found.append(Problem(line, f"not done after {seconds:g} seconds: {doing}"))
    finally:
        _end(process)
        # It ends with the process, unless a child of the process has got away.
        reader.join(timeout=1)
    return sorted(found, key=lambda each: each.line)


def _pass_on(stream: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    """Wait for lines, which no timeout can interrupt; an empty line marks the end."""
    with stream:
        for line in stream:
            answers.put(line)
    answers.put(b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def answer(path: str, seconds: float) -> None:
    """The main function of the process: check a lesson's file, and write the problems to standard
    output as lines of JSON. It ends itself after ``seconds``."""
    # The output of a script that bypasses Python must not mix with the answer.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)

        def say(*what: object) -> None:
            output.write(json.dumps(what) + "\n")
            output.flush()

        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            # This works even where no Python code runs any more.
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            try:
                for each in find_problems(Path(path), lambda line, text: say("doing", line, text)):
                    say("problem", each.line, each.message)
            except LessonError as error:
                say("refused", str(error))
            say("over")
            faulthandler.cancel_dump_traceback_later()
