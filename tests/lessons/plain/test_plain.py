"""A lesson line by line: what a learner may type, and what may be written to a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gdtui.lessons.format.library import library
from gdtui.lessons.format.origin import FOREIGN_CODE, is_own
from gdtui.lessons.format.parser import read_lesson
from gdtui.lessons.plain.plain_walk import KEYS, PlainWalk
from gdtui.lessons.walk.page import State
from gdtui.lessons.walk.walk import Walk

STEPS = """\
## One

First.

## Two

Second.

### Ask: choice

Which?

- [x] the right one
- [ ] skip it

### Hint

A faint one.

### Why

So.

## Three

Third.
"""


@pytest.fixture
def plain(lesson_of):
    """Walks with what is typed; the walk, and what was written."""

    def walk(steps, *typed, front="title: T"):
        lesson = lesson_of(steps, front) if isinstance(steps, str) else steps
        lines, given = [], iter(typed)
        walk = Walk(lesson)
        PlainWalk(walk, lambda: next(given, None), lines.append).run()
        return walk, lines

    return walk


@pytest.mark.parametrize("word", ["s", "S", "skip", " Skip ", "SKIP"])
def test_a_question_is_skipped(plain, word):
    walk, lines = plain(STEPS, "", word)
    assert (walk.state, walk.score.skipped) == (State.ANSWERED, 1)
    assert "Skipped. The answer is: the right one." in lines


@pytest.mark.parametrize("word", ["h", "H", "hint", "Hint", "?"])
def test_a_hint_is_shown(plain, word):
    walk, lines = plain(STEPS, "", word, word)
    assert (walk.state, walk.page.hints) == (State.ASKING, ("A faint one.",))
    assert lines.index("Hint: A faint one.") < lines.index("There are no more hints.")


@pytest.mark.parametrize("word", ["q", "Q", "quit", "exit", "leave"])
def test_a_lesson_is_left(plain, word):
    walk, lines = plain(STEPS, "", word, "", "")
    assert walk.state is State.ASKING
    assert lines[-1] == "Left at step 2 of 3. So far: 0 of 1 right."


def test_the_keys_can_be_asked_for(plain):
    walk, lines = plain(STEPS, "help", "", "help")
    assert walk.state is State.ASKING
    assert lines.count(f"Enter goes on. {KEYS}.") == 3


def test_where_nothing_is_asked_there_is_no_hint(plain):
    walk, lines = plain(STEPS, "h", "", "a", "hint")
    assert (walk.at, walk.state) == (2, State.ANSWERED)
    assert lines.count("Nothing is asked here. Enter goes on.") == 2
    assert walk.score.hints == 0


BUG = """\
## Which line?

It goes uphill.

### Ask: bug

Where is the bug?

### Why

