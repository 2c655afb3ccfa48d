"""How many turns a loop will have, read off what it goes through."""

from __future__ import annotations

import itertools

import pytest

from gdtui import Script, Timeline
from gdtui.engine.run.lengths import turns_left

LOOP = "w = 1.0\n{head}\n    dw = w\n    w -= 0.1 * dw\n"


@pytest.mark.parametrize(
    ("iterable", "length"),
    [
        (range(12), 12),
        (range(1, 20, 3), 7),
        ([1, 2], 2),
        ((), 0),
        ("abc", 3),
        ({"a": 1}, 1),
        (enumerate(range(5), 1), 5),
        (zip(range(5), [1, 2], strict=False), 2),
        (enumerate(zip(range(5), range(9), strict=False)), 5),
        (reversed([1, 2, 3]), 3),
        (itertools.count(), None),
        (zip(itertools.count(), [1], strict=False), None),
        ((each for each in range(3)), None),
    ],
)
def test_the_turns_of_an_iterable(iterable, length):
    iterator = iter(iterable)
    assert turns_left(iterator) == length
    if length is not None:
        assert len(list(iterator)) == length


def test_a_class_of_the_script_is_not_asked():
    class Data(list):
        def __len__(self):
            raise AssertionError

        def __iter__(self):
            yield 1

    assert turns_left(iter(Data())) is None


@pytest.mark.parametrize(
    ("head", "total"),
    [
        ("for epoch in range(2000):", 2000),
        ("n = 7\nfor epoch in range(1, n + 1):", 7),
        ("for i, lr in enumerate([0.1, 0.2]):", 2),
        ("while w > 0.5:", None),
        ("import itertools\nfor i in itertools.count():\n    if i == 5: break", None),
    ],
)
def test_a_moment_says_how_many_epochs_there_will_be(head, total):
    with Timeline(Script(LOOP.format(head=head))) as timeline:
        assert timeline.start().epochs_total == total
        timeline.next_epoch()
        assert timeline.next_epoch().epochs_total == total
        assert timeline.previous_epoch().epochs_total == total


def test_of_several_loops_it_is_the_end_of_the_present_one():
    text = LOOP.format(head="for epoch in range(3):") + LOOP.format(head="for epoch in range(4):")
    with Timeline(Script(text)) as timeline:
        assert timeline.start().epochs_total == 7
        assert timeline.seek(3).epochs_total == 7
        assert timeline.seek(4).epochs_total == 7
        assert timeline.seek(1).epochs_total == 7
        assert timeline.run().epochs_total == 7
