"""``gdtui lessons`` and ``gdtui walk`` as a learner meets them: in a process of their own."""

from __future__ import annotations

import os
import re

import forking
import pytest

from gdtui.lessons.format.library import library

LESSON = """\
---
title: A small lesson
minutes: 2
---

## The start

- look: only settings

Here w is {w}.

## The question

- look: loss

Think of {x[0]}.

### Ask: number

What is 1 + 1?

- answer: 1 + 1
- within: 0

### Hint

More than one.

### Why

It is {1 + 1}.

## The end

- go: end
- look: loss

It went to {w:.2f}.
"""


@pytest.fixture
def gdtui(tmp_path):
    """Runs a command; its exit code, and what it wrote to standard output and standard error."""
    places = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}

    def run(*arguments, typed=""):
        done = forking.gdtui(*arguments, typed=typed, env={**os.environ, **places})
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.md"
    path.write_text(LESSON)
    return path


def rows(output):
    """The listed lessons, by what they are called on the command line."""
    return {match[1]: match[0] for match in re.finditer(r"^ *(b?\d+)  .*$", output, re.MULTILINE)}


def test_the_lessons_are_listed(gdtui):
    code, output, complaints = gdtui("lessons")
    assert (code, complaints) == (0, "")
    listed = rows(output)
    assert list(listed) == [entry.key for entry in library()]
    for entry in library():
        assert f" {entry.title} " in listed[entry.key]
        assert listed[entry.key].endswith(f" {entry.minutes} min")
    assert output.index("The bug lab: ") < output.index(listed["b1"])
    assert "`gdtui walk 1 --plain`" in output


def test_the_list_says_how_far_one_has_come_until_it_is_forgotten(gdtui, tmp_path):
    gdtui("walk", 1, "--plain", typed="\n")
    (kept,) = tmp_path.rglob("progress.json")
    _, output, _ = gdtui("lessons")
    steps = len(library()[0].read().steps)
    assert rows(output)["1"].endswith(f" at step 2 of {steps}")
    assert rows(output)["2"].endswith(" min")

    code, output, complaints = gdtui("lessons", "--reset")
    assert (code, complaints) == (0, "")
    assert output.startswith("Your progress is deleted.")
    assert rows(gdtui("lessons")[1])["1"].endswith(" min")
    assert kept.exists()


@pytest.mark.slow
def test_a_finished_lesson_is_listed_with_its_best_score(gdtui):
    entry = library()[0]
    questions, steps = entry.read().questions, len(entry.read().steps)
    typed = "\n".join(["", "s"] * steps * 2) + "\n"
    code, output, _ = gdtui("walk", 1, "--plain", typed=typed)
    assert code == 0
    assert f": 0 of {questions} right, {questions} skipped." in output
    assert rows(gdtui("lessons")[1])["1"].endswith(f" done, 0 of {questions} right")


def test_a_damaged_progress_is_said_and_nothing_stops(gdtui, tmp_path):
    gdtui("lessons", "--reset")
    (path,) = tmp_path.rglob("progress.json")
    path.write_text("{")
    code, output, complaints = gdtui("lessons")
    assert (code, len(rows(output))) == (0, len(library()))
    assert complaints == f"gdtui: {path} is damaged; it will be set aside\n"
    code, _, complaints = gdtui("walk", 1, "--plain")
    assert code == 0
    assert complaints.count("\n") == 1
    assert "it is now progress-damaged-1.json" in complaints


def test_progress_that_cannot_be_kept_is_said_once(gdtui, tmp_path, small):
    (tmp_path / "state").write_text("in the way")
    code, output, complaints = gdtui("walk", small, "--plain", typed="\n2\n\n")
    assert code == 0
    assert "1 of 1 right" in output
    assert complaints.count("progress is not kept") == 1
    code, _, complaints = gdtui("lessons", "--reset")
    assert (code, complaints.count("\n")) == (2, 1)


