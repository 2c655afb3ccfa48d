"""What a statement did: every line of numbers is worked out from its text and compared with the
line below it, and every result with what the script holds."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.explain.explanation import Explanation, explain, title_of
from gdtui.analysis.numerals import Numerals
from gdtui.analysis.study import Study
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.names import short_name
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]

EIGHT = Numerals(8)
"""With fewer digits the lines would not come to one another as exactly as can be asked for."""

BATCHES = Path(__file__).parents[3] / "assets" / "batches.py"
_NUMBERS = re.compile(r"[-+\d.e·()/, ²√]+")
_NAME = re.compile(r"(?:\d+\.)?[^\W\d]\w*(?:\.[^\W\d]\w*|\[[^\]]*\])*")
_PROSE = re.compile(r"\d+ more|an? (?:large|empty) \w+|…|norm|all \d+ numbers")
_WORDS = {"mean", "sum", "lr", "momentum", "weight_decay", "eps", "m", "v", "n", "g", "β1", "β2"}
_MOVES = {
    "n": Timeline.step,
    "p": Timeline.back,
    "N": Timeline.next_epoch,
    "P": Timeline.previous_epoch,
    "G": Timeline.run,
}


def own(text):
    """A script of one's own."""
    return Script(text, "own")


def walk(script, moves):
    """The moments that some moves lead to, the start first, each with a study that has seen all
    before it. A move is a letter, or a list with the epoch to go to."""
    study = Study(script)
    with Timeline(script) as timeline:
        moment = timeline.start()
        study.catch_up(moment, timeline.history)
        yield moment, study
        for move in moves:
            moment = _MOVES[move](timeline) if isinstance(move, str) else timeline.seek(*move)
            study.catch_up(moment, timeline.history)
            yield moment, study


def steps(script, epochs):
    """As many moves by one statement as some epochs take."""
    with Timeline(script) as timeline:
        count = 0
        while not (timeline.epoch == epochs and timeline.between_epochs):
            if timeline.outcome is not None:
                break
            timeline.step()
            count += 1
    return "n" * count


def calculate(text):
    """What a line of numbers comes to, and how far that may be off because each of its numbers
    has eight digits and the script has computed in float32."""
    code = text.replace("·", "*").replace("²", "**2")
    code = re.sub(r"√(\([^()]*\)|[\d.e-]+)", r"sqrt(\1)", code)
    plus = re.sub(r"(?<![e\d])-(?=[\d(])", "", code).replace(" - ", " + ")
    value, size = (eval(each, {"sqrt": math.sqrt}) for each in (code, plus))
    return value, 1e-6 * abs(size) + 1e-300


def check_arithmetic(formula):
    """Work out the lines of numbers of a formula. Returns how many there were."""
    checked = 0
    *lines, last = formula.rights
    for line in lines:
        if not _NUMBERS.fullmatch(line) or not _NUMBERS.fullmatch(last):
            continue
        parts, results = line.split(", "), last.split(", ")
        for part, result in zip(parts, results, strict=True):
            value, allowed = calculate(part)
            assert abs(value - float(result)) <= allowed, (str(formula), value)
            checked += 1
    return checked


def check_names(formula, moment):
    """Every name in the line of symbols is one of the script's, of PyTorch's options, or of what
    an optimizer keeps."""
    parameters = {short_name(each, moment.parameters) for each in moment.parameters}
    for line in formula.rights:
        if _NUMBERS.fullmatch(line) or _PROSE.search(line):
            continue
        line = re.sub(r", at first|²|\bnan\b|\binf\b|(?<=\d)e(?=-?\d)", "", line)
        for name in _NAME.findall(line):
            owner = name.partition("[")[0].removesuffix(".grad")
            head = owner.partition(".")[0]
            known = {owner, head} & (_WORDS | parameters) or moment.variable(head) is not None
            assert known, (str(formula), name)


def check(moment, explanation):
    """All that can be checked of any explanation. Returns how many lines were worked out."""
    said = " ".join(explanation.sentences)
    before = moment.before
    if before is not None and ("Nothing that is trained" in said or "as they were" in said):
        for name, value in moment.parameters.items():
            assert np.array_equal(before.parameters[name], value, equal_nan=True)
    for formula in explanation.formulas:
        check_names(formula, moment)
    return sum(map(check_arithmetic, explanation.formulas))


def numbers(text):
    return [float(each) for each in text.split(", ")]


def results(explanation):
    """The last lines by what is computed."""
    return {each.left: each.rights[-1] for each in explanation.formulas}


def close(text, value):
    return float(text) == pytest.approx(float(value), rel=2e-7, abs=1e-45)


# The stages, statement by statement --------------------------------------------------


