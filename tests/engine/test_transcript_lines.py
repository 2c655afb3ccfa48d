"""A transcript read by the line, against a plain list of its lines."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gdtui.engine.record import transcript as module
from gdtui.engine.record.transcript import Line, Transcript

# What is printed in so many epochs one after another, with an epoch in between that says
# nothing: short to write down, and yet longer than the 512 entries of a chunk.
texts = st.text("ab\n", max_size=5) | st.sampled_from(["", "\n", "\n\n", "a", "a\n", "a\n\nb"])
said = st.lists(st.tuples(st.integers(1, 5) | st.integers(500, 700), texts), max_size=4)
places = st.integers(-5, 20) | st.integers(-5, 4000)


def written(said):
    """A transcript, and its lines as a plain list."""
    transcript, lines, epoch = Transcript(), [], 0
    for count, text in said:
        epoch += 1
        for _ in range(count):
            transcript.write(epoch, text)
            parts = text.split("\n")
            if not parts[-1]:
                del parts[-1]  # what ends with a newline does not begin another line
            lines += [Line(epoch, part, number == 0) for number, part in enumerate(parts)]
            epoch += 1
    return transcript, lines


@pytest.mark.slow
@given(said, places, places)
@example([(1025, "a\n\nb\n")], 1530, 1542)
@example([(512, "a\n")], 511, 513)
@example([(513, "a")], 0, 4000)
def test_lines_are_those_of_a_plain_list(said, start, stop):
    transcript, lines = written(said)
    assert transcript.line_count == len(lines)
    assert transcript.lines(start, stop) == lines[max(0, start) : max(0, stop)]


@pytest.mark.slow
@given(said)
@example([(1025, "a\n")])
def test_lines_across_all_chunks(said):
    transcript, lines = written(said)
    assert transcript.lines(0, len(lines)) == lines
    assert transcript.lines(0, 10**9) == lines
    assert transcript.lines(len(lines), 10**9) == []
    pieces = [transcript.lines(at, at + 97) for at in range(0, len(lines), 97)]
    assert [line for piece in pieces for line in piece] == lines


@given(said, st.lists(st.integers(-1, 10) | st.integers(0, 3000), min_size=1, max_size=10))
@example([(512, "a\n"), (512, "b\nb\n")], [512, 513, 514, 1025, 1026])
def test_lines_until_an_epoch(said, epochs):
    transcript, lines = written(said)
    for epoch in epochs:
        assert transcript.lines_until(epoch) == sum(line.epoch <= epoch for line in lines)


def test_an_empty_transcript_has_no_lines():
    transcript = Transcript()
    assert transcript.line_count == 0
    assert transcript.lines(0, 10) == []
    assert transcript.lines_until(5) == 0


def test_a_line_grows_until_its_ending_comes():
    transcript = Transcript()
    counts = []
    for piece in ("a", "b", "\n", "c", "\n\n"):
        transcript.write(3, piece)
        counts.append(transcript.line_count)
    assert counts == [1, 1, 1, 2, 3]
    assert transcript.lines(0, 9) == [Line(3, "ab", True), Line(3, "c", False), Line(3, "", False)]


def test_the_next_epoch_begins_a_line_of_its_own():
    transcript = Transcript()
    transcript.write(1, "no ending")
    transcript.write(2, "next")
    assert transcript.lines(0, 9) == [Line(1, "no ending", True), Line(2, "next", True)]
    assert [transcript.lines_until(epoch) for epoch in (0, 1, 2)] == [0, 1, 2]


def test_what_is_played_again_adds_no_lines():
    transcript = Transcript()
    for _ in range(2):
        transcript.rewind()
        for epoch in range(600):
            transcript.write(epoch, f"{epoch}\n")
    assert transcript.line_count == 600
    assert transcript.lines(510, 514) == [
        Line(epoch, str(epoch), True) for epoch in range(510, 514)
    ]


def test_of_a_long_entry_only_the_lines_are_made_that_are_asked_for(monkeypatch):
    transcript = Transcript()
    transcript.write(1, "before\n")
    transcript.write(2, "a\n" * 100_000, error=True)
    transcript.write(3, "after\n")
    made = []
    monkeypatch.setattr(module, "Line", lambda *parts: made.append(parts) or Line(*parts))
    assert [line.text for line in transcript.lines(99_998, 100_002)] == ["a", "a", "a", "after"]
    assert len(made) == 4
