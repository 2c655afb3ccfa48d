"""A statement worked out, as formulas."""

from __future__ import annotations

import pytest

from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.explain.workings import MOST_LINES, MOST_STEPS, part_text, working_formulas
from gdtui.analysis.numerals import FULL, SHORT
from gdtui.analysis.study import Study
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

NET = """
import numpy as np
x = np.array([1.0, 2.0])
y = np.array([1.0, 3.0])
{functions}
w = 0.5
for epoch in range(3):
    {statement}
    w -= 0.1 * w
"""


def formulas(tmp_path, statement, functions="", write=SHORT):
    path = tmp_path / "own.py"
    path.write_text(NET.format(statement=statement, functions=functions))
    with Timeline(Script.load(str(path))) as timeline:
        timeline.start()
        working = timeline.step().working
    return [(each.left, *each.rights) for each in working_formulas(working, write)]


def test_the_parts_of_a_loss_come_one_after_another(tmp_path):
    assert formulas(tmp_path, "loss = ((w * x - y) ** 2).mean()") == [
        (
            "loss",
            "((w * x - y) ** 2).mean()",
            "((0.5 * [1, 2] - [1, 3]) ** 2).mean()",
            "(([0.5, 1] - [1, 3]) ** 2).mean()",
            "([-0.5, -2] ** 2).mean()",
            "[0.25, 4].mean()",
            "2.125",
        )
    ]


def test_a_function_of_the_script_is_gone_into(tmp_path):
    functions = "def predict(x):\n    return w * x\n"
    assert formulas(tmp_path, "p = predict(x)", functions) == [
        ("p", "predict(x)", "w * x", "0.5 * [1, 2]", "[0.5, 1]")
    ]
    assert formulas(tmp_path, "p = predict(x) + 1", functions) == [
        ("predict(x)", "w * x", "0.5 * [1, 2]", "[0.5, 1]"),
        ("p", "predict(x) + 1", "predict([1, 2]) + 1", "[0.5, 1] + 1", "[1.5, 2]"),
    ]
    assert formulas(tmp_path, "p = predict(x - y)", functions) == [
        ("p", "predict(x - y)", "predict([0, -1])", "w * x", "0.5 * [0, -1]", "[0, -0.5]")
    ]


def test_a_negative_number_beside_a_sign_has_brackets(tmp_path):
    (found,) = formulas(tmp_path, "v = w - float(-w) * w")
    assert found[2:] == (
        "0.5 - float(-0.5) * 0.5",
        "0.5 - (-0.5) * 0.5",
        "0.5 - (-0.25)",
        "0.75",
    )


def test_of_a_choice_the_chosen_branch_is_shown(tmp_path):
    (found,) = formulas(tmp_path, "v = (w + 1) * (w + 2) if w > 0 else x.nothing")
    assert found[-2:] == ("1.5 * 2.5", "3.75")
    assert "x.nothing" in found[1]
    assert "x.nothing" not in found[-2]


def test_a_question_without_numbers_is_settled_once_numbers_are_put_in(tmp_path):
    (found,) = formulas(tmp_path, "v = (w + 1) * 2 if 'sum' == 'sum' else x.nothing")
    assert found[1:] == (
        "(w + 1) * 2 if 'sum' == 'sum' else x.nothing",
        "(0.5 + 1) * 2",
        "1.5 * 2",
        "3",
    )


def test_long_workings_are_cut(tmp_path):
    long = " + ".join(["w"] * 12)
    (found,) = formulas(tmp_path, f"v = {long}")
    assert len(found) - 1 == MOST_STEPS
    assert "…" in found
    functions = "def chain(x):\n" + "".join(f"    x = x + {n}\n" for n in range(40))
    functions += "    return x\n"
    found = formulas(tmp_path, "v = chain(w)", functions)
    assert len(found) == MOST_LINES
    assert found[0] == ("…", "many more lines of the script's functions")
    assert found[-1][0] == "v"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        ((1.0, 2.5), "(1, 2.5)"),
        (10**400, "a large number"),
        ("sum", "'sum'"),
        (None, "None"),
        (float("inf"), "inf"),
    ],
)
def test_values_as_text(value, text):
    assert part_text(value, SHORT) == text


def test_all_digits_on_request(tmp_path):
    assert formulas(tmp_path, "v = w / 3", write=FULL)[0][-1] == "0.16666666666666666"


def test_the_special_formulas_stay_where_they_say_more():
    script = Script.stage("manual")
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.step(), timeline.history)
        explanation = explain(study)
    assert any(len(each.rights) > 1 for each in explanation.formulas)
    assert explanation.workings == ()


def test_without_a_known_model_the_statement_is_worked_out(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(NET.format(statement="loss = float(np.cosh(w * x - y).sum())", functions=""))
    script = Script.load(str(path))
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.step(), timeline.history)
        explanation = explain(study)
    (loss,) = [each for each in explanation.shown if each.left == "loss"]
    assert loss.rights[0] == "float(np.cosh(w * x - y).sum())"
    assert loss.rights[-1] == "4.8898"


def test_a_statement_that_would_draw_again_says_so(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(NET.format(statement="v = np.random.rand(2)", functions=""))
    script = Script.load(str(path))
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.step(), timeline.history)
        explanation = explain(study)
    assert explanation.remarks[-1] == (
        "Its parts are not shown: it would draw other random numbers (np.random.rand())."
    )
