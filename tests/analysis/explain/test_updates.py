"""Formulas of updates, worked out from their own text: by the names against what PyTorch keeps,
and by the numbers with a pocket calculator. What is not verified is never shown."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.explain.updates import Formula, Update, explain_update
from gdtui.analysis.numerals import Numerals
from gdtui.analysis.study import Study

EIGHT = Numerals(8)
"""With fewer digits the lines would not come to one another as exactly as can be asked for."""

_WORDS = {"·": "*", "²": "**2", "^": "**", "√": "sqrt "}


def calculate(text, names=None):
    """What a line of a formula comes to. A name may have a dot or an index."""
    for sign, code in _WORDS.items():
        text = text.replace(sign, code)
    for name in sorted(names or {}, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.\[\u0302])", f"({names[name]!r})", text)
    return eval(re.sub(r"sqrt (\([^()]*\)|[\w.]+)", r"sqrt(\1)", text), {"sqrt": math.sqrt})


def rounding(text, names=None):
    """How far a line may be off because each of its numbers has eight digits: that share of the
    line with all its parts added up."""
    names = {name: abs(value) for name, value in (names or {}).items()}
    plus = re.sub(r"(?<![e\d])-(?=\d)", "", text).replace(" - ", " + ")
    return 4e-7 * abs(calculate(plus.replace("(1 + ", "(1 - "), names)) + 1e-300


def check_numbers(formula):
    """The last line of a formula as a number, to which the line of numbers before it has to come,
    if there is one."""
    result = float(formula.rights[-1])
    for line in formula.rights[:-1]:
        if not re.search(r"[^\W\d_e]", line):
            assert calculate(line) == pytest.approx(result, rel=2e-7, abs=rounding(line)), formula
    return result


def by_parameter(moment, formulas):
    """The formulas of an update by the parameter that they end with."""
    groups, ending = {}, []
    for formula in formulas:
        ending.append(formula)
        # AdamW shrinks a parameter before it moves it.
        if formula.left in moment.parameters and "weight_decay)" not in formula.rights[0]:
            groups[formula.left], ending = ending, []
    assert groups.keys() == moment.parameters.keys()
    assert not ending
    return groups


# PyTorch's optimizers, really run ----------------------------------------------------

OPTIMIZERS = {
    "plain": "SGD({}, lr=0.02)",
    "weight decay": "SGD({}, lr=0.02, weight_decay=0.1)",
    "momentum": "SGD({}, lr=0.02, momentum=0.9)",
    "dampening": "SGD({}, lr=0.02, momentum=0.9, dampening=0.4)",
    "nesterov": "SGD({}, lr=0.02, momentum=0.8, nesterov=True)",
    "nesterov and weight decay": "SGD({}, lr=0.02, momentum=0.8, nesterov=True, weight_decay=0.2)",
    "maximize": "SGD({}, lr=0.02, maximize=True)",
    "everything": "SGD({}, lr=0.02, momentum=0.5, dampening=0.1, weight_decay=0.2, maximize=True)",
    "Adam": "Adam({}, lr=0.1)",
    "Adam with weight decay": "Adam({}, lr=0.1, weight_decay=0.1)",
    "Adam with other options": "Adam({}, lr=0.3, betas=(0.5, 0.7), eps=0.01)",
    "AdamW": "AdamW({}, lr=0.1)",
    "RMSprop": "RMSprop({}, lr=0.05)",
    "RMSprop with other options": "RMSprop({}, lr=0.05, alpha=0.6, eps=0.1)",
    "AdamW with more decay": "AdamW({}, lr=0.1, weight_decay=0.5, betas=(0.8, 0.9))",
}
OTHERS = {
    "RMSprop with momentum": "RMSprop({}, lr=0.05, momentum=0.5)",
    "RMSprop centered": "RMSprop({}, lr=0.05, centered=True)",
    "Adagrad": "Adagrad({}, lr=0.3)",
    "Adadelta": "Adadelta({})",
    "Adam with amsgrad": "Adam({}, lr=0.1, amsgrad=True)",
    "Adam uphill": "Adam({}, lr=0.1, maximize=True)",
    "NAdam": "NAdam({}, lr=0.1)",
}
_KEPT = {"momentum_buffer": "v", "exp_avg": "m", "exp_avg_sq": "v", "square_avg": "v"}


def with_optimizer(stage, optimizer):
    """A stage with another optimizer in its text."""
    script = Script.stage(stage)
    held = {"optimizer": "[w]", "model": "model.parameters()"}[stage]
    made = f"torch.optim.SGD({held}, lr=learning_rate)"
    assert made in script.text
    return Script(script.text.replace(made, f"torch.optim.{optimizer.format(held)}"), "own")


def updates_of(script, count):
    """The moments right after the optimizer's first updates, with their explanations."""
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        while count:
            moment = timeline.step()
            study.catch_up(moment, timeline.history)
            if "optimizer.step()" in script.lines[moment.line - 1]:
                count -= 1
                yield moment, explain(study, EIGHT)