def check_stage(moment, study, script):
    """Compare the explanation of a statement with what the script holds."""
    explanation = explain(study, EIGHT)
    checked = check(moment, explanation)
    shown = results(explanation)
    short = {name: short_name(name, moment.parameters) for name in moment.parameters}
    if moment.phase is Phase.PREDICT:
        held = np.ravel(moment.variable("y_pred").value)
        assert numbers(shown["y_pred"]) == pytest.approx(held, rel=2e-7)
        assert checked == 4
    elif moment.phase is Phase.LOSS:
        assert close(shown["loss"], moment.loss)
        assert checked == 1
    elif moment.phase is Phase.GRADIENT:
        by_hand = script.name == "manual"
        *added, last = explanation.notes
        notes = [last] if by_hand else explanation.notes
        for note, (name, gradient) in zip(notes, moment.gradients.items(), strict=True):
            label, _, value = note.removesuffix(".").partition(" holds ")
            assert label == ("dw" if by_hand else f"{short[name]}.grad")
            assert close(value, gradient)
            size = 1e-5 * max(1.0, abs(gradient))
            # By hand the script adds the shares of its 4 samples, and its loss is their mean.
            left = f"{'4·' if by_hand else ''}dJ/d{short[name]}"
            assert float(shown[left]) == pytest.approx(gradient, abs=size)
        if by_hand:
            assert "adds the 4 shares and does not divide: 4 times the slope" in added[0]
        assert checked == len(moment.gradients)
    elif moment.phase is Phase.UPDATE and shown:
        for name, value in moment.parameters.items():
            assert close(shown[short[name]], value)
        assert [len(each.rights) for each in explanation.formulas] == [3] * len(moment.parameters)
        assert "downhill" in explanation.sentences[0]
        assert checked == len(moment.parameters)
    return checked


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
def test_every_statement_of_two_epochs_of_a_stage(stage):
    script = Script.stage(stage)
    phases = []
    for moment, study in walk(script, steps(script, 2)):
        check_stage(moment, study, script)
        phases.append(moment.phase)
        if moment.epoch:
            assert title_of(moment) == str(moment.phase or f"line {moment.line}")
    for phase in (Phase.PREDICT, Phase.LOSS, Phase.GRADIENT, Phase.UPDATE):
        assert phases.count(phase) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
def test_going_back_explains_the_same(stage):
    script = Script.stage(stage)
    forwards = steps(script, 3)
    said = {}
    for moment, study in walk(script, forwards + "p" * len(forwards)):
        if moment.epoch:
            explanation = explain(study, EIGHT)
            check(moment, explanation)
            texts = (explanation.sentences, explanation.formulas, explanation.notes)
            # The end of an epoch that is gone back to is that of the whole epoch.
            key = (moment.position, moment.before is None)
            assert said.setdefault(key, texts) == texts
    assert len({position for position, _ in said}) == len(forwards)


def check_epoch(moment, study, script, old):
    """Compare the explanation of a whole epoch with what was recorded of it."""
    explanation = explain(study, EIGHT)
    assert check(moment, explanation) == 1 + 2 * len(moment.parameters)
    shown = results(explanation)
    epoch, history = moment.epoch, study.history
    assert close(shown["loss"], history.loss[epoch - 1])
    for name, column in history.parameters.items():
        short = short_name(name, moment.parameters)
        assert close(shown[short], column[epoch - 1])
        gradient = float(history.gradients[name][epoch - 1])
        allowed = 1e-5 * max(1.0, abs(gradient))
        times = "4·" if study.script.name == "manual" else ""
        assert float(shown[f"{times}dJ/d{short}"]) == pytest.approx(gradient, abs=allowed)
        (update,) = [each for each in explanation.formulas if each.left == short]
        assert len(update.rights) == 3
        assert close(update.rights[1].split(" ")[0], old[name])
    assert explanation.table is not None
    return explanation


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
def test_an_epoch_is_explained_however_the_run_has_come_there(stage):
    """Step by step to its end, by whole epochs, by a jump, backwards, and as the last one."""
    values = {"epochs": 4, "print_every": 1}
    script = Script.stage(stage).with_settings(values)
    one = steps(script, 1)
    starts = [moment.parameters for moment, _ in walk(script, "NNNN")]
    ways = ["NNN", [[3]], [[2], [4], [3]], ["G", [3]], "NNNNP", [*one, "N", "N"], "GpP"]
    said = []
    for way in ways:
        *_, (moment, study) = walk(script, way)
        assert (moment.epoch, moment.epoch_over, title_of(moment)) == (3, True, "epoch 3")
        said.append(check_epoch(moment, study, script, starts[2]).formulas)
    assert said == [said[0]] * len(ways)

    last = []
    for way in ("G", one * 4 + "n", one * 4 + "nnn", "NNNNN", [*one, [9]], "NNNN"):
        *_, (moment, study) = walk(script, way)
        assert moment.epoch == 4
        ended = title_of(moment) == "finished after 4 epochs"
        assert ended or way == "NNNN"
        last.append(check_epoch(moment, study, script, starts[3]).formulas)
    assert last == [last[0]] * len(last)


@pytest.mark.parametrize("stage", LINEAR)
def test_before_the_first_epoch_the_start_is_told(stage):
    script = Script.stage(stage)
    for moment, study in [next(walk(script, "")), list(walk(script, "NP"))[-1]]:
        explanation = explain(study, EIGHT)
        assert explanation.sentences[0] == "Nothing in the training loop has run yet."
        assert title_of(moment) == "before the first epoch"
        for name, value in moment.parameters.items():
            short = short_name(name, moment.parameters)
            (said,) = [each for each in explanation.sentences if each.startswith(f"{short} starts")]
            assert close(said.removesuffix(".").rpartition(" ")[2], value)
        assert (explanation.formulas, explanation.table) == ((), None)