# Checking -----------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_is_wrong_with_a_good_file(gdtui, small):
    code, output, complaints = gdtui("lessons", "--check", small)
    assert code == 0
    # It says what it is doing, elsewhere than what it has found.
    assert complaints.splitlines() == [
        f"{small}:6: at step 1 of 3, with manual",
        f"{small}:12: at step 2 of 3, with manual",
        f"{small}:12: at step 2 of 3, its answer, with manual",
        f"{small}:33: at step 3 of 3, with manual",
    ]
    assert output == f"{small}: no problems found; `gdtui walk {small}` opens it.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("- within: 0\n", "", ["18: the question needs `- within: 0.01`"]),
        ("{w:.2f}", "{v}", ["38: 'v': 'v' is not defined here"]),
        ("go: end", "go: up", ["35: 'up' is not a move"]),
        ("{w}", "{v}", ["10: 'v': 'v' is not defined here"]),
        ("minutes: 2", "minute: 2", ["3: 'minute' is not known"]),
        (LESSON, "## Just a step\n\ntext\n", ["1: a lesson begins with a line ---"]),
        (LESSON, "no lesson at all\n", ["1: a lesson begins with a line ---"]),
        (LESSON, "", ["1: a lesson begins with a line ---"]),
    ],
)
def test_what_is_wrong_is_said_line_by_line(gdtui, small, old, new, problems):
    small.write_text(LESSON.replace(old, new))
    code, output, complaints = gdtui("lessons", "--check", small)
    assert (code, "gdtui" in complaints) == (1, False)
    lines = output.splitlines()
    assert all(line.startswith(f"{small}:") for line in lines)
    for problem in problems:
        assert any(line.startswith(f"{small}:{problem}") for line in lines)


def test_a_check_ends_with_its_time_limit(gdtui, small):
    code, output, complaints = gdtui("lessons", "--check", small, "--timeout", "0.001")
    assert (code, complaints) == (1, "")
    assert output == f"{small}:1: not done after 0.001 seconds: reading it\n"


@pytest.mark.slow
def test_all_that_is_wrong_is_said(gdtui, small):
    small.write_text(LESSON.replace("{w}", "{w").replace("go: end", "go: up"))
    code, output, _ = gdtui("lessons", "--check", small)
    assert (code, len(output.splitlines())) == (1, 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["lessons", "--check", "no/such.md"], "no/such.md: there is no such file"),
        (["lessons", "--check", "."], "this is a folder"),
        (["lessons", "--check", "a.md", "--reset"], "--check and --reset cannot be given together"),
        (["lessons", "--check", os.devnull], "this is a device; give the path of a .md file"),
        (["walk", os.devnull, "--plain"], "this is a device; give the path of a .md file"),
        (["run", os.devnull], "this is a device; give the path of a .py or .ipynb file"),
        (["lessons", "--timeout", "3"], "--timeout belongs to --check"),
        (["lessons", "--check", "a.md", "--timeout", "0"], "--timeout: 0 is not allowed; it takes"),
        (["lessons", "--check", "a.md", "--timeout", "nan"], "--timeout: nan is not allowed"),
        (["lessons", "--check", "a.md", "--timeout", "inf"], "--timeout: inf is not allowed"),
        (["lessons", "--check", "a.md", "--timeout", "x"], "'x' is not a valid float"),
        (
            ["lesson"],
            "unknown stage or command 'lesson' (did you mean 'lessons'?); the stages are 1",
        ),
        (["wlak"], "unknown stage or command 'wlak' (did you mean 'walk'?)"),
        (["autogard"], "unknown stage or command 'autogard' (did you mean 'autograd'?)"),
        (["optimiser"], "(did you mean 'optimizer'?)"),
        (["zzz"], "unknown stage or command 'zzz'; the stages are 1 manual,"),
        (["\x1b[2J\u202e"], "unknown stage or command '\\x1b[2J\\u202e'; the stages are 1 manual,"),
        (["walk", "\x1b[2J\u202e.md"], ".md: there is no such file"),
        (["run", "1", "--set", "\x9b=1"], "unknown setting"),
        (["run", "1", "--set", "w=\x1b[2J"], "setting w:"),
        (["walk", "by hand"], "there is no lesson 'by hand' (did you mean '1-by-hand'?)"),
        (["walk", "99"], "there is no lesson '99'; there are 1, 2, 3, 4, 5, 6, 7, 8, b1,"),
        (["walk", "99", "--plain"], "there is no lesson '99'"),
        (["walk", ""], "there is no lesson ''"),
        (["walk", "no/such.md", "--plain"], "no/such.md: there is no such file"),
        (["walk", "README.md", "--plain"], "README.md, line 1: a lesson begins with a line ---"),
        (["walk"], "Missing argument 'LESSON'"),
        (["walk", "1"], "the app needs a terminal for its keys and its screen; `gdtui walk 1 --p"),
    ],
)
def test_wrong_usage_is_one_line(gdtui, arguments, says):
    code, output, complaints = gdtui(*arguments)
    assert (code, output) == (2, "")
    assert says in complaints
    assert complaints.startswith("gdtui: ")
    assert complaints[:-1].isprintable()
    assert complaints.endswith("\n")