So.
"""
UPHILL = (
    "title: T\nstage: manual\nedit:\n"
    "  - find: w -= learning_rate * float(dw)\n    put: w += learning_rate * float(dw)"
)


def edits(lesson_of, steps, made, *typed, front="title: T"):
    """Walks with what is typed, and with an editor that makes a text of another."""
    lines, given = [], iter(typed)
    walk = Walk(lesson_of(steps, front))
    PlainWalk(walk, lambda: next(given, None), lines.append, edit=made).run()
    return walk, " ".join(lines)


def test_a_bug_is_mended_in_an_editor(lesson_of):
    seen = []

    def made(text):
        seen.append(text)
        return text.replace("w += learning_rate", "step = learning_rate\n    w -= step")

    walk, said = edits(lesson_of, BUG, made, "edit", front=UPHILL)
    assert (walk.state, walk.score.right) == (State.ANSWERED, 1)
    assert "edit: mend it in your editor" in said
    assert seen[0].count("w += learning_rate") == 1


def test_an_edit_that_is_none_leaves_the_question_open(lesson_of):
    for made, reason in (
        (lambda text: None, "Nothing is changed."),
        (lambda text: text, "the script is as it was"),
        (lambda text: text + "\nwhile", "invalid syntax"),
    ):
        walk, said = edits(lesson_of, BUG, made, "edit", front=UPHILL)
        assert (walk.state, walk.page.outcome) == (State.ASKING, None)
        assert reason in said


def test_where_no_bug_is_asked_for_edit_is_a_word_like_others(lesson_of):
    walk, said = edits(lesson_of, STEPS, pytest.fail, "", "edit")
    assert walk.state is State.ASKING
    assert "mend it" not in said


def test_words_that_are_no_answer_go_on_where_nothing_is_asked(plain):
    walk, _ = plain(STEPS, "skip", "a", "skip")
    assert walk.page.title == "Three"


def test_each_key_that_is_named_is_understood(plain):
    """Both halves of ``s: skip`` do what it says."""
    for key, meaning in re.findall(r"(\w+): ([\w ]+)", KEYS):
        word = meaning.removeprefix("a ").removeprefix("the step before") or key
        one, other = (plain(STEPS, "", each)[0] for each in (key, word))
        assert (one.state, one.at, one.page) == (other.state, other.at, other.page)
        assert one.page != plain(STEPS, "")[0].page or word == "leave"


def test_a_missed_question_says_how_many_there_are(plain):
    two = STEPS.replace("## Three", STEPS.replace("One", "I").replace("Two", "II") + "\n## Three")
    _, lines = plain(two, "", "b", "", "", "b", "", "", "", "a", "", "q")
    text = " ".join(lines)
    assert "Once more, 1 of 2: Two" in lines
    assert "Once more, 2 of 2: II" in lines
    assert text.count("Your first answer to this question was wrong.") == 2
    assert lines[-1].startswith("Left at once more, 2 of 2. So far: 0 of 2 right, 1 more")


def test_nothing_is_said_of_questions_that_were_right(plain):
    _, lines = plain(STEPS, "", "a", "", "")
    assert not any("once more" in each.lower() or "first answer" in each for each in lines)


# Whose lesson it is -------------------------------------------------------------------


def test_a_lesson_from_elsewhere_is_said_to_run_code_before_it_does(plain):
    _, lines = plain(STEPS)
    text = " ".join(lines)
    assert text.count(FOREIGN_CODE) == 1
    assert text.index(FOREIGN_CODE) < text.index("Step 1 of 3")


@pytest.mark.slow
@pytest.mark.parametrize("entry", library(), ids=lambda entry: entry.key)
def test_of_gdtuis_own_nothing_like_it_is_said(entry, plain, tmp_path):
    lesson = entry.read()
    assert not lesson.runs_foreign_code
    assert not read_lesson(Path(entry.path)).runs_foreign_code
    assert FOREIGN_CODE not in " ".join(plain(lesson)[1])
    copy = tmp_path / entry.path.name
    copy.write_bytes(entry.path.read_bytes())
    assert read_lesson(copy).runs_foreign_code
    assert not is_own(copy)


# What is written ----------------------------------------------------------------------

ODD = "\x1b[2J\x07\x9b31m\u202eabc\u2066\x7f\ud800"
"""Clears a screen, rings, colours, turns writing around and is not to be encoded."""


def test_control_characters_come_from_nowhere(plain, tmp_path):
    script = (
        f'"""T {ODD[:-1]}"""\nw, dw = 1.0, 0.0\nname = {ODD!a}\nfor epoch in range(2):\n'
        f"    dw = 2 * w  # {ODD[:-1]}\n    w -= 0.1 * dw\n    print(name)\n    if epoch:\n"
        "        raise ValueError(name)\n"
    )
    (tmp_path / "odd.py").write_text(script, encoding="utf-8", newline="")
    panes = "code, numbers, variables, graph, transcript, loss, parameters, settings, diagnosis"
    steps = (
        f"## A {ODD}\n\n- look: {panes}\n\nText {ODD} {{name}} {{setting.name}}\n\n"
        f"### Ask: choice\n\nWhich {ODD}\n\n- [x] yes {ODD} {{name}}\n- [ ] no\n\n"
        f"### Hint\n\n{ODD} {{name}}\n\n### Why\n\n{ODD} {{name}}\n\n"
        f"## B\n\n- go: end\n- look: {panes}\n\n{{printed}} {{message}} {{name}}\n\n"
        f"## C\n\n- needs: 1 > 2, or no {ODD}\n\nNo.\n\n## D\n\n- go: epoch 99\n\nNo.\n\n"
        f"## E\n\n{{nope{ODD}}}\n"
    ).replace("{nope" + ODD + "}", "{'" + ODD[:-1] + "' > 1}")
    path = tmp_path / "odd.md"
    path.write_text(
        f'---\ntitle: "T {ODD[:1].encode("unicode_escape").decode()} \\u202E"\nstage: odd.py\n---\n\n'
        f"{steps.replace(ODD, ODD[:-1])}",
        encoding="utf-8",
        newline="",
    )
    _, lines = plain(read_lesson(path), "h", ODD, "a", "", "", "", "", "")
    assert len(lines) > 60
    assert [each for each in lines if each and not each.isprintable()] == []
    assert sum("·" in each for each in lines) > 10
    assert all(len(each) <= 2000 for each in lines)
    assert lines[-1].startswith("- A ·[2J")


def test_a_text_without_end_is_cut(plain):
    long = "word " * 30_000
    _, lines = plain(f"## S\n\n{long}\n\n```\n{'x' * 50_000}\n```\n", "", front=f"title: {long}")
    assert all(len(each) <= 2000 for each in lines)
    assert sum(map(len, lines)) < 80_000
    assert any(each.endswith("…") for each in lines)
