"""What lessons 5 to 8 and the bugs state beside what it comes to by torch_oracle, and their questions
beside right answers."""

from __future__ import annotations

import re

import numpy as np
from walking import stated, walk_plainly

from gdtui.lessons.score import Answered, Outcome
from gdtui.lessons.walk.walk import State

CLOSE = 1e-5
_FUNCTIONS = {
    "abs": np.abs,
    "len": np.size,
    "max": lambda *values: np.max(values),
    "mean": np.mean,
    "min": lambda *values: np.min(values),
    "round": round,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sum": np.sum,
}


def statements(lesson):
    """What a lesson states, by the titles of its steps: first as long as it asks, and then once
    it has been answered."""
    parts = re.split(r"(?m)^## (.*)\n", lesson.path.read_text())
    found = {}
    for each in stated(lesson):
        found.setdefault(each.step, []).append(each)
    for title, part in zip(parts[1::2], parts[2::2], strict=True):
        asked, *_ = re.split(r"(?m)^### (?:If|Why)", part)
        graded = re.findall(r"(?m)^### If: |^### Ask: number|^- of: |^- \[", part)
        assert len(found.get(title, [])) == _braces(part) + len(graded), title
        if title in found:
            found[title] = found[title][: _braces(asked)], found[title][_braces(asked) :]
    return found


def _braces(text):
    return len(re.findall(r"\{[^{}]+\}", text))


def disagreements(found, expected, loose):
    """In what the statements of a step differ from what its expressions come to over other names:
    those that hold as long as it asks and, if it does, those that hold afterwards. ``loose`` has
    the relative tolerance of expressions for which rounding counts more."""
    assert bool(found[1]) <= (len(expected) == 2)
    different = []
    for each, names in [(each, names) for at, names in enumerate(expected) for each in found[at]]:
        value = eval(each.expression, {"__builtins__": {}}, {**_FUNCTIONS, **names})
        if not agree(each.value, value, loose.get(each.expression, CLOSE)):
            different.append(f"{each.expression}: {each.value!r} is stated, it is {value!r}")
    return different


def agree(one, other, rel=CLOSE):
    if isinstance(other, str | int | np.bool_):
        return np.isscalar(one) and one == other
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=rel, atol=1e-12)


def assert_full_score(lesson, answers):
    """Walk through a lesson in plain mode; every question has to be right at once."""
    walk, written = walk_plainly(lesson, [str(each) for each in answers])
    count = len(re.findall(r"(?m)^### Ask: ", lesson.path.read_text()))
    assert walk.state is State.OVER
    assert list(walk.score.answers.values()) == [Answered(Outcome.RIGHT)] * count, written
    assert f": {count} of {count} right." in written