def test_a_study_that_was_shown_nothing_explains_nothing():
    explanation = explain(Study(Script.stage("manual")), EIGHT)
    assert (explanation.sentences, explanation.formulas) == (
        Explanation().sentences,
        Explanation().formulas,
    )


def test_gradients_that_are_cleared_are_said_to_be():
    said = {}
    for stage in ("autograd", "optimizer", "model"):
        script = Script.stage(stage)
        for moment, study in walk(script, steps(script, 1)):
            if moment.phase is Phase.ZERO:
                said[stage] = explain(study, EIGHT).sentences
    assert said["autograd"] == ("w.grad was -30; now it is 0.",)
    assert said["optimizer"] == ("w.grad was -30; now it is None, which counts as 0.",)
    assert [each.partition(" was ")[0] for each in said["model"]] == ["weight.grad", "bias.grad"]


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
@pytest.mark.parametrize("rate", [1e3, 1e20])
def test_a_run_that_diverges_is_explained_up_to_its_end(stage, rate):
    script = Script.stage(stage).with_settings({"learning_rate": rate, "epochs": 60})
    last = None
    for way in ("n" * 90, "NNNN" * 15, "G", "Gppppppppp", "GPPP"):
        for moment, study in walk(script, way):
            explanation = explain(study, EIGHT)
            check(moment, explanation)
            if moment.status == "diverged":
                last = results(explanation)
                assert title_of(moment).startswith("diverged at epoch")
                assert last["loss"] in ("inf", "nan")
                for name, value in moment.parameters.items():
                    shown = last[short_name(name, moment.parameters)]
                    assert float(shown) == pytest.approx(value, rel=2e-7, nan_ok=True)
                wrong = [each for each in explanation.formulas if " + l" in each.rights[0]]
                assert not wrong
    assert last is not None


# By chance ---------------------------------------------------------------------------

_value = st.integers(-9, 9) | st.floats(-100, 100, width=32).filter(
    lambda value: not 0 < abs(value) < 1e-6
)


@st.composite
def manual_runs(draw):
    count = draw(st.integers(1, 7))
    values = {
        "inputs": draw(st.lists(_value, min_size=count, max_size=count)),
        "targets": draw(st.lists(_value, min_size=count, max_size=count)),
        "w": float(draw(_value)),
        "learning_rate": draw(st.floats(1e-6, 0.2) | st.just(-0.01)),
        "epochs": draw(st.integers(1, 8)),
        "reduction": draw(st.sampled_from(["sum", "mean"])),
    }
    moves = draw(st.lists(st.sampled_from([*"nnnnnnpNPG", [2], [5]]), min_size=1, max_size=12))
    return Script.stage("manual").with_settings(values), moves


@pytest.mark.slow
@settings(max_examples=60)
@given(manual_runs())
def test_by_chance_every_formula_of_a_run_by_hand_can_be_worked_out(run):
    script, moves = run
    for moment, study in walk(script, moves):
        explanation = explain(study, EIGHT)
        check(moment, explanation)
        shown = results(explanation)
        if "w" in shown:
            assert close(shown["w"], moment.parameters["w"])
        if "loss" in shown:
            assert close(shown["loss"], moment.loss)
        if explanation.table is not None and explanation.table.used:
            held = moment.gradients["w"]
            table = explanation.table
            totals = {"sum": table.sums, "mean": table.means}[table.used]
            parts = np.abs(table.column("x")) * (
                np.abs(table.column("y_pred")) + np.abs(table.column("y"))
            )
            assert abs(totals[-1] - held) <= 1e-5 * 2 * np.sum(parts) + 1e-30


_MADE = [
    "SGD({}, lr=learning_rate)",
    "SGD({}, lr=learning_rate, momentum=0.9)",
    "SGD({}, lr=learning_rate, momentum=0.5, nesterov=True, weight_decay=0.3)",
    "Adam({}, lr=learning_rate)",
    "AdamW({}, lr=learning_rate, weight_decay=0.3)",
]


@st.composite
def torch_runs(draw):
    count = draw(st.integers(1, 6))
    values = {
        "inputs": draw(st.lists(_value, min_size=count, max_size=count)),
        "targets": draw(st.lists(_value, min_size=count, max_size=count)),
        "learning_rate": draw(st.floats(1e-6, 0.2)),
        "epochs": draw(st.integers(1, 8)),
    }
    stage = draw(st.sampled_from(LINEAR[1:]))
    text = Script.stage(stage).with_settings(values).text
    for held in ("[w]", "model.parameters()"):
        made = draw(st.sampled_from(_MADE)).format(held)
        text = text.replace(f"SGD({held}, lr=learning_rate)", made)
    if draw(st.booleans()):
        text = re.sub(r"(optimizer\.zero_grad|w\.grad\.zero_)\(\)", "pass", text)
    moves = draw(st.lists(st.sampled_from([*"nnnnnnnnpNPG", [2], [5]]), min_size=1, max_size=12))
    return own(text), moves


