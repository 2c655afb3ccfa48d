"""``gdtui lr``: a learning rate found in one run."""

from __future__ import annotations

import pytest
from forking import gdtui

TEXT = """
w = 1.0
eta = 0.1
for epoch in range(40):
    loss = abs(w) + 0.1
    w -= eta * (1 if w > 0 else -1)
"""


def lr(*arguments):
    """The exit code, the lines on standard output and those on standard error."""
    done = gdtui("lr", *arguments)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def script(tmp_path, text=TEXT):
    path = tmp_path / "mine.py"
    path.write_text(text)
    return path


def test_a_linear_model_has_its_limit_beside_the_curve():
    code, lines, complaints = lr("1")
    assert (code, complaints) == (0, [])
    assert sum("┊" in line for line in lines) > 10
    assert "┊ the limit of stability by theory" in lines
    assert lines[-4].startswith("The learning rate grew with every epoch, from 1e-6 to 0.2")
    assert lines[-4].endswith("until the loss was four times that at the start.")
    assert lines[-3].startswith("The loss fell fastest at ")
    assert lines[-2].startswith("It was lowest at ")
    assert lines[-1] == "By theory the script is stable below 0.033333; the best rate is 0.016667."


def test_another_script_has_the_lowest_loss_marked(tmp_path):
    path = script(tmp_path)
    code, lines, (complaint,) = lr(path)
    assert (code, lines) == (2, [])
    assert "neither an optimizer of torch nor a setting" in complaint
    code, lines, complaints = lr(path, "--name", "eta", "--from", "0.001", "--steps", "20")
    assert (code, complaints) == (0, [])
    assert "┊ the lowest loss" in lines
    assert lines[-1].endswith("; above that it grew.")


def test_the_end_of_the_run_is_told(tmp_path):
    path = script(tmp_path, TEXT.replace("for epoch in range(40)", "while w > 0.9"))
    _, lines, _ = lr(path, "--name", "eta", "--from", "0.001", "--to", "0.01", "--steps", "100")
    assert any("until the script ended; 100 rates were to come" in line for line in lines)
    failing = script(tmp_path, TEXT + "    assert epoch < 20, 'no'\n")
    code, lines, _ = lr(failing, "--name", "eta", "--to", "0.01", "--steps", "30")
    assert code == 1
    assert any("until the script failed: AssertionError: no." in line for line in lines)
    code, lines, _ = lr(script(tmp_path, "assert 0\n" + TEXT), "--name", "eta")
    assert (code, lines) == (
        1,
        ["The script made no two updates, until the script failed: AssertionError."],
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing argument 'STAGE'"),
        (["9"], "unknown stage '9'"),
        (["1", "--from", "0"], "--from 0.0: a learning rate above 0 is needed"),
        (["1", "--to", "inf"], "--to inf: a learning rate above 0 is needed"),
        (["1", "--from", "nan"], "--from nan: a learning rate above 0"),
        (["1", "--from", "1", "--to", "0.1"], "--from 1.0 is not below --to 0.1"),
        (["1", "--steps", "3"], "3 is not in the range 10<=x<=100000"),
        (["1", "--name", "rate"], "unknown setting 'rate'; the settings are inputs"),
        (["1", "--name", "reduction"], "manual: reduction"),
        (["1", "--", "x"], "manual is a stage, which reads no arguments"),
    ],
)
def test_wrong_usage_is_one_line(arguments, complaint):
    code, lines, (line,) = lr(*arguments)
    assert (code, lines) == (2, [])
    assert complaint in line