def names_before(moment, name):
    """What the names in the formulas of a parameter stand for, before an update."""
    held = moment.before.parameters[name], moment.before.gradients[name]
    found = dict(zip((name, f"{name}.grad"), held, strict=True))
    for each in moment.before.optimizers[0].parameters:
        if each.parameter == name:
            options = each.options
            found |= {
                key: options[key]
                for key in ("lr", "momentum", "weight_decay", "eps", "alpha")
                if key in options
            }
            found |= dict(zip(("β1", "β2"), options.get("betas", ()), strict=False))
            found |= {_KEPT[key]: each.state[key] for key in each.state if key in _KEPT}
            if "betas" in options or "alpha" in options:
                found = {"m": 0.0, "v": 0.0} | found
    return found


def kept_after(moment, name):
    (found,) = [each for each in moment.optimizers[0].parameters if each.parameter == name]
    return found.state


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["optimizer", "model"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_formulas_of_an_optimizer_give_what_pytorch_has(name, stage):
    for moment, explanation in updates_of(with_optimizer(stage, OPTIMIZERS[name]), 6):
        for parameter, formulas in by_parameter(moment, explanation.formulas).items():
            known = names_before(moment, parameter)
            for formula in formulas:
                said = check_numbers(formula)
                line = formula.rights[0].removesuffix(", at first")
                found = calculate(line, known)
                assert found == pytest.approx(said, rel=1e-5, abs=rounding(line, known)), formula
                known[formula.left] = found
            assert len(formulas[-1].rights) == 3
            assert "lr" in formulas[-1].rights[0]
            new = moment.parameters[parameter]
            assert float(formulas[-1].rights[-1]) == pytest.approx(new, rel=2e-7)
            assert known[parameter] == pytest.approx(new, rel=1e-6, abs=1e-7)
            for key, value in kept_after(moment, parameter).items():
                if key in _KEPT:
                    assert known[_KEPT[key]] == pytest.approx(value, rel=1e-5, abs=1e-9), key


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["optimizer", "model"])
@pytest.mark.parametrize("name", OTHERS)
def test_of_another_optimizer_what_it_keeps_and_both_values_are_shown(name, stage):
    for moment, explanation in updates_of(with_optimizer(stage, OTHERS[name]), 4):
        for parameter, (*states, plain) in by_parameter(moment, explanation.formulas).items():
            line, result = plain.rights
            old, new = moment.before.parameters[parameter], moment.parameters[parameter]
            assert "lr" not in line
            assert float(line.split()[0]) == pytest.approx(old, rel=2e-7)
            assert float(result) == pytest.approx(new, rel=2e-7)
            assert check_numbers(plain) == pytest.approx(new, rel=2e-7)
            kept = kept_after(moment, parameter)
            assert [each.left for each in states] == list(kept)
            for each in states:
                assert check_numbers(each) == pytest.approx(kept[each.left], rel=2e-7)


