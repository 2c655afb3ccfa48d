"""How far a learner has come: kept between runs, and never lost to a file that is not as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.lessons.score import Answered, Outcome, Score
from gdtui.lessons.walk.progress import Progress, Record

SCORE = Score(
    5,
    {
        1: Answered(Outcome.RIGHT),
        2: Answered(Outcome.WRONG, Outcome.RIGHT, 3),
        4: Answered(Outcome.SKIPPED, hints=1),
    },
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "gdtui" / "progress.json"


@pytest.fixture
def progress(path):
    return Progress(path)


def test_there_is_nothing_before_anything_is_kept(progress, path):
    assert (progress.records, progress.is_fresh, progress.complaint) == ({}, True, "")
    assert not path.parent.exists()


def test_what_is_kept_comes_back(progress, path):
    progress.note("one", 3, 7, SCORE)
    progress.note("größe “q” \U0001f600", 0, 1, Score(0))
    assert Progress(path).records == {
        "one": Record(3, 7, SCORE),
        "größe “q” \U0001f600": Record(0, 1, Score(0)),
    }
    assert progress.complaint == ""


def test_a_later_note_takes_the_place_of_the_one_before(progress, path):
    progress.note("one", 3, 7, SCORE)
    progress.note("two", 1, 2, Score(1))
    progress.note("one", 4, 7, Score(5))
    assert Progress(path).records == {"one": Record(4, 7, Score(5)), "two": Record(1, 2, Score(1))}


outcomes = st.sampled_from(Outcome)
answers = st.builds(Answered, outcomes, st.none() | outcomes, st.integers(0, 99))
scores = st.builds(Score, st.integers(0, 99), st.dictionaries(st.integers(0, 99), answers))


@pytest.mark.slow
@given(
    st.dictionaries(
        st.text(max_size=9), st.tuples(st.integers(0, 99), st.integers(0, 99), scores), max_size=4
    )
)
def test_any_progress_comes_back(tmp_path_factory, notes):
    path = tmp_path_factory.mktemp("any") / "p.json"
    for name, note in notes.items():
        Progress(path).note(name, *note)
    found = Progress(path).records
    assert found == {name: Record(*note) for name, note in notes.items()}


def test_the_best_of_all_times_is_kept(progress, path):
    def end(right, total=3):
        answered = {n: Answered(Outcome.RIGHT) for n in range(right)}
        progress.note_end("one", Score(total, answered))
        return Progress(path).records["one"]

    assert end(2) == Record(best=2, total=3)
    assert end(1) == Record(best=2, total=3)
    assert end(3) == Record(best=3, total=3)
    assert end(0, total=4) == Record(best=0, total=4)


def test_beginning_anew_does_not_forget_the_best(progress):
    progress.note_end("one", Score(5, {0: Answered(Outcome.RIGHT)}))
    progress.note("one", 2, 7, SCORE)
    record = progress.records["one"]
    assert (record.best, record.total, record.at, record.score) == (1, 5, 2, SCORE)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (Record(), ""),
        (Record(0, 7, Score(5)), ""),
        (Record(2, 7, SCORE), "at step 3 of 7"),
        (Record(7, 7, SCORE), "at step 7 of 7"),
        (Record(best=4, total=5), "done, 4 of 5 right"),
        (Record(best=0, total=5), "done, 0 of 5 right"),
        (Record(2, 7, SCORE, 4, 5), "done, 4 of 5 right, at step 3 of 7"),
    ],
)
def test_a_record_in_words(record, text):
    assert record.text == text


def test_a_lesson_is_offered_once(progress, path):
    progress.note_offer()
    assert not Progress(path).is_fresh
    assert Progress(path).records == {}


def test_whoever_has_begun_a_lesson_is_not_fresh(progress, path):
    progress.note("one", 0, 1, Score(0))
    assert not Progress(path).is_fresh


def test_everything_is_forgotten_but_that_a_lesson_was_offered(progress, path):
    progress.note("one", 3, 7, SCORE)
    progress.reset()
    assert (Progress(path).records, Progress(path).is_fresh) == ({}, False)
