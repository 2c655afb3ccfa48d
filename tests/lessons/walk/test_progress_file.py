"""The file of a learner's progress where it is damaged, newer, locked or not to be written to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from gdtui.lessons.score import Answered, Outcome, Score
from gdtui.lessons.walk import progress as module
from gdtui.lessons.walk.progress import Progress, Record

SCORE = Score(5, {1: Answered(Outcome.RIGHT), 2: Answered(Outcome.WRONG, Outcome.RIGHT, 3)})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "gdtui" / "progress.json"


@pytest.fixture
def progress(path):
    return Progress(path)


def others(path):
    """What lies beside the file, but for its lock."""
    return sorted(
        each.name
        for each in path.parent.iterdir()
        if each.name not in (path.name, f"{path.name}.lock")
    )


def damaged(path, how):
    Progress(path).note("one", 3, 7, SCORE)
    content = json.loads(path.read_bytes())
    path.write_bytes(how(path.read_bytes(), content))
    return path.read_bytes()


def changed(*keys, to):
    def change(data, content):
        inner = content
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = to
        return json.dumps(content).encode()

    return change


def without(*keys):
    def change(data, content):
        inner = content
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]
        return json.dumps(content).encode()

    return change


ONE = ("lessons", "one")
DAMAGES = {
    "empty": lambda data, content: b"",
    "truncated": lambda data, content: data[: len(data) // 2],
    "zeros": lambda data, content: bytes(len(data)),
    "words": lambda data, content: b"this is not JSON",
    "not UTF-8": lambda data, content: data.replace(b"one", b"\xff\xfe\xfd"),
    "list": lambda data, content: b"[]",
    "null": lambda data, content: b"null",
    "number": lambda data, content: b"3",
    "deep": lambda data, content: b"[" * 100_000,
    "no version": without("version"),
    "version": changed("version", to="1"),
    "version null": changed("version", to=None),
    "no lessons": without("lessons"),
    "lessons": changed("lessons", to=[]),
    "lesson": changed(*ONE, to=3),
    "no steps": without(*ONE, "steps"),
    "at": changed(*ONE, "at", to="3"),
    "at below 0": changed(*ONE, "at", to=-1),
    "at true": changed(*ONE, "at", to=True),
    "at 1.5": changed(*ONE, "at", to=1.5),
    "best": changed(*ONE, "best", to="all"),
    "answers": changed(*ONE, "answers", to=[1]),
    "answer": changed(*ONE, "answers", "1", to="right"),
    "outcome": changed(*ONE, "answers", "1", to=["good", None, 0]),
    "hints": changed(*ONE, "answers", "1", to=["right", None, -1]),
    "step": changed(*ONE, "answers", to={"first": ["right", None, 0]}),
    "step below 0": changed(*ONE, "answers", to={"-1": ["right", None, 0]}),
}


@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_set_aside_and_said(progress, path, how):
    data = damaged(path, how)
    assert progress.records == {}
    assert progress.complaint == f"{path} is damaged; it will be set aside"
    assert not progress.is_fresh
    assert path.read_bytes() == data

    progress.note("two", 1, 2, Score(1))
    assert progress.complaint == (
        f"{path} was damaged; it is now progress-damaged-1.json, and a new one begins"
    )
    assert (path.parent / "progress-damaged-1.json").read_bytes() == data
    assert Progress(path).records == {"two": Record(1, 2, Score(1))}
    assert not Progress(path).is_fresh
    progress.note("two", 2, 2, Score(1))
    assert progress.complaint == ""


def test_a_file_that_was_set_aside_is_never_written_over(path):
    contents = [b"first", b"second", b"third"]
    for content in contents:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        Progress(path).reset()
    assert others(path) == [f"progress-damaged-{n}.json" for n in (1, 2, 3)]
    assert [(path.parent / name).read_bytes() for name in others(path)] == contents


def test_a_file_of_a_later_version_is_left_alone(progress, path):
    data = damaged(path, changed("version", to=2))
    assert (progress.records, progress.is_fresh) == ({}, False)
    assert progress.complaint == f"{path} is from a newer gdtui; it is left alone"
    for change in (lambda: progress.note("two", 1, 2, SCORE), progress.reset, progress.note_offer):
        change()
        assert progress.complaint == f"{path} is from a newer gdtui; progress is not kept"
    assert path.read_bytes() == data
    assert others(path) == []


def refuses(progress, says):
    progress.note("one", 3, 7, SCORE)
    assert says in progress.complaint
    assert progress.complaint.endswith("; progress is not kept")
    assert "\n" not in progress.complaint
    progress.note_end("one", SCORE)
    progress.reset()
    progress.note_offer()
    assert says in progress.complaint


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_cannot_be_written_to_is_said(progress, path):
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o500)
    try:
        refuses(progress, "cannot be written to: Permission denied")
        assert progress.records == {}
    finally:
        path.parent.chmod(0o700)


def test_a_folder_that_is_a_file_is_said(tmp_path):
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file" / "p.json", tmp_path / "file" / "gdtui" / "p.json"):
        progress = Progress(path)
        refuses(progress, f"{path} cannot be written to: ")
        assert progress.records == {}
        assert progress.complaint.startswith(f"{path} cannot be read: ")
        assert not progress.is_fresh
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_that_is_a_folder_is_said(progress, path):
    path.mkdir(parents=True)
    refuses(progress, f"{path} cannot be written to: ")
    assert progress.records == {}
    assert "cannot be read" in progress.complaint


@pytest.mark.parametrize("error", [OSError("no room"), KeyboardInterrupt()], ids=["full", "ended"])
def test_what_ends_it_between_writing_and_moving_leaves_the_old_file(
    progress, path, monkeypatch, error
):
    progress.note("one", 3, 7, SCORE)
    data = path.read_bytes()

    def fail(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        try:
            progress.note("two", 1, 2, Score(1))
        except KeyboardInterrupt:
            assert isinstance(error, KeyboardInterrupt)
        else:
            assert (
                progress.complaint == f"{path} cannot be written to: no room; progress is not kept"
            )
    assert path.read_bytes() == data
    assert others(path) == []
    progress.note("two", 1, 2, Score(1))
    assert set(Progress(path).records) == {"one", "two"}


KILLED = """
import os, sys
from pathlib import Path
from gdtui.lessons.walk.progress import Progress
from gdtui.lessons.score import Score

