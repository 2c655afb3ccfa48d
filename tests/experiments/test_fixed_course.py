"""Whether a script goes the same way whatever its numbers are."""

from __future__ import annotations

import pytest

from gdtui import Script
from gdtui.experiments.fixed_course import has_fixed_course
from gdtui.stages import STAGES

TEXT = """
import numpy as np
lr = 0.1
mode = "a"
every = 2
w = 1.0
def halve(w):
    return w / 2
for epoch in range(9):
    loss = w ** 2
    w -= lr * 2 * w
    EXTRA
print(w)
"""


@pytest.mark.parametrize("stage", [each.key for each in STAGES if each.linear])
def test_the_linear_stages_do(stage):
    assert has_fixed_course(Script.stage(stage), ["learning_rate"])


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("pass", True),
        ("if epoch % every == 0: print(w)", True),
        ("if loss < 1: shown = round_(w); print(shown)".replace("round_", "float"), True),
        ("if mode == 'a': w = w + 0", True),
        ("w = w + 0 if mode == 'a' else w", True),
        ("if loss < 1e-9: break", False),
        ("if loss < 1: lr = lr / 2", False),
        ("if loss < 1: lr /= 2", False),
        ("if loss < 1: w = w / 2", False),
        ("w = w if loss < 1 else w / 2", False),
        ("if loss < 1: halve(w)", False),
        ("if loss < 1: np.random.seed(1)", False),
        ("w = np.clip(w, -1, 1)", False),
        ("w = max(w, -1)", False),
        ("assert loss < 9", False),
        ("while w > 9: w = w / 2", False),
        ("for _ in range(3): w = w / 1", False),
        ("try: w = w / 1\n    except ZeroDivisionError: pass", False),
    ],
)
def test_what_depends_on_the_numbers_does_not(extra, expected):
    assert has_fixed_course(Script(TEXT.replace("EXTRA", extra)), ["lr"]) is expected


def test_a_condition_on_what_changes_is_none_on_a_settled_setting():
    script = Script(TEXT.replace("EXTRA", "if mode == 'a': w = w + 0"))
    assert not has_fixed_course(script, ["mode"])


def test_functions_count_as_well():
    early = TEXT.replace("return w / 2", "return w / 2 if w > 1 else w").replace("EXTRA", "pass")
    assert not has_fixed_course(Script(early), ["lr"])


def test_several_loops_or_one_that_has_no_length_do_not():
    plain = TEXT.replace("EXTRA", "pass")
    assert not has_fixed_course(Script(plain + plain), ["lr"])
    assert not has_fixed_course(
        Script(plain.replace("for epoch in range(9)", "while w > 0.1")), ["lr"]
    )
