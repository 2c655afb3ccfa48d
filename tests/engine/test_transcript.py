"""What a script printed is kept once, however often a stretch is played."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.record.transcript import Entry, Transcript

pieces = st.lists(st.text(max_size=4), max_size=4)


@given(st.lists(pieces, max_size=6), st.lists(st.integers(0, 24), max_size=5))
def test_what_is_played_from_the_start_is_heard_once(epochs, ends):
    heard = []
    transcript = Transcript(heard.append)
    whole = [(epoch, piece) for epoch, said in enumerate(epochs) for piece in said]
    for end in [*ends, len(whole)]:
        transcript.rewind()
        for epoch, piece in whole[:end]:
            transcript.write(epoch, piece)
    assert transcript.text == "".join(heard) == "".join(piece for _, piece in whole)
    said = [(epoch, "".join(said)) for epoch, said in enumerate(epochs) if "".join(said)]
    assert [(entry.epoch, entry.text) for entry in transcript] == said
    assert not any(entry.error for entry in transcript)


def test_entries_by_index_across_packed_chunks():
    transcript = Transcript()
    for epoch in range(2000):
        transcript.write(epoch, f"epoch {epoch}\n")
    assert len(transcript) == 2000
    assert transcript[0] == Entry(0, "epoch 0\n")
    assert transcript[1234] == Entry(1234, "epoch 1234\n")
    assert transcript[-1] == Entry(1999, "epoch 1999\n")
    assert [entry.epoch for entry in transcript.tail(3)] == [1997, 1998, 1999]
    assert transcript.tail(5000)[0].epoch == 0
    assert transcript.text.count("\n") == 2000
    with pytest.raises(IndexError, match="entry 2000 is not among the 2000"):
        transcript[2000]


def test_an_epoch_that_prints_a_great_deal_is_quick():
    transcript = Transcript()
    for _ in range(200_000):
        transcript.write(1, "x\n")
    assert len(transcript) == 1
    assert len(transcript[0].text) == 400_000
