"""What Python writes to standard error while a script runs is part of the transcript."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from contextlib import redirect_stderr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.record.transcript import Entry, Line, Transcript

pytestmark = pytest.mark.filterwarnings("default")

_TEXT = """\
import logging, sys, traceback, warnings
import numpy as np
warnings.warn("before the loop")
logging.basicConfig(level="INFO", format="%(levelname)s %(message)s")
log = logging.getLogger("training")
w = 1.0
for epoch in range(4):
    w -= 0.1 * w
    print("epoch", epoch)
    warnings.warn("once a line")
    warnings.warn(f"of epoch {epoch}")
    log.info("at %s", epoch)
    print("aside", epoch, file=sys.stderr)
    try:
        1 / 0
    except ZeroDivisionError:
        traceback.print_exc()
    np.log(np.float64(-1.0))
logging.warning("over")
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "noisy.py"
    path.write_text(_TEXT)
    return Script.from_file(path)


def under_python(script):
    """What the script prints and writes to standard error in a process of its own."""
    done = subprocess.run([sys.executable, script.path], capture_output=True, text=True)
    return done.stdout, done.stderr


def test_it_is_what_python_writes(script):
    out, err = under_python(script)
    # The warning of np.log is left out: what is not finite is reported as divergence.
    place = err.index(f"{script.path}:18: RuntimeWarning: invalid value")
    err = err[:place] + err[err.index("\n", err.index("np.log", place)) + 1 :]
    with Timeline(script) as timeline:
        timeline.run()
        assert timeline.transcript.text == out
        assert timeline.transcript.error_text == err
    assert err.count("UserWarning: once a line\n  warnings.warn") == 1
    assert err.count("ZeroDivisionError") == 4


def test_going_back_and_forth_does_not_double_it(script):
    with Timeline(script) as timeline:
        timeline.run()
        expected = list(timeline.transcript)
    clock = {"clock": lambda: float(timeline.epoch if timeline else 0)}
    for options in ({}, clock):  # without checkpoints, and with one for each epoch
        with Timeline(script, **options) as timeline:
            timeline.seek(2)
            for _ in range(7):
                timeline.back()
            timeline.seek(3)
            timeline.seek(1)
            for _ in range(4):
                timeline.step()
            timeline.previous_epoch()
            timeline.run()
            timeline.seek(2)
            timeline.run()
            assert list(timeline.transcript) == expected


def test_each_line_knows_its_stream(script):
    with Timeline(script) as timeline:
        timeline.seek(1)
        lines = timeline.transcript.lines(0, 99)
    assert [(line.epoch, line.error, line.first) for line in lines[:4]] == [
        (0, True, True),
        (0, True, False),
        (1, False, True),
        (1, True, False),
    ]
    assert lines[0].text == f"{script.path}:3: UserWarning: before the loop"
    assert lines[1].text == '  warnings.warn("before the loop")'
    assert lines[2].text == "epoch 0"


def test_both_streams_have_a_listener_of_their_own(script):
    out, err = [], []
    with Timeline(script, output=out.append, errors=err.append) as timeline:
        timeline.run()
        timeline.seek(1)
        timeline.run()
        assert "".join(out) == timeline.transcript.text
        assert "".join(err) == timeline.transcript.error_text


def test_a_failing_script_leaves_its_traceback_there():
    with Timeline(Script("w = 1.0\nfor e in range(2):\n    w -= 0.1 * w\n1 / 0\n")) as timeline:
        moment = timeline.run()
        assert timeline.transcript.error_text == moment.failure.traceback
        assert timeline.transcript.error_text.endswith("ZeroDivisionError: division by zero\n")
        timeline.back()
        timeline.run()
        assert timeline.transcript.error_text == moment.failure.traceback


def test_a_stream_that_the_script_has_kept_stays_valid():
    text = (
        "import sys\nkept = sys.stderr\nw = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n"
        "    kept.write(f'{epoch}\\n')\n    print(kept is sys.stderr)\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.seek(2)
        timeline.seek(1)
        timeline.run()
        assert timeline.transcript.error_text == "0\n1\n2\n"
        assert timeline.transcript.text == "True\n" * 3


def test_what_the_host_writes_is_the_host_s(script):
    host = io.StringIO()
    with redirect_stderr(host), Timeline(script) as timeline:
        timeline.step()
        print("of the host", file=sys.stderr)
        with pytest.warns(UserWarning, match="of the host too"):
            warnings.warn("of the host too", stacklevel=1)
        timeline.run()
        assert "of the host" not in timeline.transcript.error_text
    assert host.getvalue().startswith("of the host\n")
    assert "epoch" not in host.getvalue()


def test_a_warning_about_the_iterable_names_the_line_of_the_script(tmp_path):
    path = tmp_path / "warns.py"
    path.write_text(
        "import warnings\n"
        "class Epochs:\n"
        "    def __iter__(self):\n"
        "        warnings.warn('such epochs', stacklevel=2)\n"
        "        return iter(range(2))\n"
        "w = 1.0\n"
        "for epoch in Epochs():\n"
        "    w -= 0.1 * w\n"
    )
    with Timeline(Script.from_file(path)) as timeline:
        timeline.run()
        assert timeline.transcript.error_text == (
            f"{path}:7: UserWarning: such epochs\n  for epoch in Epochs():\n"
        )


_written = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.text("ab\n", min_size=1, max_size=4)),
    max_size=30,
).map(lambda written: sorted(written, key=lambda each: each[0]))


@given(_written, st.lists(st.integers(0, 30), max_size=5))
def test_both_streams_of_a_transcript_that_is_played_again(written, ends):
    heard = {False: [], True: []}
    transcript = Transcript(heard[False].append, heard[True].append)
    for end in [*ends, len(written)]:
        transcript.rewind()
        for epoch, error, text in written[:end]:
            transcript.write(epoch, text, error=error)
    expected = []
    for epoch, error, text in written:
        if expected and expected[-1][::2] == (epoch, error):
            text = expected.pop()[1] + text
        expected.append((epoch, text, error))
    if not ends:
        assert list(transcript) == [Entry(*each) for each in expected]
    for error in (False, True):
        whole = "".join(text for _, which, text in written if which == error)
        assert "".join(heard[error]) == whole
        assert (transcript.error_text if error else transcript.text) == whole
    lines = transcript.lines(0, 10**6)
    assert len(lines) == transcript.line_count
    firsts = [line.epoch for line in lines if line.first]
    assert firsts == sorted({epoch for epoch, _, _ in written})


def test_entries_of_two_streams_across_chunks():
    transcript = Transcript()
    for epoch in range(700):
        transcript.write(epoch, f"{epoch}\n")
        transcript.write(epoch, f"! {epoch}\n", error=True)
    assert transcript.line_count == 1400
    assert transcript.lines_until(300) == 602
    assert transcript.lines(600, 603) == [
        Line(300, "300", True),
        Line(300, "! 300", False, True),
        Line(301, "301", True),
    ]
    assert transcript.last_printed(602) == "300"
    assert transcript.last_printed(0) == ""
    assert transcript[601] == Entry(300, "! 300\n", True)