@pytest.mark.slow
@settings(max_examples=40)
@given(torch_runs())
def test_by_chance_every_formula_of_a_run_by_pytorch_can_be_worked_out(run):
    script, moves = run
    for moment, study in walk(script, moves):
        explanation = explain(study, EIGHT)
        check(moment, explanation)
        shown = results(explanation)
        for name, value in moment.parameters.items():
            short = short_name(name, moment.parameters)
            if short in shown:
                assert close(shown[short], value)
        if "loss" in shown:
            assert close(shown["loss"], moment.loss)


# Gradients that are not zeroed -------------------------------------------------------


def without_zeroing(stage):
    script = Script.stage(stage)
    lines = [line for line in script.lines if "zero_" not in line]
    assert len(lines) < len(script.lines)
    return own("\n".join(lines))


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["autograd", "optimizer", "model", "module"])
def test_what_comes_on_top_of_an_old_gradient_is_shown_as_a_sum(stage):
    script = without_zeroing(stage)
    gradients = []
    for moment, study in walk(script, steps(script, 3)):
        explanation = explain(study, EIGHT)
        check(moment, explanation)
        if moment.phase is not Phase.GRADIENT:
            continue
        short = {name: short_name(name, moment.parameters) for name in moment.gradients}
        sums = {each.left: each for each in explanation.formulas if each.left.endswith(".grad")}
        wrong = [note for note in explanation.notes if "was not zeroed" in note]
        if gradients:
            assert sums.keys() == {f"{each}.grad" for each in short.values()}
            assert len(wrong) == len(short)
        else:
            assert (sums, wrong) == ({}, [])
        shown = results(explanation)
        for name, held in moment.gradients.items():
            if gradients:
                line, result = sums[f"{short[name]}.grad"].rights
                assert close(result, held)
                old, new = line.split(" + ")
                assert close(old, gradients[-1][name])
                assert float(new.strip("()")) == pytest.approx(held - gradients[-1][name], rel=1e-5)
                assert float(shown[f"dJ/d{short[name]}"]) == pytest.approx(
                    held - gradients[-1][name], rel=1e-5
                )
        gradients.append(moment.gradients)
    assert len(gradients) == 3


_LAYER = """import torch
torch.manual_seed(1)
x, y = torch.randn(5, 2), torch.randn(5, 1)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(3):
    y_pred = model(x)
    loss = torch.nn.functional.mse_loss(y_pred, y)
    loss.backward()
    {more}
    optimizer.step()
"""


def test_arrays_that_are_not_zeroed_are_shown_as_sums_too():
    script = own(_LAYER.format(more="pass"))
    old = None
    for moment, study in walk(script, steps(script, 2)):
        explanation = explain(study, EIGHT)
        check(moment, explanation)
        if moment.phase is not Phase.GRADIENT:
            continue
        if old is not None:
            shown = results(explanation)
            assert close(shown["weight.grad[0,0]"], moment.gradients["weight"][0, 0])
            assert close(shown["weight.grad[0,1]"], moment.gradients["weight"][0, 1])
            assert close(shown["bias.grad"], moment.gradients["bias"])
            added = moment.gradients["weight"] - old["weight"]
            assert float(shown["dJ/dweight[1]"]) == pytest.approx(added[0, 1], rel=1e-5)
            assert len([each for each in explanation.notes if "not zeroed" in each]) == 2
        old = moment.gradients


def test_the_header_of_a_block_adds_no_gradient():
    text = _LAYER.format(more="pass").replace(
        "    loss.backward()", "    with torch.enable_grad():\n        loss.backward()"
    )
    headers = 0
    for moment, study in walk(own(text), "n" * 18):
        explanation = explain(study, EIGHT)
        check(moment, explanation)
        if moment.line is not None and "with" in own(text).lines[moment.line - 1]:
            headers += 1
            assert explanation.notes == ()
            assert [each for each in explanation.formulas if "J" in each.left] == []
    assert headers == 3


@pytest.mark.parametrize(
    "more",
    [
        "torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)",
        "model.weight.grad *= 0.5",
        "model.bias.grad.clamp_(-0.01, 0.01)",
    ],
)
def test_a_gradient_that_is_changed_was_not_left_from_before(more):
    script = own(_LAYER.format(more=more) + "    optimizer.zero_grad()\n")
    seen = 0
    for moment, study in walk(script, steps(script, 2)):
        if moment.phase is Phase.GRADIENT and "backward" not in script.lines[moment.line - 1]:
            explanation = explain(study, EIGHT)
            seen += 1
            assert not any("zeroed" in note for note in explanation.notes)
            shown = results(explanation)
            if "bias.grad" in shown:
                assert close(shown["bias.grad"], moment.gradients["bias"])
            if "model.bias" in more or "clip" in more:
                assert explanation.table.used == ""
    assert seen == 2


# By hand, one after another ----------------------------------------------------------

_TWO = """import numpy as np
x = np.array([1.0, 2.0, 4.0])
y = np.array([2.0, 4.0, 1.0])
w = 0.5
b = 0.1
lr = 0.1
for epoch in range(3):
    y_pred = w * x + b
    error = y_pred - y
    loss = np.mean(error ** 2)
    dw = np.mean(2 * x * error){more}
    w = w - lr * dw
    db = np.mean(2 * error)
    b = b - lr * db
"""


