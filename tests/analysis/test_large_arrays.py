"""What is said of arrays that are too large to copy: their summaries, wherever values are read."""

import re

import numpy as np
import pytest

from gdtui import Script, Study, Summary, Timeline
from gdtui.analysis.changes import find_changes
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.numerals import FULL, SHORT
from gdtui.analysis.summaries import moved_text, spread_text, summaries_in, summary_text
from gdtui.analysis.values import alike, is_zero
from gdtui.engine.record.summary import summarize
from gdtui.engine.script.loop import Phase

NET = """\
import torch
from torch import nn
torch.manual_seed(0)
epochs = 4
x, y = torch.randn(8, 120), torch.randn(8, 1)
model = nn.Sequential(nn.Linear(120, 100), nn.ReLU(), nn.Linear(100, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(epochs):
    optimizer.zero_grad()
    prediction = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    loss.backward()
    optimizer.step()
"""


@pytest.fixture(scope="module")
def moments():
    """Two epochs of a net whose first weight is large, statement by statement, with what is said
    of each."""
    with Timeline(Script(NET, "net")) as timeline:
        study = Study(timeline.script)
        found = []
        for move in [timeline.start] + [timeline.step] * 10:
            moment = move()
            study.catch_up(moment, timeline.history)
            found.append((moment, explain(study)))
    return found


def of_phase(moments, phase):
    return [each for each in moments if each[0].phase is phase]


# In words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([3.0, -4.0]), "norm 5, mean -0.5, from -4 to 3"),
        (np.zeros(20_000), "all 20000 numbers are 0"),
        (np.array([1, np.nan, np.inf]), "all 1 numbers are 1, 2 of 3 not finite"),
        (np.full(3, np.nan), "none of 3 numbers is finite"),
        (np.array([1 / 3, 2 / 3]), "norm 0.7454, mean 0.5, from 0.3333 to 0.6667"),
    ],
)
def test_a_summary_in_words(array, text):
    assert summary_text(summarize(array), SHORT) == text


def test_all_digits_where_they_are_asked_for():
    assert "to 0.6666666666666666" in summary_text(summarize(np.array([0.5, 2 / 3])), FULL)


def test_half_of_the_numbers_are_where_the_words_say():
    array = np.random.default_rng(0).normal(5, 2, size=15_000)
    said = spread_text(summarize(array), SHORT)
    share, low, high = map(float, re.findall(r"\d+(?:\.\d+)?", said))
    inside = np.mean((array >= low) & (array <= high))
    assert 50 <= share < 75
    assert 100 * inside == pytest.approx(share, abs=2)
    assert low < 5 < high
    assert not spread_text(summarize(np.ones(5)), SHORT)
    assert not spread_text(summarize(np.full(5, np.nan)), SHORT)


def test_the_norm_before_is_said_where_it_was_another():
    old, new = summarize(np.array([3.0, 4.0])), summarize(np.array([6.0, 8.0]))
    assert moved_text(old, new, SHORT).endswith(", norm before 5, now 10")
    assert "before" not in moved_text(new, new, SHORT)
    assert "before" not in moved_text(None, new, SHORT)


def test_summaries_are_compared_as_arrays_are():
    one = np.random.default_rng(1).normal(size=20_000)
    other = one.copy()
    assert alike(summarize(one), summarize(other))
    other[7] += 1e-12
    assert not alike(summarize(one), summarize(other))
    assert not alike(summarize(one), None)
    assert not alike(one, summarize(one))
    assert is_zero(summarize(np.zeros(20_000)))
    assert not is_zero(summarize(one))
    assert not is_zero(summarize(np.full(20_000, np.nan)))


def test_of_many_the_first_are_drawn():
    summary = summarize(np.arange(9.0))
    found = summaries_in([("a", 1.0), *((str(place), summary) for place in range(9)), ("b", None)])
    assert [name for name, _ in found] == ["0", "1", "2", "3"]


