"""Checking a lesson's file in a process of its own: it ends, whatever the lesson does there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gdtui.lessons.check import check_process
from gdtui.lessons.check.check_process import check_within
from gdtui.lessons.check.lesson_check import check_lesson
from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.library import library

LESSON = """\
---
title: T
stage: script.py
---

## One

It begins. {nope}

## Two

- go: epoch

It goes on.

## Three

- go: end

It ends.
"""
SCRIPT = """\
import os, re, sys, time
w = 1.0
note = "note.txt"
def turn(epoch):
    if epoch == 1:
        {}
for epoch in range(10_000_000):
    dw = 2 * w
    w -= 0.01 * dw
    turn(epoch)
"""


class Clock:
    """A clock that stands still until it is said that something has begun."""

    def __init__(self, until):
        self.told = []
        self._until = until

    def tell(self, line, text):
        self.told.append((line, text))

    def __call__(self):
        return 1e6 if any(text.startswith(self._until) for _, text in self.told) else 0.0


@pytest.fixture
def lesson(tmp_path):
    def make(code, text=LESSON):
        (tmp_path / "script.py").write_text(SCRIPT.format(code))
        path = tmp_path / "lesson.md"
        path.write_text(text)
        return path

    return make


def told(path, until="never", seconds=100.0):
    clock = Clock(until)
    found = check_within(path, seconds, clock.tell, clock)
    return [(each.line, each.message) for each in found], clock.told


NOPE = (8, "'nope': 'nope' is not defined here")


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(1e6)",
        "while True: pass",
        're.match("(a|a)*b", "a" * 1000)',
        "sum(range(10**15))",
        # Ten million epochs, none of which hangs.
        "pass",
    ],
)
def test_what_hangs_is_ended_and_named(lesson, code):
    found, doing = told(lesson(code), until="step 3")
    late = "not done after 100 seconds: step 3 of 3, with script.py"
    assert found == [NOPE, (16, late)]
    assert doing == [
        (6, "step 1 of 3, with script.py"),
        (10, "step 2 of 3, with script.py"),
        (16, "step 3 of 3, with script.py"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("code", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_script_that_ends_the_process_is_named(lesson, code):
    found, _ = told(lesson(code))
    assert found[0] == NOPE
    ((line, message),) = found[1:]
    assert line == 16
    assert message.startswith("it ended the process (exit code ")
    assert message.endswith("): step 3 of 3, with script.py")


@pytest.mark.slow
def test_what_a_script_writes_past_python_is_no_answer(lesson):
    path = lesson('os.write(1, b\'["problem", 1, "forged"]\\n\'); raise SystemExit')
    assert told(path)[0] == [NOPE]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes have no groups there")
def test_what_a_script_has_begun_ends_with_it(lesson, tmp_path):
    """The child of a script has a pipe open, which ends when nobody can write to it any more."""
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    code = (
        "import subprocess; "
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1e6)'], "
        f"stdout=open({str(tmp_path / 'pipe')!r}, 'w'))"
    )
    path = lesson(code, LESSON.replace("go: epoch", "go: epoch 2"))
    clock, open_in = Clock("step 3"), []

    def tell(line, text):
        clock.tell(line, text)
        try:
            os.read(pipe, 1)
        except BlockingIOError:
            open_in.append(text)

    check_within(path, 100, tell, clock)
    assert open_in[-1:] == ["step 3 of 3, with script.py"]
    os.set_blocking(pipe, True)
    assert os.read(pipe, 1) == b""
    os.close(pipe)


@pytest.mark.slow
def test_the_time_limit_counts_from_the_start(lesson):
    found, doing = told(lesson("pass"), until="step", seconds=5)
    assert found == [(6, "not done after 5 seconds: step 1 of 3, with script.py")]
    assert len(doing) == 1


def test_nothing_is_heard_after_the_time_is_up(lesson, monkeypatch):
    """Even where it waits there already, as from a lesson that has no end of problems."""
    answers = [b'["doing", 7, "step 1 of 3"]', *[b'["problem", 9, "late"]'] * 3, b'["over"]']

    def pass_on(stream, queue):
        stream.close()
        for each in answers:
            queue.put(each)

    monkeypatch.setattr(check_process, "_pass_on", pass_on)
    clock = Clock("step 1")
    found = check_within(lesson("pass"), 5, clock.tell, clock)
    assert [(each.line, each.message) for each in found] == [
        (7, "not done after 5 seconds: step 1 of 3")
    ]


@pytest.mark.slow
def test_what_is_found_is_what_is_found_without(tmp_path):
    path = tmp_path / "lesson.md"
    path.write_text(LESSON.replace("stage: script.py\n", "").replace("epoch", "up"))
    expected = [(each.line, each.message) for each in check_lesson(path)]
    assert len(expected) == 1
    assert told(path)[0] == expected


@pytest.mark.slow
def test_nothing_is_wrong_with_a_good_one():
    found, doing = told(library()[0].path)
    assert found == []
    steps = library()[0].read().steps
    assert doing[0] == (steps[0].line, f"step 1 of {len(steps)}, with manual")
    assert doing[2] == (steps[1].line, f"step 2 of {len(steps)}, its answer, with manual")


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(LessonError, match="there is no such file; give the path"):
        told(tmp_path / "none.md")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_script_that_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "script.py")
    path = tmp_path / "lesson.md"
    path.write_text(LESSON)
    ((line, message),) = told(path)[0]
    assert line == 1
    assert "this is a pipe" in message
    path.write_text(LESSON.replace("script.py", "/dev/zero"))
    assert "this is a device" in told(path)[0][0][1]


@pytest.mark.slow
def test_it_does_not_matter_who_the_main_module_is(tmp_path):
    """A program without a guard around its main part checks a lesson once."""
    path = tmp_path / "main.py"
    path.write_text(
        "from pathlib import Path\n"
        "from gdtui.lessons.check.check_process import check_within\n"
        f"lesson = Path({str(library()[0].path)!r})\n"
        "print(check_within(lesson, 100, lambda line, text: None))\n"
    )
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("[]\n", "")