def explained_by_line(script, epochs):
    """The explanations of some epochs by epoch and line of the script."""
    found = {}
    for moment, study in walk(script, steps(script, epochs)):
        if moment.line is not None:
            explanation = explain(study, EIGHT)
            check(moment, explanation)
            found[moment.epoch, script.lines[moment.line - 1].strip()] = explanation
    return found


def test_gradients_by_hand_come_one_after_another():
    found = explained_by_line(own(_TWO.format(more="")), 3)
    for epoch in (1, 2, 3):
        first = found[epoch, "dw = np.mean(2 * x * error)"]
        assert [each.left for each in first.formulas] == ["dJ/dw"]
        assert [each.partition(" holds")[0] for each in first.notes] == ["dw"]
        second = found[epoch, "db = np.mean(2 * error)"]
        assert [each.left for each in second.formulas] == ["dJ/dw", "dJ/db"]
        assert [each.partition(" holds")[0] for each in second.notes] == ["dw", "db"]
        for explanation in (first, second):
            said = " ".join(explanation.notes)
            assert "zeroed" not in said
            assert "no sum" not in said
        moved = found[epoch, "w = w - lr * dw"]
        assert [each.left for each in moved.formulas] == ["w"]
        assert moved.sentences == ("A step against the gradient: downhill.",)
        moved = found[epoch, "b = b - lr * db"]
        assert [each.left for each in moved.formulas] == ["b"]


def test_only_of_a_gradient_that_is_not_the_table_s_this_is_said():
    found = explained_by_line(own(_TWO.format(more=" + 0.1 * w")), 2)
    for epoch in (1, 2):
        notes = found[epoch, "db = np.mean(2 * error)"].notes
        assert [("neither the sum nor the mean" in each, each[:2]) for each in notes] == [
            (True, "dw"),
            (False, "db"),
        ]


def test_a_part_of_the_loss_is_not_the_loss():
    """The loss of the epoch before must not stand at a statement that does not compute it."""
    found = explained_by_line(own(_TWO.format(more="")), 3)
    for epoch in (1, 2, 3):
        part = found[epoch, "error = y_pred - y"]
        assert part.formulas == ()
        assert "One number" not in " ".join(part.sentences)
        whole = found[epoch, "loss = np.mean(error ** 2)"]
        assert [each.left for each in whole.formulas] == ["loss"]


def test_a_part_of_the_prediction_is_told_of_itself():
    script = own(
        """import numpy as np
x = np.array([1.0, 2.0, 3.0])
y = np.array([1.0, 0.0, 1.0])
w = 0.5
v = -0.25
for epoch in range(3):
    hidden = np.tanh(w * x)
    y_pred = v * hidden
    loss = ((y_pred - y) ** 2).mean()
    dv = (2 * hidden * (y_pred - y)).mean()
    dw = (2 * v * (1 - hidden ** 2) * x * (y_pred - y)).mean()
    w -= 0.1 * dw
    v -= 0.1 * dv
"""
    )
    seen = []
    for moment, study in walk(script, steps(script, 3)):
        if moment.phase is Phase.PREDICT:
            made = moment.assigned[0]
            value = moment.variable(made).value
            (said,) = explain(study, EIGHT).sentences
            low, high = re.fullmatch(
                rf"{made} holds 3 numbers, from (\S+) to (\S+)\.", said
            ).groups()
            assert close(low, value.min())
            assert close(high, value.max())
            seen.append(made)
    assert seen == ["hidden", "y_pred"] * 3


# Which way ---------------------------------------------------------------------------


def directions(text, epochs=9):
    """What is said of the direction of each update, and whether every number went down."""
    script = own(text)
    for moment, study in walk(script, steps(script, epochs)):
        if moment.phase is Phase.UPDATE and moment.before.parameters != moment.parameters:
            old, new = moment.before.parameters["w"], moment.parameters["w"]
            yield (
                " ".join(explain(study, EIGHT).sentences),
                (new - old) * moment.before.gradients["w"],
            )


_HAND = """import numpy as np
x = np.array([1.0, 2.0])
y = np.array([2.0, 4.0])
w = 0.0
v = 0.0
lr = {rate}
for epoch in range(9):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    dw = (2 * x * (y_pred - y)).mean()
    {update}
"""
_TORCH = """import torch
x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1, {options})
for epoch in range(9):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_a_wrong_sign_is_called_one():
    said = list(directions(_HAND.format(rate=0.1, update="w += lr * dw")))
    assert len(said) == 9
    for words, slope in said:
        assert slope > 0
        assert words == "A step along the gradient: uphill. Its sign is wrong."


@pytest.mark.parametrize(
    "text",
    [
        _HAND.format(rate=0.1, update="v = 0.95 * v - lr * dw; w += v"),
        _TORCH.format(options="momentum=0.95"),
        _TORCH.format(options="maximize=True"),
    ],
)
def test_uphill_by_momentum_or_on_purpose_is_no_wrong_sign(text):
    said = list(directions(text))
    assert any(slope > 0 for _, slope in said)
    for words, slope in said:
        assert ("uphill" in words, "downhill" in words) == (slope > 0, slope < 0)
        assert "wrong" not in words


def test_a_step_that_goes_up_one_way_and_down_another_has_no_direction():
    script = own(_LAYER.format(more="pass") + "    optimizer.zero_grad()\n")
    text = script.text.replace("lr=0.01", "lr=0.1, momentum=0.95").replace("range(3)", "range(40)")
    mixed = 0
    for moment, study in walk(own(text), "n" * 200):
        if moment.phase is not Phase.UPDATE:
            continue
        signs = {
            sign
            for name, new in moment.parameters.items()
            for sign in np.ravel(
                np.sign((new - moment.before.parameters[name]) * moment.before.gradients[name])
            )
        }
        said = " ".join(explain(study, EIGHT).sentences)
        assert ("downhill" in said, "uphill" in said) == (signs == {-1}, signs == {1})
        mixed += len(signs) > 1
    assert mixed > 5


def test_a_step_that_makes_its_own_gradients_is_given_no_direction():
    """What an LBFGS step leaves is the gradient at its end, not where it began."""
    script = own(
        _TORCH.split("optimizer =")[0]
        + """optimizer = torch.optim.LBFGS([w], lr=1.5, max_iter=1)
