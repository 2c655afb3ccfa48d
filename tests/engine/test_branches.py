"""A branch that a setting leaves out counts for nothing; one that may run counts."""

from __future__ import annotations

import ast

import pytest

from gdtui import Script
from gdtui.engine.script.pipeline import find_jobs, imports

TEXT = """{head}
w = 0.0
for epoch in range(3):
    loss = (w - 1) ** 2
    w -= 0.1 * 2 * (w - 1)
    if {test}:
        first = 1
    else:
        second = 2
"""


def skipped(head, test="fast", arguments=()):
    script = Script(TEXT.format(head=head, test=test)).with_arguments(arguments)
    names = {each.id for each in script.left_out if isinstance(each, ast.Name)}
    return names & {"first", "second"}


@pytest.mark.parametrize(
    ("head", "test", "without"),
    [
        ("fast = True", "fast", {"second"}),
        ("fast = False", "fast", {"first"}),
        ("fast = True", "not fast", {"first"}),
        ("fast = False", "not fast", {"second"}),
        # Whatever may come out otherwise while the script runs leaves nothing out.
        ("fast = False\nfast = bool(1)", "fast", set()),
        ("fast = False\nfor fast in (True,): pass", "fast", set()),
        ("fast = 0", "fast", set()),
        ("fast = False", "fast or w > 0", set()),
        ("fast = w = False", "w", set()),
        ("import os\nfast = 'FAST' in os.environ", "fast", set()),
    ],
)
def test_what_a_setting_leaves_out(head, test, without):
    assert skipped(head, test) == without


def test_an_argument_may_have_the_last_word():
    assert skipped("fast = False") == {"first"}
    assert skipped("fast = False", arguments=["--fast"]) == set()


def test_an_import_that_is_left_out_is_none():
    stage = Script.stage("logistic")
    assert not imports(stage, "torch")
    assert imports(stage.with_settings({"use_torch": True}), "torch")


@pytest.mark.parametrize(
    ("use_torch", "who", "gradient", "lines"),
    [(False, "by hand", "by hand", "dw, db ="), (True, "PyTorch", "autograd", "loss.backward()")],
)
def test_who_does_what_follows_the_setting(use_torch, who, gradient, lines):
    script = Script.stage("logistic").with_settings({"use_torch": use_torch})
    jobs = {str(job.phase): job for job in find_jobs(script)}
    assert {jobs[each].who for each in ("loss", "update")} == {who}
    assert jobs["predict"].who == ("torch.sigmoid" if use_torch else who)
    assert jobs["gradient"].who == gradient
    (line,) = jobs["gradient"].lines
    assert script.lines[line - 1].strip().startswith(lines)
    assert jobs["zero"].who == ("PyTorch" if use_torch else "not needed")
