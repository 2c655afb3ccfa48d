"""``gdtui when``: the first statement at which a condition holds."""

from __future__ import annotations

import json

import pytest
from forking import gdtui


def when(*arguments):
    """The exit code, the lines on standard output and those on standard error."""
    done = gdtui("when", *arguments)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def test_the_statement_is_named_with_the_values():
    code, lines, complaints = when("1", "w > 1.5")
    assert (code, complaints) == (0, [])
    assert lines == [
        "w > 1.5 first holds in epoch 2, at statement 4:",
        "  line 60  w -= learning_rate * float(dw)",
        "  w = 1.68",
    ]


def test_the_end_of_an_epoch_and_the_start_of_the_run_have_words():
    code, lines, _ = when("1", "stopped(w, 0.01)", "--set", "epochs=50")
    assert code == 0
    assert lines[0].endswith(", at its end:")
    code, lines, _ = when("1", "w == 0")
    assert (code, lines) == (0, ["w == 0 holds before the first epoch.", "  w = 0"])


def test_what_never_holds_is_said_and_is_the_exit_code(tmp_path):
    code, lines, complaints = when("1", "w > 30")
    assert (code, lines, complaints) == (
        1,
        ["w > 30 does not hold in any of 10 epochs."],
        [],
    )
    path = tmp_path / "fails.py"
    path.write_text("w = 1.0\nfor epoch in range(9):\n    loss = w\n    w -= 1 / (1 - epoch)\n")
    code, lines, complaints = when(path, "w > 30")
    assert (code, lines) == (1, ["w > 30 does not hold in any of 1 epoch."])
    assert "the script failed: ZeroDivisionError" in complaints[-1]


def test_json_has_the_place_and_the_values():
    code, (line,), _ = when("1", "not finite", "--set", "learning_rate=0.05", "--json")
    assert code == 1
    assert json.loads(line)["found"] is False
    many = ("--set", "learning_rate=0.05", "--set", "epochs=100", "--json")
    code, (line,), _ = when("1", "not finite", *many)
    told = json.loads(line)
    assert code == 0
    assert (told["found"], told["line"], told["values"]) == (True, 53, {"loss": "inf"})
    assert told["statement"].startswith("loss =")


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("w >", "'w >' is not an expression"),
        ("ww > 3", "the script has no name 'ww'; is w meant?"),
        ("x > 3", "x has 4 numbers; say all(...)"),
        ("print(w)", "print is no function here"),
    ],
)
def test_a_condition_that_is_none_is_one_line(condition, says):
    code, lines, (complaint,) = when("1", condition)
    assert (code, lines) == (2, [])
    assert says in complaint


def test_one_batch_is_found_among_all_statements():
    _, (first, *_), _ = when("assets/batches.py", "loss < 0.1")
    _, (every, *_), _ = when("assets/batches.py", "loss < 0.1", "--every-statement")
    assert "in epoch 29" in first
    assert "in epoch 1," in every


def test_where_a_quantity_leaves_another_script_s_is_found():
    code, lines, complaints = when("1", "left(w)", "--other", "2")
    assert (code, complaints) == (0, [])
    assert lines == [
        "left(w) first holds in epoch 1, at statement 4:",
        "  line 60  w -= learning_rate * float(dw)",
        "  w = 1.2",
    ]
    code, lines, _ = when("1", "left()", "--other", "2")
    assert (code, lines[1:]) == (0, ["  line 56  dw = gradient(x, y, y_pred)"])
    code, lines, _ = when("2", "left(loss)", "--other", "3")
    assert (code, lines) == (1, ["left(loss) does not hold in any of 20 epochs."])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["left(w)"], "name its script with --other"),
        (
            ["w > 3", "--other", "2"],
            "'w > 3' does not ask about --other 2; left(loss), standing alone, does",
        ),
        (["left(q)", "--other", "2"], "'q' is not in both runs; loss, w are"),
        (["left(w)", "--other", "nothing.py"], "nothing.py"),
    ],
)
def test_what_cannot_be_compared_is_one_line(arguments, says):
    code, lines, complaints = when("1", *arguments)
    assert (code, lines, len(complaints)) == (2, [], 1)
    assert says in complaints[0]