def test_of_many_numbers_each_shown_one_ends_with_its_value():
    """Of all numbers but the first only the last line is shown, so that must be the update."""
    text = """import torch
torch.manual_seed(0)
x, y = torch.randn(8, 2), torch.randn(8, 1)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.{}
for epoch in range(4):
    y_pred = model(x)
    loss = torch.nn.functional.mse_loss(y_pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
    for made, lines in (
        ("SGD(model.parameters(), lr=0.1, momentum=0.9)", 3),
        ("Adam(model.parameters(), lr=0.1)", 3),
        ("RMSprop(model.parameters(), lr=0.1)", 3),
        ("Adagrad(model.parameters(), lr=0.1)", 2),
    ):
        for moment, explanation in updates_of(Script(text.format(made), "own"), 3):
            ends = [
                each for each in explanation.formulas if each.left.startswith(("weight", "bias"))
            ]
            assert [len(each.rights) for each in ends] == [lines] * 3
            assert sum(map(check_numbers, ends)) == pytest.approx(
                sum(np.sum(each) for each in moment.parameters.values()), rel=1e-5
            )
            shown = {each.left: each.rights[-1] for each in explanation.formulas}
            weight = moment.parameters["weight"]
            assert float(shown["weight[0,0]"]) == pytest.approx(weight[0, 0], rel=2e-7)
            assert float(shown["weight[0,1]"]) == pytest.approx(weight[0, 1], rel=2e-7)
            assert float(shown["bias"]) == pytest.approx(moment.parameters["bias"], rel=2e-7)


def test_after_running_flat_out_what_was_kept_is_not_known_and_nothing_is_made_up():
    script = with_optimizer("optimizer", OPTIMIZERS["momentum"])
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run(), timeline.history)
        *_, update = explain(study, EIGHT).formulas
        assert update.left == "w"
        assert len(update.rights) == 2
        assert check_numbers(update) == pytest.approx(study.moment.parameters["w"], rel=2e-7)


# By hand -----------------------------------------------------------------------------

single = st.floats(-1e4, 1e4, width=32).filter(lambda value: not 0 < abs(value) < 1e-30)


def an_update(old, new, gradient, rate):
    return Update("w", old, new, gradient, "dw", rate, "lr")


def only(formulas):
    (formula,) = formulas
    return formula


@pytest.mark.slow
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@given(old=single, gradient=single, rate=st.floats(1e-4, 10), sign=st.sampled_from([-1, 1]))
def test_a_plain_step_downhill_or_uphill(kind, old, gradient, rate, sign):
    step = float(kind(kind(rate) * kind(gradient)))
    new = float(kind(old) + kind(sign * step))
    # A step that is lost in the rounding has no direction.
    assume(abs(step) > 1e-3 * abs(old))
    formula = only(explain_update(an_update(old, new, gradient, rate), write=EIGHT))
    symbols, line, result = formula.rights
    assert symbols == ("w - lr·dw" if sign < 0 or not step else "w + lr·dw")
    assert calculate(line) == pytest.approx(new, abs=rounding(line))
    assert calculate(symbols, {"w": old, "lr": rate, "dw": gradient}) == pytest.approx(
        new, abs=rounding(line)
    )
    assert float(result) == pytest.approx(new, rel=2e-7)


def test_a_negative_rate_stands_in_brackets():
    formula = only(explain_update(an_update(1.0, 3.0, 2.0, -1.0)))
    assert formula == Formula("w", ("w - lr·dw", "1 - (-1)·2", "3"))


@given(
    old=single,
    gradient=single,
    rate=st.floats(1e-3, 10),
    wrong=st.floats(1e-3, 3) | st.floats(-3, -2.001) | st.floats(-1.999, -1e-3),
)
def test_a_rule_that_does_not_give_the_new_value_is_not_shown(old, gradient, rate, wrong):
    step = rate * gradient
    new = old - step * (1 + wrong)
    # As float32 sees it, it is another step, both ways.
    told = 1e-4 * max(abs(old), abs(new))
    assume(abs(step * wrong) > told and abs(step * (2 + wrong)) > told)
    for optimizer, options in (
        ("", {}),
        ("SGD", {}),
        ("SGD", {"momentum": 0.9}),
        ("SGD", {"momentum": 0.9, "nesterov": True}),
        ("Adam", {"betas": (0.9, 0.999), "eps": 1e-8}),
    ):
        if options.get("nesterov") and abs(wrong - 0.9) < 1e-2:
            continue
        if optimizer == "Adam" and abs(abs(new - old) - rate) < 1e-2 * rate + told:
            continue
        update = an_update(old, new, gradient, rate)
        formula = explain_update(update, optimizer, options, {}, {"step": 1.0}, EIGHT)[-1]
        line, result = formula.rights
        assert "lr" not in str(formula)
        assert calculate(line) == pytest.approx(new, abs=rounding(line))
        assert float(result) == pytest.approx(new, rel=2e-7)


@pytest.mark.parametrize(("kind", "gradient"), [(np.float32, -3e-4), (np.float64, -3e-10)])
def test_a_step_of_half_the_size_is_told_from_the_whole(kind, gradient):
    """In float64 a run that has nearly arrived can still tell them apart."""
    old, gradient = float(kind(1.9999)), float(kind(gradient))
    new = float(kind(old - 0.05 * gradient))
    formula = only(explain_update(an_update(old, new, gradient, 0.1), write=EIGHT))
    assert len(formula.rights) == 2
    assert len(only(explain_update(an_update(old, new, gradient, 0.05))).rights) == 3


def test_what_is_not_known_is_not_needed():
    for update in (
        Update("w", 1.0, 0.5, None, "w.grad", 0.1, "lr"),
        Update("w", 1.0, 0.5, 5.0, "w.grad", None, "rate"),
    ):
        assert explain_update(update) == (Formula("w", ("1 - 0.5", "0.5")),)
    assert explain_update(an_update(1.0, 0.5, 5.0, 0.1), "Rprop") == (
        Formula("w", ("1 - 0.5", "0.5")),
    )
    assert explain_update(an_update(1.0, 2.5, 5.0, 0.1)) == (Formula("w", ("1 + 1.5", "2.5")),)


@pytest.mark.parametrize(
    ("old", "new", "gradient"),
    [
        (1.0, -math.inf, 1e308),
        (1.0, math.inf, 1e308),
        (math.inf, math.nan, math.inf),
        (math.nan, math.nan, 1.0),
        (1.0, math.nan, math.nan),
        (-math.inf, 1.0, 1.0),
    ],
)
def test_overflow_is_never_explained_by_the_wrong_sign(old, new, gradient):
    for optimizer in ("", "SGD", "Adam", "RMSprop"):
        formula = explain_update(an_update(old, new, gradient, 1e10), optimizer)[-1]
        assert float(formula.rights[-1]) == pytest.approx(new, nan_ok=True)
        results = {"w - lr·dw": old - 1e10 * gradient, "w + lr·dw": old + 1e10 * gradient}
        if len(formula.rights) == 3:
            assert results[formula.rights[0]] == new
        else:
            assert new not in results.values() or optimizer in ("Adam", "RMSprop")


def test_a_formula_as_one_line():
    assert (
        str(Formula("w", ("w - lr·dw", "0 - 0.1·2", "-0.2"))) == "w = w - lr·dw = 0 - 0.1·2 = -0.2"
    )
