"""What was typed into the fields, put into a script as far as it may stand there."""

from __future__ import annotations

import pytest

from gdtui import Script
from gdtui.stages import KEYS
from gdtui.ui.edits.checked_edits import apply_edits, carry_over, setting_text

MANUAL = Script.stage("manual")


def test_edits_go_into_the_script_and_change_nothing_else():
    edits = apply_edits(MANUAL, {"learning_rate": "0.1", "epochs": " 30 ", "reduction": "mean"})
    assert edits.reasons == {}
    assert edits.script.changed_from(MANUAL) == {
        "learning_rate": 0.1,
        "epochs": 30,
        "reduction": "mean",
    }
    before, after = MANUAL.lines, edits.script.lines
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [
        "learning_rate = 0.1  # how far one update moves against the gradient",
        "epochs = 30  # how many times to go through all samples",
        'reduction = "mean"  # gradient over the samples: "sum", as in the notebook, or "mean"',
    ]


@pytest.mark.parametrize("stage", KEYS)
def test_the_texts_as_they_stand_change_nothing(stage):
    script = Script.stage(stage)
    texts = {each.name: setting_text(script, each.name) for each in script.settings}
    assert len(texts) >= 7
    edits = apply_edits(script, texts)
    assert edits.script is script
    assert edits.reasons == {}


def test_a_present_value_written_otherwise_changes_nothing():
    texts = {"w": "0", "learning_rate": "1e-2", "inputs": "[1,2,3,4]", "reduction": "'sum'"}
    edits = apply_edits(MANUAL, texts)
    assert edits.script is MANUAL
    assert edits.reasons == {}


def test_a_list_may_become_a_tuple():
    edits = apply_edits(MANUAL, {"inputs": "(1, 2, 3, 4)"})
    assert edits.script.value("inputs") == (1, 2, 3, 4)


def test_a_bad_text_keeps_the_others():
    edits = apply_edits(MANUAL, {"epochs": "0", "w": "1.5", "learning_rate": "[1", "x_test": "far"})
    assert edits.script.changed_from(MANUAL) == {"w": 1.5}
    assert set(edits.reasons) == {"epochs", "learning_rate", "x_test"}
    assert edits.reasons["epochs"].startswith("'0' is not allowed; it takes a whole number from 1")
    assert edits.reasons["learning_rate"].startswith("'[1' is not allowed")
    assert edits.reasons["x_test"].startswith("'far' is not allowed; it takes a finite number")


def test_names_that_are_no_settings_are_passed_over():
    edits = apply_edits(MANUAL, {"hidden": "5", "w": "2.0"})
    assert edits.script.changed_from(MANUAL) == {"w": 2.0}
    assert edits.reasons == {}


def test_inputs_and_targets_go_in_together():
    edits = apply_edits(MANUAL, {"inputs": "[1, 2]", "targets": "[3, 4]"})
    assert edits.reasons == {}
    assert edits.script.value("inputs") == [1, 2]
    assert edits.script.value("targets") == [3, 4]


@pytest.mark.parametrize(
    ("name", "counts"),
    [("inputs", "2 inputs and 4 targets"), ("targets", "4 inputs and 2 targets")],
)
def test_one_of_inputs_and_targets_does_not_go_in_alone(name, counts):
    edits = apply_edits(MANUAL, {name: "[1, 2]", "epochs": "30"})
    assert edits.script.changed_from(MANUAL) == {"epochs": 30}
    assert edits.reasons == {
        name: f"{counts} do not go together; each input needs one target",
    }


def test_inputs_and_targets_that_do_not_match_both_stay_out():
    edits = apply_edits(MANUAL, {"inputs": "[1, 2, 3]", "targets": "[1, 2]", "w": "7.0"})
    assert edits.script.changed_from(MANUAL) == {"w": 7.0}
    assert set(edits.reasons) == {"inputs", "targets"}
    assert all("do not go together" in reason for reason in edits.reasons.values())


def test_targets_without_their_unreadable_inputs_stay_out():
    edits = apply_edits(MANUAL, {"inputs": "[1, 2", "targets": "[1, 2]"})
    assert edits.script is MANUAL
    assert "it takes a list" in edits.reasons["inputs"]
    assert "do not go together" in edits.reasons["targets"]


def test_only_what_differs_has_changed():
    changed = MANUAL.with_settings({"inputs": [4, 3, 2, 1], "w": 0.5, "epochs": 10})
    assert changed.changed_from(MANUAL) == {"inputs": [4, 3, 2, 1], "w": 0.5}
    assert MANUAL.changed_from(MANUAL) == {}


def test_what_the_first_script_does_not_have_is_not_a_change():
    model = Script.stage("model")
    assert set(model.changed_from(MANUAL)) == {"epochs", "print_every"}


def test_settings_are_carried_over_as_far_as_the_other_script_has_them():
    values = {"inputs": [1, 2], "targets": [5, 6], "w": 3.0, "reduction": "mean", "epochs": 7}
    model = Script.stage("model")
    edits = carry_over(model, values)
    assert edits.reasons == {}
    assert edits.script.changed_from(model) == {
        "inputs": [1, 2],
        "targets": [5, 6],
        "epochs": 7,
    }


def test_carrying_over_keeps_quoted_words_and_none():
    edits = carry_over(MANUAL, {"reduction": "mean", "seed": None})
    assert edits.script.value("reduction") == "mean"
    seeded = carry_over(Script.stage("model"), {"seed": 5}).script
    assert seeded.value("seed") == 5
    assert carry_over(seeded, {"seed": None}).script.text == Script.stage("model").text


def test_nothing_to_carry_over_leaves_the_script():
    assert carry_over(MANUAL, {}).script is MANUAL
    assert carry_over(MANUAL, {"hidden": 3}).script is MANUAL


def test_what_is_not_allowed_there_is_not_carried_over():
    edits = carry_over(MANUAL, {"epochs": 2.5, "w": 1.0})
    assert edits.script.changed_from(MANUAL) == {"w": 1.0}
    assert edits.reasons["epochs"].startswith("'2.5' is not allowed")


def test_the_text_of_a_setting_is_its_literal():
    assert setting_text(MANUAL, "inputs") == "[1, 2, 3, 4]"
    assert setting_text(MANUAL, "reduction") == '"sum"'
    with pytest.raises(KeyError, match="hidden"):
        setting_text(MANUAL, "hidden")
