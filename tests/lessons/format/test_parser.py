"""Reading a lesson from Markdown: what makes one, and what is text and what an instruction."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gdtui.lessons.check.lesson_check import check_lesson
from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.lesson import Lesson
from gdtui.lessons.format.library import library
from gdtui.lessons.format.parser import parse_lesson, read_lesson
from gdtui.lessons.problems import LessonFileError

DOCUMENTED = Path("docs/lessons.md")

WHOLE = """\
---
title: A title
minutes: 3
stage: autograd
settings:
  epochs: 7
  w: -1.5
edit:
  - find: w = 0.0
    put: w = 1.0
  - find: |
      one
        two
    put:
edits:
  faster:
    find: epochs = 20
    put: |
      epochs = 2

      pass
---

## One

- go: epoch 2
- go: 3 statements
- look: code,  numbers
- keep: held = grad.w
- keep: twice = 2 * held
- needs: epochs > 3, or it takes some epochs, or more

It is {w}.

### Ask: number

How much?

- answer: `w`
- within: 2 %
- then: epoch
- then: loss

### Hint

First {w}.

### Hint

Second.

### If: w + 1

One too many: {w + 1}.

### If: -w

The sign.

### Why

Because {w}.

## Two

- look: only loss

Text.

### Ask: choice

Which?

- [x] this one, {w}
- [ ] that one
- [w > 1] another
- then: end

### Why

