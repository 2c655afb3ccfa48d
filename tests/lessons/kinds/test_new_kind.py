"""A seventh kind of question: one class and an entry in the table, and every part of a lesson knows
it. What stands here is what docs/lessons.md promises of each kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor, log10
from pathlib import Path

import pytest
from touring import Tour
from walking import walk_plainly

from gdtui import Script
from gdtui.lessons.check.lesson_check import check_lesson
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression
from gdtui.lessons.kinds.kind import Grade, QuestionKind
from gdtui.lessons.kinds.table import KINDS
from gdtui.lessons.problems import LessonFileError
from gdtui.lessons.score import Outcome
from gdtui.lessons.walk.page import State
from gdtui.ui.commands.text_keys import takes, takes_any

MANUAL = Script.stage("manual")
DOCUMENTED = Path("docs/lessons.md")


@dataclass(frozen=True)
class Magnitude(QuestionKind[int]):
    """A question for the power of ten of a number, with an instruction of its own."""

    name = "magnitude"
    instructions = ("power",)
    characters = "0123456789e-"

    power: Expression

    @classmethod
    def parse(cls, source):
        return cls(source.expression(source.required("power")), line=source.line)

    @property
    def form(self):
        return "a power of ten, such as 1e3"

    def read(self, text, asked):
        match = re.fullmatch(r"1e(-?\d)", text)
        if match is None:
            raise LessonError(f"{text} is no power of ten")
        return int(match[1])

    def grade(self, answer, asked, now):
        right = self.right_answer(asked, now)
        if f"1e{answer}" == right:
            return Grade(Outcome.RIGHT, f"Right: {right}.")
        return Grade(Outcome.WRONG, f"You said 1e{answer}; it is {right}.")

    def right_answer(self, asked, now):
        return f"1e{floor(log10(abs(self.power.number(now.names))))}"

    def last_hint(self, asked):
        return f"There are {len(asked.snapshot.script.settings)} settings."


STEPS = """\
## S

Text.

### Ask: magnitude

How large is the loss of the first epoch?

- power: loss
- then: epoch

### Why

It is {loss}.
"""


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(KINDS, Magnitude.name, Magnitude)


def test_it_is_parsed_with_its_own_instruction(lesson_of):
    question = lesson_of(STEPS).steps[0].question
    assert question.kind == Magnitude(Expression("loss", 13), line=9)
    assert question.prompt.source == "How large is the loss of the first epoch?"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- power: loss\n", "", "the question needs an instruction `- power: ...`"),
        ("- power: loss", "- power: (", "'(' is not an expression"),
        ("- power: loss", "- power: loss\n- within: 1", "within: does not belong to magnitude"),
        ("### Ask: magnitude", "### Ask: size", "there are .*, bug, magnitude"),
        ("### Why", "### If: 1\n\nNo.\n\n### Why", "belongs to a question for a number"),
    ],
)
def test_what_is_wrong_with_it_is_found(lesson_of, old, new, says):
    with pytest.raises(LessonFileError) as error:
        lesson_of(STEPS.replace(old, new))
    assert any(re.search(re.escape(says).replace(r"\.\*", ".*"), each.message)
               for each in error.value.problems)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [
        ("=1e1", "right", "Right: 1e1."),
        ("= 1e2 ", "wrong", "You said 1e2; it is 1e1."),
        ("skip", "skipped", "Skipped. The answer is: 1e1."),
    ],
)
def test_it_is_walked_through_and_graded(lesson_of, answer, outcome, said):
    tour = Tour(lesson_of(STEPS))
    page = tour.page
    assert (page.state, page.kind, page.options) == (State.ASKING, "magnitude", ())
    assert page.form == "a power of ten, such as 1e3"
    with pytest.raises(LessonError, match="thirty is no power of ten"):
        tour.walk.answer("thirty")
    page = tour.do(answer)
    assert (page.state, page.outcome, page.said) == (State.ANSWERED, outcome, said)
    assert page.why == "It is 30."


def test_it_may_have_a_last_hint_of_its_own(lesson_of):
    tour = Tour(lesson_of(STEPS))
    assert tour.page.hints_left == 1
    assert tour.do("hint").hints == (f"There are {len(MANUAL.settings)} settings.",)


def test_it_is_asked_and_answered_in_plain_mode(lesson_of):
    walk, written = walk_plainly(lesson_of(STEPS), ["often", "1e1"])
    assert "Answer with a power of ten, such as 1e3." in written
    assert "often is no power of ten" in written
    assert "Right: 1e1." in written
    assert walk.score.text == "1 of 1 right"


def test_its_answer_can_be_typed_in_the_app():
    assert [each for each in "1e3-wsh+" if takes("magnitude", 0, each)] == ["1", "e", "3", "-"]
    assert not takes_any("magnitude")


def test_its_file_can_be_checked(tmp_path):
    path = tmp_path / "lesson.md"
    path.write_text(f"---\ntitle: T\n---\n\n{STEPS}")
    assert check_lesson(path) == []
    path.write_text(f"---\ntitle: T\n---\n\n{STEPS.replace('power: loss', 'power: nothing')}")
    assert [each.message for each in check_lesson(path)] == [
        "'nothing': 'nothing' is not defined here"
    ]


def test_every_kind_of_gdtui_is_documented_with_its_instructions(registered):
    table = re.search(r"\| kind \|.*?\n\n", DOCUMENTED.read_text(), re.DOTALL)[0]
    rows = {row[1]: row[0] for row in re.finditer(r"^\| `(\w+)` \|.*$", table, re.MULTILINE)}
    assert list(rows) == [name for name in KINDS if name != Magnitude.name]
    for name, row in rows.items():
        for key in KINDS[name].instructions:
            assert f"`{key}: " in row
