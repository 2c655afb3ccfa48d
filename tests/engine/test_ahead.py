"""How many epochs a whole run will have, told as its loops begin."""

from __future__ import annotations

import json

import pytest

from gdtui import Script, Timeline
from gdtui.engine.run.ahead import turns_ahead
from gdtui.export.jsonl import epoch_objects
from gdtui.export.printers import JsonPrinter

STEP = "dw = w; w -= 0.1 * dw"
FIRST, SECOND = f"for e in range(2): {STEP}\n", f"for e in range(3): {STEP}\n"
IN_FUNCTION = """\
def train(w, epochs):
    for e in range(epochs):
        dw = w
        w -= 0.1 * dw
"""
METHOD = """\
class Trainer:
    def __init__(self, epochs, more):
        self.epochs = epochs
        self.more = more
        self.w = 1.0
    def fit(self):
        w = self.w
        for e in range(self.epochs):
            dw = w
            w -= 0.1 * dw
        for e in range(self.more):
            dw = w
            w -= 0.1 * dw
"""


def totals(text):
    with Timeline(Script("w = 1.0\n" + text)) as timeline:
        timeline.run()
        return [each["epochs_total"] for each in _rows(timeline)]


def _rows(timeline):
    return epoch_objects(timeline.history, total=timeline.epochs_total)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SECOND, [3, 3, 3]),
        (FIRST + SECOND, [5] * 5),
        (FIRST + SECOND + FIRST, [7] * 7),
        # Names that stay as they are.
        (f"n = 3\n{FIRST}for e in range(1, n + 1): {STEP}\n", [5] * 5),
        (f"more = [1, 2, 3]\n{FIRST}for e in enumerate(range(3)): {STEP}\n", [5] * 5),
        (f"{FIRST}for e in zip(range(7), [1, 2, 3]): {STEP}\n", [5] * 5),
        (f"c = {{'n': 3}}\n{FIRST}for e in range(c['n']): {STEP}\n", [5] * 5),
        (
            f"import argparse\nc = argparse.Namespace(n=3)\n{FIRST}for e in range(c.n): {STEP}\n",
            [5] * 5,
        ),
        # Names that may change, or that hold what only the script can tell.
        (f"n = 4\n{FIRST}n = 3\nfor e in range(n): {STEP}\n", [None] * 2 + [5] * 3),
        (f"n = 1\n{FIRST}n += 2\nfor e in range(n): {STEP}\n", [None] * 2 + [5] * 3),
        (f"{FIRST}n = 3\nfor e in range(n): {STEP}\n", [None] * 2 + [5] * 3),
        (
            f"c = {{'n': 1}}\n{FIRST}c['n'] = 3\nfor e in range(c['n']): {STEP}\n",
            [None] * 2 + [5] * 3,
        ),
        (f"n = True\n{FIRST}for e in range(n): {STEP}\n", [None] * 2 + [3]),
        (f"{FIRST}for e in (x for x in range(3)): {STEP}\n", [None] * 5),
        (f"{FIRST}for e in range(0, 3, 0 + 1): {STEP}\n", [5] * 5),
        # Loops whose end is not told.
        (f"{FIRST}while w > 0.7: {STEP}\n", [None] * 4),
        (f"while w > 0.8: {STEP}\n{SECOND}", [None] * 3 + [6] * 3),
        # Loops that may not run.
        (f"{FIRST}if w > 0.5:\n    for e in range(3): {STEP}\n", [None] * 2 + [5] * 3),
        (f"if w > 0.5:\n    {FIRST}else:\n    {SECOND}", [2, 2]),
        (f"if w < 0.5:\n    {FIRST}else:\n    {SECOND}", [3, 3, 3]),
        (f"if __name__ == '__main__':\n    {FIRST}    {SECOND}", [5] * 5),
        (f"{FIRST}try:\n    1 / 0\nexcept ZeroDivisionError:\n    {SECOND}", [None] * 2 + [5] * 3),
        (f"{FIRST}def unused(w):\n    {SECOND}", [2, 2]),
        (f"class Trained:\n    w = 1.0\n    {FIRST}    {SECOND}", [None] * 2 + [5] * 3),
        # In functions.
        (f"{IN_FUNCTION}train(w, 3)\n", [3, 3, 3]),
        (f"{IN_FUNCTION}def main(): train(w, 3)\nif __name__ == '__main__': main()\n", [3] * 3),
        (f"{IN_FUNCTION}if w: train(w, 3)\nelse: train(w, 4)\n", [3, 3, 3]),
        (f"{IN_FUNCTION}train(w, 2)\ntrain(w, 1)\n", [None] * 3),
        (f"{IN_FUNCTION}[train(w, n) for n in (1, 2)]\n", [None] * 3),
        (f"{IN_FUNCTION}list(map(lambda n: train(w, n), (1, 2)))\n", [None] * 3),
        (f"{IN_FUNCTION}from functools import partial\npartial(train, w)(2)\n", [None] * 2),
        (f"{METHOD}Trainer(2, 3).fit()\n", [5] * 5),
        (
            f"{IN_FUNCTION}epochs = 9\ntrain(w, 2)\nfor e in range(epochs):\n    w -= 1e-9 * w\n",
            [9] * 9,
        ),
        (
            "def one(w, n):\n    for e in range(n):\n        dw = w\n        w -= 0.1 * dw\n"
            "def two(w):\n    for e in range(more):\n        dw = w\n        w -= 0.1 * dw\n"
            "more = 3\none(w, 2)\ntwo(w)\n",
            [5] * 5,
        ),
        (
            "def one(w, n):\n    for e in range(n):\n        dw = w\n        w -= 0.1 * dw\n"
            "def two(w):\n    for e in range(more):\n        dw = w\n        w -= 0.1 * dw\n"
            "def change():\n    global more\n    more = 3\n"
            "more = 9\none(w, 2)\nchange()\ntwo(w)\n",
            [None] * 2 + [5] * 3,
        ),
        (f"{METHOD}t = Trainer(2, 3)\nt.more = 1\nt.fit()\n", [None] * 2 + [3]),
        (
            "def one(w):\n    for e in range(2):\n        dw = w\n        w -= 0.1 * dw\n"
            "def two(w, n):\n    for e in range(n):\n        dw = w\n        w -= 0.1 * dw\n"
            "one(w)\ntwo(w, 3)\n",
            [None] * 2 + [5] * 3,
        ),
    ],
)
def test_the_epochs_of_the_whole_run(text, expected):
    assert totals(text) == expected


