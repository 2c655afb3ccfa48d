"""Findings: in each script of ``tests/faults`` the lines marked ``# fault`` hold one, and those of
``tests/healthy`` none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from examining import findings_of

from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS

TESTS = Path(__file__).parents[2]
FAULTS = sorted((TESTS / "faults").glob("*.py"))
HEALTHY = sorted((TESTS / "healthy").glob("*.py"))
OTHERS = sorted([*(TESTS / "cases").glob("*.py"), *(TESTS / "scripts").glob("*.py")])

RULES = {
    "all": "lost_graph",
    "anew": "model_made_anew",
    "backward": "used_graph",
    "bounded": "bounded_output",
    "cleared": "cleared_early",
    "clipped": "call_order",
    "dead": "same_start",
    "detached": "lost_graph",
    "double": "whole_numbers",
    "evaluating": "wrong_mode",
    "float": "whole_numbers",
    "formula": "wrong_formula",
    "graph": "growing_graph",
    "inf": "not_finite",
    "integer": "whole_numbers",
    "kept": "kept_gradients",
    "layers": "unheld_parameter",
    "loss_sign": "loss_sign",
    "misses": "unheld_parameter",
    "nan": "not_finite",
    "never": "never_computed",
    "no": "lost_graph",
    "no_step": "never_updated",
    "other": "unheld_parameter",
    "rate": "rate_too_high",
    "rate_low": "rate_too_low",
    "rebound": "rebound_parameter",
    "recorded": "recorded_update",
    "same": "same_start",
    "schedule": "fast_schedule",
    "scheduler": "call_order",
    "shapes": "failed_statement",
    "sigmoid": "squashed_logits",
    "softmax": "squashed_logits",
    "spread": "spread_difference",
    "stale": "used_graph",
    "unscaled": "unscaled_feature",
    "uphill": "uphill",
    "wrong": "wrong_derivative",
}
"""The rule that is to find a fault, by what the name of its file begins with; the longest counts."""

QUICK = ["rate_numpy_matrix", "spread_numpy_class", "uphill_error_sign", "wrong_derivative_mlp"]
"""Faults in NumPy, which are found in no time; the rest is in the whole suite."""


def rule_of(path):
    beginnings = [each for each in RULES if path.stem.startswith(each)]
    return RULES[max(beginnings, key=len)]


def marked(path):
    """The lines of the fault, from 1."""
    lines = path.read_text().splitlines()
    return [number for number, line in enumerate(lines, 1) if line.endswith("# fault")]


@pytest.mark.parametrize(
    "path",
    [pytest.param(each, marks=[] if each.stem in QUICK else [pytest.mark.slow]) for each in FAULTS],
    ids=lambda each: each.stem,
)
def test_the_first_finding_stands_at_the_fault_and_is_of_its_rule(path):
    first = findings_of(Script.from_file(path))[0]
    assert first.line in marked(path)
    assert first.rule == rule_of(path)
    assert first.title
    assert first.text.endswith((".", "?"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [*HEALTHY, *OTHERS], ids=lambda each: f"{each.parent.name}-{each.stem}"
)
def test_nothing_is_found_in_a_script_that_trains(path):
    found = [each.rule for each in findings_of(Script.from_file(path))]
    # One of the cases is a mistake of beginners.
    assert found == (["cleared_early"] if path.stem == "zeroed_too_early" else [])


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_found_in_a_stage(key):
    assert findings_of(Script.stage(key)) == []


FIT = """
x, y = [1.0, 2.0], [2.0, 4.0]
w = 0.0
for epoch in range(6):
    loss = sum((w * a - b) ** 2 for a, b in zip(x, y)) / 2
    dw = sum(2 * (w * a - b) * a for a, b in zip(x, y)) / 2
    w = w {sign} {rate} * dw
"""


@pytest.mark.parametrize(
    ("sign", "rate", "rules"),
    [
        ("-", "0.1", []),
        ("+", "0.1", ["uphill"]),
        ("-", "0.39", []),
        ("-", "0.41", ["rate_too_high"]),
    ],
)
def test_a_rate_is_too_high_from_two_over_the_curvature_on(sign, rate, rules):
    # The curvature is the mean of 2 a ** 2, which is 5.
    found = findings_of(Script(FIT.format(sign=sign, rate=rate)))
    assert [each.rule for each in found] == rules


def test_a_finding_says_by_how_much_a_rate_is_too_high():
    (found,) = findings_of(Script(FIT.format(sign="-", rate="0.5")))
    assert found.evidence["learning_rate"] == 0.5
    assert found.evidence["highest_stable"] == pytest.approx(0.4, rel=1e-3)
    assert found.evidence["curvature"] == pytest.approx(5, rel=1e-3)


def test_a_penalty_in_the_gradient_is_no_wrong_derivative():
    text = """
x, y = [1.0, 2.0, 0.5], [2.0, 5.0, 1.0]
w, b = 0.5, 0.1
for epoch in range(8):
    errors = [w * a + b - c for a, c in zip(x, y)]
    loss = sum(e ** 2 for e in errors) / 3
    dw = 2 * sum(e * a for e, a in zip(errors, x)) / 3 + {more}
    db = 2 * sum(errors) / 3
    w = w - 0.05 * dw
    b = b - 0.05 * db
"""
    assert findings_of(Script(text.format(more="0.2 * w"))) == []
    (found,) = findings_of(Script(text.format(more="errors[0] * 0.5")))
    assert (found.rule, found.line, found.evidence["parameter"]) == ("wrong_derivative", 7, "w")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_mend_changes_the_lines_that_it_names_and_no_other(ending):
    mend = Mend({2: ("    b", "    c"), 4: ()})
    text = ending.join(["a", "x", "d", "y", "e", ""])
    assert mend.apply(text) == ending.join(["a", "    b", "    c", "d", "e", ""])
    assert mend.text == "    b\n    c"


def test_a_finding_as_an_object_has_its_mend_as_text():
    found = Finding("rule", 3, "title", "text.", {"a": 1}, Mend({3: ("w -= 1",)}))
    assert found.as_json() == {
        "rule": "rule",
        "line": 3,
        "title": "title",
        "text": "text.",
        "evidence": {"a": 1},
        "mend": "w -= 1",
    }


def test_the_limit_of_a_rate_is_that_of_the_start_and_not_of_the_explosion():
    """A net's curvature grows without end once its steps do."""
    text = """\
import torch
from torch import nn
torch.manual_seed(0)
x = torch.linspace(-2, 2, 40).reshape(-1, 1)
y = 5 * x**2
model = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(40):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
    (found, *_) = findings_of(Script(text, name="own.py", path="/own.py"))
    assert (found.rule, found.line) == ("rate_too_high", 7)
    torch.manual_seed(0)
    x = torch.linspace(-2, 2, 40).reshape(-1, 1)
    model = torch.nn.Sequential(torch.nn.Linear(1, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
    flat = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
    shapes = {name: each.shape for name, each in model.named_parameters()}

    def loss(vector):
        parts = vector.split([shape.numel() for shape in shapes.values()])
        named = {n: p.view(s) for (n, s), p in zip(shapes.items(), parts, strict=True)}
        return ((torch.func.functional_call(model, named, x) - 5 * x**2) ** 2).mean()

    largest = float(torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, flat))[-1])
    assert found.evidence["curvature"] == pytest.approx(largest, rel=0.02)
    assert found.evidence["highest_stable"] == pytest.approx(2 / largest, rel=0.02)