# Of a net ----------------------------------------------------------------------------


def test_moments_hold_summaries(moments):
    moment, _ = of_phase(moments, Phase.UPDATE)[-1]
    weight = moment.parameters["0.weight"]
    assert isinstance(weight, Summary)
    assert weight.shape == (100, 120)
    assert isinstance(moment.gradients["0.weight"], Summary)
    (optimizer,) = moment.optimizers
    assert {name: type(kept) for name, kept in optimizer.parameters[0].state.items()} == {
        "step": float,
        "exp_avg": Summary,
        "exp_avg_sq": Summary,
    }
    assert isinstance(moment.parameters["2.weight"], np.ndarray)


def test_the_start(moments):
    _, said = moments[0]
    assert any(each.startswith("0.weight starts with norm ") for each in said.sentences)


def test_a_gradient_is_summed_up_and_drawn(moments):
    for moment, said in of_phase(moments, Phase.GRADIENT):
        gradient = moment.gradients["0.weight"]
        assert str(said.formulas[0]) == f"0.weight.grad = {summary_text(gradient, SHORT)}"
        assert said.summaries == (("0.weight.grad", gradient),)
        assert not said.notes


def test_an_update_says_how_the_norm_has_changed(moments):
    for moment, said in of_phase(moments, Phase.UPDATE):
        old, new = (each.parameters["0.weight"] for each in (moment.before, moment))
        assert old != new
        assert str(said.formulas[0]) == f"0.weight = {moved_text(old, new, SHORT)}"
        assert said.summaries == (("0.weight", new),)


def test_only_what_has_changed_counts_as_changed(moments):
    for moment, _ in moments[1:]:
        changed = [each.name for each in find_changes(moment).changed]
        is_changed = moment.phase in (Phase.GRADIENT, Phase.UPDATE) or (
            moment.phase is Phase.ZERO and moment.epoch > 1
        )
        assert ("0.weight" in changed) is is_changed
        assert "x" not in changed


def test_a_gradient_that_is_cleared(moments):
    _, said = of_phase(moments, Phase.ZERO)[-1]
    (sentence,) = [each for each in said.sentences if each.startswith("0.weight")]
    assert re.fullmatch(
        r"0\.weight\.grad had norm .*, from .* to .*; now it is None, which counts as 0\.", sentence
    )


def test_a_gradient_that_was_not_cleared_is_noticed():
    with Timeline(Script(NET.replace("    optimizer.zero_grad()\n", ""), "net")) as timeline:
        study = Study(timeline.script)
        timeline.seek(1)
        for _ in range(3):
            study.catch_up(timeline.step(), timeline.history)
        said = explain(study)
    assert "0.weight.grad was not zeroed" in said.notes[0]
    assert any(str(each).startswith("0.weight.grad = norm") for each in said.formulas)


def test_a_statement_that_moves_nothing():
    with Timeline(Script(NET.replace("lr=1e-3", "lr=0.0"), "net")) as timeline:
        study = Study(timeline.script)
        for _ in range(5):
            study.catch_up(timeline.step(), timeline.history)
        assert explain(study).sentences == ("The parameters have not changed.",)


def test_a_large_array_of_predictions():
    text = (
        "import numpy as np\nx = np.linspace(0, 1, 20_000)\nw = 0.0\n"
        "for epoch in range(3):\n    y_pred = w * x + 1\n    loss = np.mean((y_pred - x) ** 2)\n"
        "    dw = np.mean(2 * (y_pred - x) * x)\n    w -= 0.1 * dw\n"
    )
    with Timeline(Script(text, "own")) as timeline:
        study = Study(timeline.script)
        timeline.seek(1)
        study.catch_up(timeline.step(), timeline.history)
        said = explain(study)
    (sentence,) = said.sentences
    assert sentence.startswith("y_pred holds 20000 numbers: norm ")
    assert [name for name, _ in said.summaries] == ["y_pred"]