So.
"""


@pytest.fixture(scope="module")
def whole():
    return parse_lesson(WHOLE, Path("some/where/3-whole.md"))


def test_the_front_matter(whole):
    assert (whole.title, whole.minutes, whole.stage) == ("A title", 3, "autograd")
    assert whole.settings == {"epochs": 7, "w": -1.5}
    assert whole.path == Path("some/where/3-whole.md")


def test_a_lesson_from_elsewhere_is_called_by_its_title_and_kept_by_its_path(whole):
    assert whole.heading == "A title"
    other = parse_lesson(WHOLE, Path("else/where/3-whole.md"))
    assert other.name != whole.name
    assert parse_lesson(WHOLE, whole.path.absolute()).name == whole.name


def test_the_lessons_of_gdtui_are_called_by_their_number():
    lessons = {entry.key: entry.read() for entry in library()}
    assert (lessons["3"].heading, lessons["b2"].heading) == ("Lesson 3", "Bug 2")
    assert all(lessons[entry.key].name == entry.name for entry in library())


def test_edits_have_the_lines_that_they_find_and_put(whole):
    assert [(each.find, each.put) for each in whole.edit] == [
        (("w = 0.0",), ("w = 1.0",)),
        (("one", "  two"), ()),
    ]
    (faster,) = whole.edits["faster"]
    assert (faster.find, faster.put) == (("epochs = 20",), ("epochs = 2", "", "pass"))


def test_a_step(whole):
    step = whole.steps[0]
    assert (step.title, step.line) == ("One", 24)
    assert (step.text.source, step.text.line) == ("It is {w}.", 33)
    assert [each.text for each in step.go] == ["epoch 2", "3 statements"]
    assert [each.line for each in step.go] == [26, 27]
    assert (step.look, step.only) == (("code", "numbers"), False)
    assert [(name, each.text) for name, each in step.keep] == [
        ("held", "grad.w"), ("twice", "2 * held")
    ]  # fmt: skip
    (need,) = step.needs
    assert (need.holds.text, need.reason) == ("epochs > 3", "It takes some epochs, or more")
    assert (whole.steps[1].look, whole.steps[1].only) == (("loss",), True)


def test_a_question_for_a_number(whole):
    question = whole.steps[0].question
    kind = question.kind
    assert (kind.name, question.prompt.source, question.line) == ("number", "How much?", 35)
    assert (kind.answer.text, kind.answer.line, kind.line) == ("w", 39, 35)
    assert (kind.within.size, kind.within.relative) == (0.02, True)
    assert [each.text for each in question.then] == ["epoch", "loss"]
    assert [each.source for each in question.hints] == ["First {w}.", "Second."]
    assert [(each.about.text, each.text.source) for each in kind.remarks] == [
        ("w + 1", "One too many: {w + 1}."), ("-w", "The sign.")
    ]  # fmt: skip
    assert question.why.source == "Because {w}."


def test_a_question_for_a_choice(whole):
    question = whole.steps[1].question
    assert question.prompt.source == "Which?"
    assert [each.text.source for each in question.kind.listed] == [
        "this one, {w}", "that one", "another"
    ]  # fmt: skip
    assert [each.right.holds({"w": 0}) for each in question.kind.listed] == [True, False, False]
    assert [each.right.holds({"w": 2}) for each in question.kind.listed] == [True, False, True]
    assert [each.text for each in question.then] == ["end"]
    assert whole.questions == 2


def test_without_more_it_is_about_the_first_stage_and_shows_the_code():
    lesson = parse_lesson("---\ntitle: T\n---\n## S\ntext", Path("bug-2-x.md"))
    assert (lesson.stage, lesson.minutes) == ("manual", 0)
    assert (lesson.settings, lesson.edit, lesson.edits) == ({}, (), {})
    assert (lesson.steps[0].look, lesson.steps[0].only) == (("code",), False)
    assert lesson.steps[0].question is None


@pytest.mark.parametrize(
    ("kind", "instruction", "field", "value"),
    [
        ("sign", "- of: w - 1", "of", "w - 1"),
        ("change", "- of: loss", "of", "loss"),
        ("line", "- answer: `w -=`", "code", "w -="),
        ("line", "- answer: update", "code", "update"),
        ("bug", "- then: end", "healed", None),
        ("BUG", "- healed: w > 1", "healed", "w > 1"),
    ],
)
def test_each_kind_of_question_has_its_instructions(lesson_of, kind, instruction, field, value):
    lesson = lesson_of(f"## S\ntext\n### Ask: {kind}\n\nWhat?\n\n{instruction}\n\n### Why\n\nSo.\n")
    question = lesson.steps[0].question
    found = getattr(question.kind, field)
    assert question.kind.name == kind.lower()
    assert getattr(found, "text", found) == value


def test_the_documented_example_is_a_lesson_and_can_be_walked(tmp_path):
    (example_text,) = re.findall(r"```markdown\n(.*?)```\n", DOCUMENTED.read_text(), re.DOTALL)
    path = tmp_path / "documented.md"
    path.write_text(example_text)
    assert read_lesson(path).questions == 1
    assert check_lesson(path) == []


def test_line_endings_and_a_byte_order_mark_make_no_difference(tmp_path, whole):
    path = tmp_path / "3-whole.md"
    path.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    lesson = read_lesson(path)
    assert lesson.steps == whole.steps
    assert (lesson.settings, lesson.edit, lesson.edits) == (
        whole.settings, whole.edit, whole.edits
    )  # fmt: skip


def test_a_list_that_is_text_stays_text(lesson_of):
    text = "Two things:\n\n- note: this is text\n- w is {w}\n- 3. and this"
    step = lesson_of(f"## S\n\n- look: loss\n\n{text}\n").steps[0]
    assert step.text.source == text
    assert step.look == ("loss",)


def test_an_instruction_may_stand_below_the_text(lesson_of):
    step = lesson_of("## S\n\nA text.\n\n- keep: a = 1\n- look: fit\n\nMore text.\n").steps[0]
    assert step.text.source.split() == ["A", "text.", "More", "text."]
    assert step.look == ("fit",)
    assert step.keep[0][0] == "a"


def test_a_list_in_a_fence_is_code(lesson_of):
    fence = "```\n- go: nowhere\n## no heading\n```"
    step = lesson_of(f"## S\n\nSee:\n\n{fence}\n").steps[0]
    assert step.text.source == f"See:\n\n{fence}"
    assert step.go == ()


def test_an_empty_item_of_a_list_takes_nothing_from_what_follows(lesson_of):
    step = lesson_of("## S\n\n-\n\nsays: this is a sentence\n").steps[0]
    assert "says: this is a sentence" in step.text.source


def test_a_condition_of_an_answer_may_have_an_index(lesson_of):
    lesson = lesson_of(
        "## S\ntext\n### Ask: choice\n\nWhich?\n\n"
        "- [x[0] > 1] yes\n- [x[0] <= x[1]] no [or so]\n\n### Why\n\nSo.\n"
    )
    choices = lesson.steps[0].question.kind.listed
    assert [each.right.text for each in choices] == ["x[0] > 1", "x[0] <= x[1]"]
    assert [each.text.source for each in choices] == ["yes", "no [or so]"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "there is no such file"),
        (b"---\ntitle: \xff\n---\n", "not UTF-8, in line 2"),
        (b"---\n" * 60_000, "too large for a lesson"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, data, says):
    path = tmp_path / "x.md"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(LessonError, match=says) as error:
        read_lesson(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_is_not_a_lesson(tmp_path):
    with pytest.raises(LessonError, match="this is a folder"):
        read_lesson(tmp_path)


# Any lesson: of lines that a lesson has, and of others.
lines = st.one_of(
    st.sampled_from(WHOLE.split("\n")),
    st.sampled_from(
        [
            *(
                "---",
                "### Ask:",
                "### If: 1",
                "####",
                "# H",
                "===",
                "```",
                "~~~",
                "-",
                "*",
                "1.",
                ">",
            ),
            *(
                "| a |",
                "- [x]",
                "- [",
                "- look:",
                "- go: end",
                "- x: y",
                "\ttab",
                "    code",
                "{w}",
                "{",
            ),
        ]
    ),
    st.text(max_size=12),
    # What is known, with something odd behind it.
    st.builds(
        "{}{}".format,
        st.sampled_from(
            [
                "- go: ",
                "- go: set w = ",
                "- look: ",
                "- keep: a = ",
                "- within: ",
                "- answer: ",
                "## {",
                "### ",
            ]
        ),
        st.sampled_from(
            [
                "9" * 5000,
                "1" * 5000 + " epochs",
                "epoch " + "9" * 5000,
                "-" * 299 + "w",
                "(" * 150 + ")" * 150,
                "\u0663 epochs",
                "\x1b[2J",
                "\u202e",
                "\x9b",
                "\0",
                "1e99999",
                "0." + "0" * 400 + "1",
                "a\x85b",
            ]
        ),
    ),
)
scalars = st.sampled_from(
    [
        *("[", "{", "*a", "&a [*a]", "!!int ''", "!!bool maybe", "!!timestamp foo", "!!float x"),
        *("1:60", "2001-13-45", "!!python/name:os.system", "? [a]", "'", "| ", "\x07", "<<: 1"),
        *("{[]: 1}", ".inf", "{a: 1, a: 2}", "9" * 5000, "0x" + "f" * 5000, "-" + "9" * 5000),
        *(
            '"\\UFFFFFFFF"',
            '"\\U00110000"',
            '"\\uD800"',
            '"\\e[2J"',
            '"\\0"',
            "=",
            "null",
            "yes",
            "2020-02-02",
        ),
        *(
            "1\x85a: [",
            "a\u2028b: [",
            "\ufeff",
            "...",
            "!!set {a}",
            "! a",
            "!!binary aaaa",
            "{? a : b}",
        ),
    ]
)
nested = st.recursive(
    st.sampled_from(["1", "a", "''", "~", "1e-3", "yes"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        st.dictionaries(inner, inner, max_size=3).map(
            lambda each: "{" + ", ".join(f"? {key} : {value}" for key, value in each.items()) + "}"
        ),
    ),
    max_leaves=12,
)
keys = st.sampled_from(
    ["title", "minutes", "stage", "settings", "edit", "edits", "- x", "?", "~", "1"]
)


@given(st.lists(lines, max_size=12), st.booleans())
@example(["", "a", "\r0"], False)
def test_any_text_is_a_lesson_or_says_what_is_wrong(found, with_front):
    front = "---\ntitle: T\n---\n## S\n" if with_front else ""
    _is_read_or_refused(front + "\n".join(found))


@pytest.mark.slow
@given(keys, st.one_of(scalars, nested))
@example("title", "[" * 5000)
@example("settings", "{a: " * 5000)
@example("settings", "[" * 400 + "]" * 400)
@example("settings", "\n" + "\n".join(f"{' ' * depth}a:" for depth in range(1, 900)))
def test_any_front_matter_is_read_or_refused(key, value):
    _is_read_or_refused(f"---\ntitle: T\n{key}: {value}\n---\n## S\n\ntext\n")


def _is_read_or_refused(text):
    try:
        lesson, problems = parse_lesson(text, Path("x.md")), []
    except LessonFileError as error:
        lesson, problems = None, error.problems
    assert isinstance(lesson, Lesson) or problems
    last = len(re.split(r"\r\n|\r|\n", text))
    for each in problems:
        assert 1 <= each.line <= last
        assert each.message.isprintable()
        assert len(each.message) <= 2000
        assert not re.search(r"Node|Traceback|object at|datetime", each.message)