def closure():
    optimizer.zero_grad()
    loss = ((w * x - y) ** 2).mean()
    loss.backward()
    return loss
for epoch in range(5):
    loss = optimizer.step(closure)
"""
    )
    for moment, study in walk(script, "nnnnn"):
        explanation = explain(study, EIGHT)
        check(moment, explanation)
        assert "hill" not in " ".join(explanation.sentences)


def test_a_function_that_trains_is_explained_by_the_gradient_that_it_used():
    script = own(
        _TORCH.format(options="").partition("for epoch")[0]
        + """def train():
    optimizer.zero_grad()
    loss = ((w * x - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss
for epoch in range(3):
    loss = train()
"""
    )
    steps = 0
    for moment, study in walk(script, "nnnnnn" * 3):
        if moment.phase == "update" and moment.calls:
            steps += 1
            (formula,) = explain(study, EIGHT).formulas
            assert formula.rights[0] == "w - lr·w.grad"
            assert check_arithmetic(formula) == 1
            assert close(formula.rights[-1], moment.parameters["w"])
    assert steps == 3


# Scripts of all kinds ----------------------------------------------------------------

_BREAK = """
    if epoch == 2:
        break
"""
ODD = {
    "no prediction": "w = 5.0\nfor epoch in range(3):\n    loss = w * w\n    dw = 2 * w\n    w -= 0.1 * dw\n",
    "no loss": "w = 5.0\nfor epoch in range(3):\n    dw = 2 * w\n    w -= 0.1 * dw\n",
    "whole numbers": "w = 64\nfor epoch in range(3):\n    dw = w // 2\n    w -= dw\n",
    "a very large whole number": "w = 10 ** 400\nfor epoch in range(3):\n    dw = w // 2\n    w -= dw\n",
    "an update in a function": """
w = 3.0
def update(w, dw):
    return w - 0.1 * dw
for epoch in range(3):
    loss = w ** 2
    dw = 2 * w
    w = update(w, dw)
""",
    "a global in a function": """
w = 3.0
def train():
    global w
    loss = w ** 2
    w -= 0.1 * 2 * w
    return loss
for epoch in range(3):
    loss = train()
""",
    "while": """
import numpy as np
x, y = np.array([1.0, 2.0]), np.array([2.0, 4.0])
w, b, lr, n = 0.0, 0.0, 0.1, 0
while n < 3:
    y_hat = w * x + b
    cost = np.mean((y_hat - y) ** 2)
    dw, db = np.mean(2 * x * (y_hat - y)), np.mean(2 * (y_hat - y))
    w, b = w - lr * dw, b - lr * db
    n += 1
else:
    n = -1
""",
    "a list": """
w, lr = [1.0, 2.0, 3.0], 0.1
for epoch in range(3):
    grad = [2 * each for each in w]
    loss = sum(each ** 2 for each in w)
    for i in range(3):
        w[i] -= lr * grad[i]
""",
    "a dict": """
import numpy as np
params, lr = {"w": np.ones(3), "b": 2.0}, 0.1
for epoch in range(3):
    grads = {"w": 2 * params["w"], "b": 2 * params["b"]}
    loss = (params["w"] ** 2).sum() + params["b"] ** 2
    for key in params:
        params[key] -= lr * grads[key]
""",
    "a class": """
import numpy as np
x, y = np.array([1.0, 2.0]), np.array([2.0, 4.0])
class Model:
    def __init__(self):
        self.w, self.b = 0.0, 0.0
    def backward(self, x, y, y_pred):
        self.dw, self.db = np.mean(2 * x * (y_pred - y)), np.mean(2 * (y_pred - y))
    def update(self, lr):
        self.w -= lr * self.dw
        self.b -= lr * self.db
model, lr = Model(), 0.1
for epoch in range(3):
    y_pred = model.w * x + model.b
    loss = np.mean((y_pred - y) ** 2)
    model.backward(x, y, y_pred)
    model.update(lr)
""",
    "an array of 10,000": """
import numpy as np
w, lr = np.zeros(10_000), 0.1
for epoch in range(3):
    y_pred = w * 1.0
    loss = ((y_pred - 1) ** 2).mean()
    dw = 2 * (y_pred - 1)
    w -= lr * dw
""",
    "a larger array": """
import numpy as np
w, lr = np.zeros(10_001), 0.1
for epoch in range(3):
    y_pred = w * 1.0
    loss = ((y_pred - 1) ** 2).mean()
    dw = 2 * (y_pred - 1)
    w -= lr * dw
""",
    "an empty array": """
import numpy as np
w, lr = np.zeros(0), 0.1
for epoch in range(3):
    y_pred = w * 1.0
    loss = 1.0
    dw = 2 * (y_pred - 1)
    w -= lr * dw
""",
    "an array of many axes": """
import numpy as np
w, lr = np.ones((2, 1, 3)), 0.1
for epoch in range(3):
    loss = (w ** 2).sum()
    dw = 2 * w
    w -= lr * dw
""",
    "not finite": """
import numpy as np
w, lr = np.array([1.0, np.nan, np.inf, -np.inf]), 0.1
np.seterr(all="ignore")
for epoch in range(3):
    y_pred = w * 1.0
    loss = 1.0
    dw = 2 * (y_pred - 1)
    w -= lr * dw
""",
    "a parameter that changes its form": """
import numpy as np
w, lr = np.ones(2), 0.1
for epoch in range(4):
    loss = (w ** 2).sum()
    dw = 2 * w
    w = w - lr * dw
    if epoch == 1:
        w = np.ones(3)
    if epoch == 2:
        w = 1.0
""",
    "a gradient that is deleted": """
w, lr = 1.0, 0.1
for epoch in range(3):
    loss = w ** 2
    dw = 2 * w
    w -= lr * dw
    del dw
""",
    "one sample at a time": """
xs, ys = [1.0, 2.0], [2.0, 4.0]
w, lr = 0, 0.1
for epoch in range(3):
    for x, y in zip(xs, ys):
        y_pred = w * x
        error = y_pred - y
        loss = error ** 2
        dw = 2 * x * error
        w -= lr * dw
""",
    "lists of samples": """
xs, ys = [1.0, 2.0], [2.0, 4.0]
w, lr = 0, 0.1
for epoch in range(3):
    y_pred = [w * x for x in xs]
    loss = sum((p - y) ** 2 for p, y in zip(y_pred, ys)) / 2
    dw = sum(2 * x * (p - y) for x, p, y in zip(xs, y_pred, ys)) / 2
    w -= lr * dw
""",
    "a rate that falls": _HAND.format(rate=0.1, update="w -= lr * dw; lr *= 0.5"),
    "by hand, left by break": _HAND.format(rate=0.1, update="w -= lr * dw").replace(
        "    dw =", _BREAK.lstrip("\n") + "    dw ="
    ),
    "by autograd, left by break": _TORCH.format(options="").replace(
        "    optimizer.zero", _BREAK.lstrip("\n") + "    optimizer.zero"
    ),
    "zeroed at the end, left by break": _TORCH.format(options="")
    .replace("    optimizer.zero_grad()\n", _BREAK.lstrip("\n"))
    .replace("step()\n", "step()\n    optimizer.zero_grad()\n"),
    "a failure": _HAND.format(rate=0.1, update="w -= lr * dw; 1 / (2 - epoch)"),
    "two optimizers": """
import torch
a, b = torch.tensor(1.0, requires_grad=True), torch.tensor(2.0, requires_grad=True)
opt_a, opt_b = torch.optim.SGD([a], lr=0.1), torch.optim.Adam([b], lr=0.1)
for epoch in range(3):
    loss_a = (a * b) ** 2
    opt_a.zero_grad()
    loss_a.backward()
    opt_a.step()
    loss_b = (a + b) ** 2
    opt_b.zero_grad()
    loss_b.backward()
    opt_b.step()
""",
    "autograd.grad": """
import torch
x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
w, lr = torch.tensor(0.0, requires_grad=True), 0.1
for epoch in range(3):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    dw, = torch.autograd.grad(loss, w)
    with torch.no_grad():
        w -= lr * dw
""",
    "shapes that broadcast": """
import torch
x, y = torch.tensor([[1.0], [2.0]]), torch.tensor([2.0, 4.0])
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(3):
    y_pred = model(x)
    loss = ((y_pred - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    "half precision": """
import torch
x, y = torch.tensor([1.0, 2.0]).bfloat16(), torch.tensor([2.0, 4.0]).bfloat16()
w = torch.tensor(0.3, dtype=torch.bfloat16, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
for epoch in range(3):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""",
    "a schedule": """
import torch
x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
for epoch in range(3):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
""",
}
_WAYS = ["n" * 40, "n" * 40 + "p" * 40, "NNNNPPP", "GPpn", [[2], "n", "p", [1], "G"]]


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_scripts_of_all_kinds_are_explained_without_a_fault(name):
    script = own(ODD[name])
    for way in _WAYS:
        for moment, study in walk(script, way):
            explanation = explain(study, EIGHT)
            check(moment, explanation)
            assert title_of(moment)
            for formula in explanation.formulas:
                assert formula.rights
                assert all(formula.rights), formula


@pytest.mark.slow
def test_batches_are_explained_without_a_fault():
    script = Script.from_file(BATCHES)
    checked = 0
    for way in ("n" * 60, "NNNPPn", "Gppp"):
        for moment, study in walk(script, way):
            explanation = explain(study, EIGHT)
            checked += check(moment, explanation)
            if moment.loss is not None and "loss" in results(explanation):
                assert close(results(explanation)["loss"], moment.loss)
    assert checked > 50


def last_explanation(name, way):
    *_, (_, study) = walk(own(ODD[name]), way)
    return explain(study, EIGHT)


@pytest.mark.parametrize("name", [each for each in ODD if each.endswith("left by break")])
@pytest.mark.parametrize("way", ["G", "NNN", "NNNN", "n" * 40])
def test_an_epoch_that_ends_before_its_gradient_shows_none(name, way):
    explanation = last_explanation(name, way)
    assert explanation.table.headings[-1] == "error²"
    assert explanation.table.used == ""
    assert not any("J" in each.left or "grad" in each.left for each in explanation.formulas)


def test_the_gradients_of_a_class_go_by_its_names():
    script = own(ODD["a class"])
    for moment, study in walk(script, steps(script, 3)):
        if moment.phase is Phase.GRADIENT:
            notes = explain(study, EIGHT).notes
            assert [each.partition(" holds")[0] for each in notes] == ["model.dw", "model.db"]
            assert not any("grad" in each or "zeroed" in each for each in notes)


def test_entries_go_by_their_keys():
    shown = [
        (each.left, each.rights[0])
        for each in last_explanation("a list", "N").formulas
        if each.left.startswith("w")
    ]
    assert shown == [(f"w[{i}]", f"w[{i}] - lr·grad[{i}]") for i in range(3)]
    (entry,) = [each for each in last_explanation("a dict", "N").formulas if "'b'" in each.left][
        -1:
    ]
    assert (entry.left, entry.rights[0]) == ("params['b']", "params['b'] - lr·grads['b']")


def test_a_large_array_is_not_said_to_have_stayed():
    for moment, study in walk(own(ODD["a larger array"]), "n" * 12):
        said = " ".join(explain(study, EIGHT).sentences)
        assert "as they were" not in said
        if moment.phase is Phase.UPDATE:
            (text,) = results(explain(study, EIGHT)).values()
            assert text.startswith("all 10001 numbers are 0.")


def test_of_several_optimizers_only_what_a_step_moved_is_shown():
    script = own(ODD["two optimizers"])
    for moment, study in walk(script, steps(script, 2)):
        if moment.phase is Phase.UPDATE:
            (moved,) = [
                name
                for name, value in moment.parameters.items()
                if value != moment.before.parameters[name]
            ]
            shown = results(explain(study, EIGHT))
            assert moved in shown
            assert {"a", "b"} & shown.keys() == {moved}
        if moment.phase is Phase.GRADIENT:
            shown = results(explain(study, EIGHT))
            for name, gradient in moment.gradients.items():
                assert close(shown[f"{name}.grad"], gradient)


def test_a_failure_is_told_in_its_own_words():
    *_, (moment, study) = walk(own(ODD["a failure"]), "G")
    assert title_of(moment) == "the script failed"
    assert explain(study, EIGHT).sentences == ("ZeroDivisionError: division by zero",)


def test_one_of_many_numbers_is_one_number():
    shown = [each.rights[-1] for each in last_explanation("a dict", "N").formulas]
    assert "1 more number" in shown


INSIDE = """\
import numpy as np

def predict(x, scale=2):
    part = w * x
    small = scale / 4
    return part * small

x = np.array([1.0, 2.0])
y = 4 * x
w = 3.0
for epoch in range(3):
    out = predict(x)
    loss = ((out - y) ** 2).mean()
    dw = (x * (out - y)).mean()
    w -= 0.1 * dw
"""


def test_a_statement_of_a_function_that_was_stepped_into_says_what_it_has_made():
    script = Script(INSIDE)
    study = Study(script)
    with Timeline(script) as timeline:

        def said():
            study.catch_up(timeline.moment, timeline.history)
            return explain(study).sentences[1:]

        timeline.step_into()
        assert said() == ("x holds 2 numbers, from 1 to 2.", "scale is 2.")
        timeline.step()
        assert said() == ("part holds 2 numbers, from 3 to 6.",)
        timeline.step()
        assert said() == ("small is 0.5.",)
        timeline.step()
        assert said() == ()


@pytest.mark.parametrize(
    ("loss", "gradient", "times"),
    [("mean", "mean", ""), ("mean", "sum", "3·"), ("sum", "mean", "1/3·"), ("sum", "sum", "")],
)
def test_a_gradient_is_called_what_it_is_of_the_loss(loss, gradient, times):
    text = _TWO.format(more="").replace("np.mean(error", f"np.{loss}(error")
    text = text.replace("np.mean(2", f"np.{gradient}(2")
    found = explained_by_line(own(text.replace("lr = 0.1", "lr = 0.001")), 1)
    explanation = found[1, f"db = np.{gradient}(2 * error)"]
    assert [each.left for each in explanation.formulas] == [f"{times}dJ/dw", f"{times}dJ/db"]
