"""What is wrong with a lesson's file: each problem is found, with its line and what would be right."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from gdtui.lessons.check.lesson_check import check_lesson
from gdtui.lessons.format.parser import parse_lesson
from gdtui.lessons.problems import LessonFileError

FRONT = "---\ntitle: T\n---\n\n"
STEP = FRONT + "## S\n\ntext\n\n"
WHY = "\n### Why\n\nSo.\n"


def problems(text):
    with pytest.raises(LessonFileError) as error:
        parse_lesson(text, Path("x.md"))
    assert error.value.line == error.value.problems[0].line
    return error.value.problems


def line_of(text, line):
    (number,) = (n for n, each in enumerate(text.split("\n"), 1) if each == line)
    return number


def front(more):
    return f"---\ntitle: T\n{more}\n---\n\n## S\n\ntext\n"


def step(instructions):
    return f"{FRONT}## S\n\n{instructions}\n\ntext\n"


def ask(kind, instructions, parts=WHY):
    return f"{STEP}### Ask: {kind}\n\nWhat?\n\n{instructions}\n{parts}"


def number(parts):
    return ask("number", "- answer: w\n- within: 1", f"\n{parts}\n")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("## S\n\ntext\n", "## S", "a lesson begins with a line ---"),
        ("", "", "a lesson begins with a line ---"),
        ("---\ntitle: T\n\n## S\n\ntext\n", "---", "the line --- that ends the front matter is"),
        (front("settings: a: b"), "settings: a: b", "this is not YAML"),
        (front("settings:\n\t- a"), "\t- a", "this is not YAML"),
        ("---\njust words\n---\n## S\ntext", "just words", "is lines of `name: value`"),
        (front("tittle: T"), "tittle: T", "'tittle' is not known; there are title, stage,"),
        (front("minutes: soon"), "minutes: soon", "minutes: 'soon' is not allowed; it takes"),
        (front("minutes: 0"), "minutes: 0", "0 is not allowed"),
        (front("minutes: true"), "minutes: true", "True is not allowed"),
        (front("stage: [a]"), "stage: [a]", "it takes a stage's name, or the path"),
        (front("settings: 3"), "settings: 3", "it takes lines of `name: value`"),
        (front("minutes: " + "9" * 5000), "minutes: " + "9" * 5000, "minutes: '999"),
        (front("settings: {[a]: 1}"), "settings: {[a]: 1}", "a name in the front matter is a word"),
        (front("settings:\n  w: 1\n  w: 2"), "  w: 2", "'w' occurs twice in the front matter"),
        (front("minutes: !!int five"), "minutes: !!int five", "may not use YAML's tags"),
        (front("minutes: &a 5\nstage: *a"), "stage: *a", "may not use YAML's aliases"),
        (front(f"settings: {'[' * 99}{']' * 99}"), f"settings: {'[' * 99}{']' * 99}", "too deeply"),
        (front("minutes: \x07"), "minutes: \x07", "this is not YAML: it has a character '\\x07'"),
        (front('minutes: "\\UFFFFFFFF"'), "title: T", "this is not YAML"),
        (front("edit: w"), "edit: w", "it takes a list of find: and put:"),
        (front("edit:\n  - find: w"), "edit:", "it takes a list of find: and put:"),
        (front("edit:\n  - find:\n    put: w"), "edit:", "find is empty"),
        (front("edits: [w]"), "edits: [w]", "it takes names, each with such a list"),
        (front("edits:\n  a: w"), "edits:", "it takes a list of find: and put:"),
        (f"{FRONT}# H\n\n## S\n\ntext\n", "# H", "headings are ## for a step and ###"),
        (f"{FRONT}## S\n\ntext\n\n#### H\n", "#### H", "headings are ## for a step and ###"),
        (f"{FRONT}above\n\n## S\n\ntext\n", "above", "the text above the first step"),
        (f"{FRONT}\n\nabove\n\n## S\n\ntext\n", "above", "the text above the first step"),
        (f"{FRONT}### Why\n\nSo.\n\n## S\n\ntext\n", "### Why", "there is no step above it"),
        (f"{FRONT}##\n\ntext\n", "##", "a step needs a title"),
        (f"{FRONT}## S\n\n- look: loss\n", "## S", "this step has no text"),
        (f"{FRONT}## S\n\na {{[w]}} b\n", "a {[w]} b", "List is not allowed"),
        (f"{FRONT}## S\n\none\n\ntwo {{\n", "two {", "without its partner"),
        (f"{FRONT}## S\n \none\ntwo {{w:z}}\n", "two {w:z}", "'z' is not a format"),
        (step("- went: loss"), "- went: loss", "'went' is not an instruction here; there are go,"),
        (step("- answer: w"), "- answer: w", "'answer' is not an instruction here"),
        (step("- look:"), "- look:", "look: needs a value"),
        (step("- look: code, los"), "- look: code, los", "'los' is not a pane; there are code,"),
        (step("- go: epoch 2\n- go: up"), "- go: up", "'up' is not a move; one is start, end,"),
        (step(f"- go: {'9' * 5000}"), f"- go: {'9' * 5000}", "is not a move"),
        (step(f"- go: epoch {'9' * 5000}"), f"- go: epoch {'9' * 5000}", "is not a move"),
        (step("- go: set w"), "- go: set w", "'set w' is not a move"),
        (step("- go: set w = x"), "- go: set w = x", "'x' is not a Python literal"),
        (step("- keep: w"), "- keep: w", "it takes NAME = EXPRESSION"),
        (step("- keep: a = w +"), "- keep: a = w +", "'w +' is not an expression"),
        (step("- needs: w > 1"), "- needs: w > 1", "needs: takes CONDITION, or WHY"),
        (step("- needs: w :=, or no"), "- needs: w :=, or no", "is not an expression"),
        (ask("colour", ""), "### Ask: colour", "'colour' is not a kind of question; there are"),
        (f"{STEP}### Ask\n\nWhat?\n{WHY}", "### Ask", "'' is not a kind of question"),
        (f"{STEP}### Ask: bug\n{WHY}", "### Ask: bug", "the question is missing"),
        (ask("number", "- within: 1"), "### Ask: number", "needs an instruction `- answer: ...`"),
        (ask("number", "- answer: w"), "### Ask: number", "the question needs `- within: 0.01`"),
        (ask("number", "- answer: w\n- within: a bit"), "- within: a bit", "it takes 0.01, or 1 %"),
        (ask("number", "- answer: w\n- within: 1e999"), "- within: 1e999", "it takes 0.01, or 1 %"),
        (ask("number", "- answer: w\n- within: -1"), "- within: -1", "it takes 0.01, or 1 %"),
        (ask("number", "- answer: w w\n- within: 1"), "- answer: w w", "is not an expression"),
        (ask("sign", ""), "### Ask: sign", "needs an instruction `- of: ...`"),
        (ask("change", "- of: w\n- answer: w"), "- answer: w", "answer: does not belong to change"),
        (ask("line", ""), "### Ask: line", "needs an instruction `- answer: ...`"),
        (ask("line", "- answer: w\n- within: 1"), "- within: 1", "within: does not belong to line"),
        (ask("bug", "- of: w"), "- of: w", "of: does not belong to bug"),
        (ask("bug", "- then: up"), "- then: up", "'up' is not a move"),
        (ask("bug", "- look: code"), "- look: code", "not an instruction here; there are answer,"),
        (ask("bug", "", ""), "### Ask: bug", "the question has no ### Why"),
        (ask("choice", "- [x] one"), "### Ask: choice", "two to six lines of - [ ] or - [x]"),
        (ask("choice", "- [x] a\n" * 7), "### Ask: choice", "two to six lines of - [ ] or - [x]"),
        (ask("choice", "- [ ] a\n- [ ] b"), "### Ask: choice", "none of the answers is the right"),
        (ask("choice", "- [x] a\n- [ ] b\n- c"), "- c", "write an answer in one line"),
        (ask("choice", "- [x] a\n- [ ] b\n- [ ]"), "- [ ]", "write an answer in one line"),
        (ask("choice", "- [x] a\n- [ ] b\n- [w +] c"), "- [w +] c", "is not an expression"),
        (ask("choice", "- [x] a\n- [ ] b\n- [ ] {"), "- [ ] {", "without its partner"),
        (number("### Why\n\na\n\n### Hint"), "### Hint", "there is no text below 'Hint'"),
        (number("### Hnt\n\na\n\n### Why\n\na"), "### Hnt", "'Hnt' is not a part of a step"),
        (number("### If: 1 1\n\na\n\n### Why\n\na"), "### If: 1 1", "is not an expression"),
        (number("### If\n\na\n\n### Why\n\na"), "### If", "### If: takes a number"),
        (number("### Why\n\n- then: end\n\na"), "- then: end", "no instructions belong below 'Why'"),
        (ask("bug", "", f"\n### If: 1\n\na\n{WHY}"), "### If: 1", "belongs to a question for a num"),
        (f"{STEP}### Hint\n\na\n", "### Hint", "'Hint' before the question of this step"),
        (ask("bug", "") + "\n### Ask: sign\n\nA?\n\n- of: w\n" + WHY, "### Ask: sign", "one question"),
    ],
)  # fmt: skip
def test_each_problem_has_its_line(text, line, says):
    found = problems(text)
    number = 1 if line in ("---", "") else line_of(text, line)
    assert [each.line for each in found if says in each.message] == [number]
    assert all(each.message.isprintable() and len(each.message) < 500 for each in found)


def test_words_of_the_front_matter_are_taken_as_they_stand():
    """YAML would make a number, a date, True and nothing of them."""
    edit = "\nedit:\n  - find: yes\n    put: 007\n  - find: 2020-02-02\n    put: ~\n"
    lesson = parse_lesson(f"---\ntitle: 1e3\nstage: off{edit}---\n\n## S\n\ntext\n", Path("x.md"))
    assert (lesson.title, lesson.stage) == ("1e3", "off")
    assert [(each.find, each.put) for each in lesson.edit] == [
        (("yes",), ("007",)),
        (("2020-02-02",), ()),
    ]


def test_a_missing_title_is_said():
    assert [each.message for each in problems("---\nstage: manual\n---\n## S\ntext")] == [
        "the title is missing: `title: ...`"
    ]


def test_a_lesson_without_a_step_is_said():
    (problem,) = problems("---\ntitle: T\n---\n")
    assert "a lesson needs a step" in problem.message


def test_text_without_any_step_is_said():
    messages = [each.message for each in problems("---\ntitle: T\n---\n\nJust a text.\n")]
    assert any("a lesson needs a step" in each for each in messages)


def test_all_problems_are_found_in_the_order_of_the_file():
    text = (
        "---\ntitle: T\nminutes: soon\nstge: manual\n---\n\n# H\n\n## S\n\n- go: up\n- look: los\n\n"
        "a {w +} b\n\n### Ask: number\n\nWhat?\n\n- within: x\n\n### Why\n\nSo.\n\n## Two\n"
    )
    found = problems(text)
    assert [each.line for each in found] == [3, 4, 7, 11, 12, 14, 16, 20, 26]
    with pytest.raises(LessonFileError) as error:
        parse_lesson(text, Path("x.md"))
    said = str(error.value)
    assert said.startswith("x.md, line 3: minutes: 'soon' is not allowed")
    assert said.endswith("(and 8 more; see `gdtui lessons --check`)")


@pytest.mark.parametrize(
    "text",
    [
        number("### Why\n\n{"),
        number("### Hint\n\n{\n\n### Why\n\na"),
        number("### Why\n\na").replace("What?", "What? {"),
        f"{FRONT}## S\n\n{{\n",
        "## S\n\ntext\n",
        ask("choice", "- [w +] a\n- [x] b"),
        ask("choice", "- [x] {\n- [ ] b"),
        ask("number", "- answer: w +\n- within: 1"),
        ask("number", "- answer: w\n- within: x"),
    ],
)
def test_one_mistake_is_one_problem(text):
    assert len(problems(text)) == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes have no such limits there")
def test_a_value_that_would_be_endless_is_refused():
    links = [
        f"{one}: &{one} [{', '.join([f'*{other}'] * 9)}]" for one, other in pairwise("jihgfedcba")
    ]
    text = front("\n".join(["a: &a [1]", *reversed(links), "minutes: *j"]))
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from gdtui.lessons.problems import LessonFileError\n"
        "from gdtui.lessons.format.parser import parse_lesson\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))\n"
        "try:\n"
        "    parse_lesson(sys.argv[1], Path('x.md'))\n"
        "except LessonFileError as error:\n"
        "    sys.exit(len(str(error)) > 1000)\n"
        "sys.exit(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, text], capture_output=True)
    assert done.returncode == 0


def test_each_step_has_its_own_problems():
    text = STEP.replace("text", "a {w") + "## Two\n\nb {w w}\n\n## Three\n\n}\n"
    assert [each.line for each in problems(text)] == [7, 11, 15]


def checked(tmp_path, text):
    path = tmp_path / "x.md"
    path.write_text(text)
    return [(each.line, each.message) for each in check_lesson(path)]


def test_nothing_is_wrong_with_a_good_one(tmp_path):
    assert checked(tmp_path, STEP) == []
    assert checked(tmp_path, number("### If: 2 * w\n\n{w}\n\n### Why\n\nSo {w}.")) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (front("stage: nowhere.py"), None, "nowhere.py: there is no such file"),
        (front("settings:\n  wight: 3"), None, "settings: manual has no wight"),
        (front("settings:\n  epochs: 0"), None, "setting epochs: 0 is not allowed"),
        (front("edit:\n  - find: w = 7\n    put: w = 8"), "edit:", "the line 'w = 7' occurs nowhere"),
        (step("- go: edit faster"), "- go: edit faster", "no edit is called 'faster'"),
        (step("- go: set wight = 3"), "- go: set wight = 3", "unknown setting 'wight'"),
        (step("- go: stage six"), "- go: stage six", "the stages are manual,"),
        (step("- go: epoch 11"), "- go: epoch 11", "does not reach the end of epoch 11"),
        (step("- keep: a = loss"), "- keep: a = loss", "there is no loss yet"),
        (step("- needs: w > 1, or no"), "## S", "No"),
        (f"{FRONT}## S\n\none\n\n{{nope}}\n", "{nope}", "'nope' is not defined here"),
        (f"{FRONT}## S\n\n{{sum}}\n", "{sum}", "'sum'"),
        (ask("number", "- answer: dw\n- within: 1"), "- answer: dw", "'dw' is not defined here"),
        (ask("choice", "- [w > 1] a\n- [w < 0] b"), "### Ask: choice", "none of the answers is"),
        (ask("sign", "- of: x"), "- of: x", "'x' is not one number"),
        (number("### If: nope\n\na\n\n### Why\n\na"), "### If: nope", "'nope' is not defined here"),
        (number("### If: 1\n\n{nope}\n\n### Why\n\na"), "{nope}", "'nope' is not defined here"),
        (number("### Hint\n\n{nope}\n\n### Why\n\na"), "{nope}", "'nope' is not defined here"),
        (number("### Why\n\n{nope}"), "{nope}", "'nope' is not defined here"),
    ],
)  # fmt: skip
def test_a_walk_finds_what_reading_does_not(tmp_path, text, line, says):
    found = checked(tmp_path, text)
    number = line_of(text, line) if line else 1
    assert [each for each, message in found if says in message] == [number]
    assert all("\n" not in message for _, message in found)


@pytest.mark.parametrize("code", ["zero", "no such code"])
def test_a_line_that_is_nowhere_is_said(tmp_path, code):
    text = ask("line", f"- answer: {code}")
    ((line, message),) = checked(tmp_path, text)
    assert line in (line_of(text, "### Ask: line"), line_of(text, f"- answer: {code}"))
    assert code in message


def test_a_walk_goes_on_behind_a_problem(tmp_path):
    text = (
        f"{FRONT}## One\n\n{{nope}}\n\n## Two\n\n- needs: w > 1, or no\n\nb\n\n## Three\n\n{{no}}\n"
    )
    assert [line for line, _ in checked(tmp_path, text)] == [7, 9, 17]
