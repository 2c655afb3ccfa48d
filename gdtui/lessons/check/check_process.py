"""Checking a lesson's file in a process of its own, which can be ended whatever it does.

A script may hang where nothing can interrupt it: in a sleep, in a regular expression, in a loop of
C. Only a process can be left in the middle of that.
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
"""Seconds beyond the time limit after which the process ends itself. That is for a parent that
was killed and cannot end it any more."""

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
    """All that is wrong with a lesson's file, by line. Where that has not been found out after so
    many seconds, or the lesson has ended the process that was to find it out, this is one more
    problem. ``tell`` is called with what is being done, as it is begun.

    Raises:
        LessonError: the file cannot be read.
    """
    deadline = clock() + seconds
    # Whatever comes first in it is where gdtui was found.
    arguments = [json.dumps(sys.path), str(path), str(seconds + _GRACE)]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _MAIN, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        # Whoever ends it ends what it has begun, and Ctrl+C is for the parent.
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
                raise queue.Empty  # whatever waits there: it may never come to an end
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
        # It ends with the process, but for one that has been begun there and has got away.
        reader.join(timeout=1)
    return sorted(found, key=lambda each: each.line)


def _pass_on(stream: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    """Wait for lines, where no wait has an end; an empty one stands for the last."""
    with stream:
        for line in stream:
            answers.put(line)
    answers.put(b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, with those that it has begun."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def answer(path: str, seconds: float) -> None:
    """What the process does: check a lesson's file, and write what is found to standard output,
    in lines of JSON. It ends itself after so many seconds."""
    # What a script writes past Python is no part of the answer.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)

        def say(*what: object) -> None:
            output.write(json.dumps(what) + "\n")
            output.flush()

        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            # This works where no Python runs any more.
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            try:
                for each in find_problems(Path(path), lambda line, text: say("doing", line, text)):
                    say("problem", each.line, each.message)
            except LessonError as error:
                say("refused", str(error))
            say("over")
            faulthandler.cancel_dump_traceback_later()