def die(*_, **__):
    os._exit(9)

where, name = sys.argv[2].rsplit(".", 1)
setattr({"os": os, "Path": Path}[where], name, die)
Progress(Path(sys.argv[1])).note("two", 1, 2, Score(1))
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["os.fdopen", "os.fsync", "Path.replace"])
def test_one_that_is_killed_leaves_nothing_that_the_next_does_not_use(progress, path, step):
    progress.note("one", 3, 7, SCORE)
    for _ in range(2):
        command = [sys.executable, "-c", KILLED, path, step]
        assert subprocess.run(command).returncode == 9
        assert set(progress.records) == {"one"}
        assert others(path) == ["progress.json.new"]
    progress.note("three", 1, 2, Score(1))
    assert (progress.complaint, set(progress.records)) == ("", {"one", "three"})
    assert others(path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions there")
def test_it_is_for_nobody_elses_eyes(progress, path):
    progress.note("one", 3, 7, SCORE)
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_program_that_writes_is_waited_for_and_then_said(progress, path, monkeypatch):
    monkeypatch.setattr(module, "_LOCK_TIMEOUT", 0.0)
    path.parent.mkdir(parents=True)
    with FileLock(f"{path}.lock"):
        progress.note("one", 3, 7, SCORE)
    assert progress.complaint == f"{path} is in use by another program; progress is not kept"
    assert not path.exists()
    progress.note("one", 3, 7, SCORE)
    assert (progress.complaint, set(progress.records)) == ("", {"one"})


WRITER = """
import sys
from pathlib import Path
from gdtui.lessons.walk.progress import Progress
from gdtui.lessons.score import Score

progress = Progress(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(50):
    # What is kept is what there was no complaint about.
    while True:
        progress.note(f"{sys.argv[2]}-{number}", number, 50, Score(1))
        if not progress.complaint.endswith("progress is not kept"):
            break
    assert not progress.complaint, progress.complaint
"""


@pytest.mark.slow
def test_two_that_write_at_once_lose_nothing(path):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, path, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    names = {f"{name}-{number}" for name in "ab" for number in range(50)}
    assert set(Progress(path).records) == names
    assert others(path) == []