def test_a_script_that_equals_an_earlier_one_is_read_by_its_own_loops():
    text = f"w = 1.0\n{FIRST}{SECOND}"
    assert [turns_ahead(Script(text), 0, {}, {}) for _ in range(2)] == [3, 3]


def test_a_loop_that_ends_early_had_been_told_longer():
    assert totals(f"for e in range(9):\n    {STEP}\n    if e == 1: break\n{SECOND}") == (
        [12] * 2 + [5] * 3
    )


def test_an_epoch_that_an_exception_ended_is_not_counted():
    text = (
        "def train(w, bad):\n    for e in range(3):\n        if bad and e == 1: raise ValueError\n"
        "        dw = w\n        w -= 0.1 * dw\n"
        "try:\n    train(w, True)\nexcept ValueError:\n    pass\ntrain(w, False)\n"
    )
    with Timeline(Script("w = 1.0\n" + text)) as timeline:
        assert timeline.run().epochs_total == 4
        assert len(timeline.history) == 4


def test_a_loop_that_is_entered_again_knows_its_end_each_time():
    text = f"w = 1.0\n{IN_FUNCTION}train(w, 2)\ntrain(w, 3)\n"
    with Timeline(Script(text)) as timeline:
        assert timeline.seek(4).epochs_total == 5
        assert timeline.seek(1).epochs_total == 2
        assert timeline.seek(3).epochs_total == 5


def test_it_is_told_as_the_loop_begins_and_stays_so():
    with Timeline(Script(f"w = 1.0\nn = 3\n{FIRST}n = 1\nfor e in range(n): {STEP}\n")) as timeline:
        timeline.start()
        assert timeline.epochs_total(1) is None
        timeline.run()
        assert [timeline.epochs_total(each) for each in (1, 2, 3)] == [None, None, 3]
    with Timeline(Script(f"w = 1.0\n{FIRST}{SECOND}")) as timeline:
        assert timeline.start().epochs_total == 5  # with those of the second loop
        assert timeline.epochs_total(1) == 5
        timeline.run()
        timeline.seek(1)
        assert [timeline.epochs_total(each) for each in (1, 5)] == [5, 5]


def test_nothing_of_the_script_is_asked():
    text = """\
class Config:
    n = 3
    def __getattribute__(self, name):
        if name == "n":
            asked.append(name)
        return object.__getattribute__(self, name)
class Count(int):
    def __index__(self):
        asked.append("index")
        return 3
asked = []
config = Config()
count = Count(3)
for e in range(2):
    w -= 0.1 * w
if w:
    print(asked)
for e in range(config.n):
    w -= 0.1 * w
for e in range(count):
    w -= 0.1 * w
"""
    with Timeline(Script("w = 1.0\n" + text)) as timeline:
        timeline.seek(2)
        assert timeline.epochs_total(2) is None
        timeline.run()
        assert timeline.transcript.text == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize("line", [" + ".join(["w"] * 300), f"[{'1, ' * 20_000}]"])
def test_a_script_of_deep_or_long_statements(line):
    body = f"def main(w):\n    much = {line}\n    {FIRST}    {SECOND}\nmain(w)\n"
    with Timeline(Script(f"w = 1.0\n{body}")) as timeline:
        assert timeline.run().status == "finished"
        assert [timeline.epochs_total(each) for each in (1, 5)] in ([5, 5], [None, None])


def test_a_printer_prints_it(capsys):
    printer = JsonPrinter(print)
    with Timeline(Script(f"w = 1.0\n{FIRST}{SECOND}")) as timeline:
        printer.follow(timeline)
        timeline.seek(1)
        printer.catch_up()
        timeline.run()
        printer.catch_up()
    rows = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert [each["epoch"] for each in rows] == [1, 2, 3, 4, 5]
    assert {each["epochs_total"] for each in rows} == {5}