# Walking ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["", "q\n", "Q", "quit\n"])
@pytest.mark.parametrize("lesson", ["1", "b1", "1-by-hand"])
def test_one_can_leave_at_once(gdtui, lesson, typed):
    code, output, complaints = gdtui("walk", lesson, "--plain", typed=typed)
    assert (code, complaints) == (0, "")
    assert re.search(r"\nLeft at step 1 of \d+\. So far: 0 of \d+ right\.\n$", output)


def test_a_file_is_walked_through(gdtui, small):
    code, output, complaints = gdtui("walk", small, "--plain", typed="\nmany\nh\nh\n2\n\n\n")
    assert (code, complaints) == (0, "")
    said = [
        "A small lesson, about 2 minutes.",
        "This lesson does not come with gdtui. It runs code as any program does:",
        "Step 1 of 3: The start",
        "Here w is 0.",
        "learning_rate = 0.01",
        "Step 2 of 3: The question",
        "Question: What is 1 + 1?",
        "Answer with a whole number.",
        "'many' is not a number;",
        "Hint: More than one.",
        "There are no more hints.",
        "Right: 2.",
        "It is 2.",
        "It went to 2.00.",
        "The loss falls in every epoch.",
        "A small lesson: 1 of 1 right, 1 hint.",
    ]
    places = [output.find(each) for each in said]
    assert -1 not in places
    assert places == sorted(places)


def test_a_missed_question_is_asked_once_more(gdtui, small):
    code, output, _ = gdtui("walk", small, "--plain", typed="\n3\n\n\n2\n\n")
    assert code == 0
    assert "You said 3; it is 2." in output
    assert "Once more, 1 of 1: The question" in output
    assert "Your first answer to this question was wrong." in output
    assert output.endswith("- The question: wrong, then right\n")
    assert "0 of 1 right, 1 more the second time." in output


def test_the_step_before_is_read_out_again(gdtui, small):
    _, output, _ = gdtui("walk", small, "--plain", typed="\nback\nq\n")
    assert output.count("Step 1 of 3: The start") == 2
    assert output.count("Here w is 0.") == 2
    assert output.count("learning_rate = 0.01") == 1


def test_an_answered_step_is_read_out_again(gdtui, small):
    _, output, _ = gdtui("walk", small, "--plain", typed="\n2\n\nback\nq\n")
    assert output.count("Step 2 of 3: The question") == 2
    assert output.count("Think of 1.") == 2
    assert output.count("Right: 2.") == 2


@pytest.mark.slow
def test_a_lesson_is_taken_up_where_it_was_left_or_again(gdtui, small):
    _, output, _ = gdtui("walk", small, "--plain", typed="\n3\nq\n")
    assert output.endswith("Left at step 2 of 3. So far: 0 of 1 right.\n")
    code, output, _ = gdtui("walk", small, "--plain", typed="q\n")
    assert code == 0
    assert "Resuming where you left; " in output
    assert "Step 3 of 3: The end" in output
    assert output.endswith("Left at step 3 of 3. So far: 0 of 1 right.\n")
    _, output, _ = gdtui("walk", small, "--plain", "--again", typed="q\n")
    assert "Resuming where you left" not in output
    assert "Step 1 of 3: The start" in output
    _, output, _ = gdtui("walk", small, "--plain", typed="q\n")
    assert "Step 1 of 3: The start" in output


def test_only_the_missed_questions_of_a_lesson_may_be_left(gdtui, small):
    gdtui("walk", small, "--plain", typed="\n3\n\n\nq\n")
    _, output, _ = gdtui("walk", small, "--plain", typed="2\n\n")
    assert "Once more, 1 of 1: The question" in output
    assert "0 of 1 right, 1 more the second time." in output


def test_a_lesson_of_ones_own_is_not_taken_for_one_of_gdtuis(gdtui, tmp_path):
    own = tmp_path / f"{library()[0].name}.md"
    own.write_text(LESSON)
    gdtui("walk", own, "--plain", typed="\n2\n\n\n")
    assert rows(gdtui("lessons")[1])["1"].endswith(" min")


def test_a_step_that_cannot_go_on_is_said(gdtui, small):
    small.write_text(LESSON.replace("- go: end", "- go: epoch 99"))
    code, output, _ = gdtui("walk", small, "--plain", typed="\n2\n\n\n")
    assert code == 0
    assert "This step cannot go on: the run does not reach the end of epoch 99" in output
    assert output.rstrip().endswith("- The question: right")
