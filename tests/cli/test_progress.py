"""The line that says how far many runs have come."""

from __future__ import annotations

import io
import sys

import pytest

from gdtui.cli.progress import ProgressLine
from gdtui.experiments.remaining import progress_text


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("done", "seconds", "text"),
    [
        (0, 5, "0 of 64 runs"),
        (32, 10, "32 of 64 runs, about 10 s left"),
        (1, 2, "1 of 64 runs, about 2 min 6 s left"),
        (1, 200, "1 of 64 runs, about 3 h 30 min left"),
        (63, 0.1, "63 of 64 runs, about 1 s left"),
        (64, 5, "64 of 64 runs"),
    ],
)
def test_what_it_says(done, seconds, text):
    assert progress_text(done, 64, seconds) == text


def test_it_is_written_over_and_taken_away(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    now = iter([0.0, 1.0, 1.1, 2.0])
    line = ProgressLine(10, clock=lambda: next(now))
    line.show(1)
    line.show(2)  # too soon
    line.show(10)
    line.clear()
    first, second, blank, end = sys.stderr.getvalue().split("\r")[1:]
    assert first == "1 of 10 runs, about 9 s left"
    assert second.strip() == "10 of 10 runs"
    assert len(second) == len(first)
    assert (blank.strip(), end) == ("", "")


def test_without_a_terminal_there_is_none(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    line = ProgressLine(10)
    line.show(5)
    line.clear()
    assert sys.stderr.getvalue() == ""
