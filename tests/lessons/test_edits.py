"""Small edits of a script's text: made, found, undone and mended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script
from gdtui.engine.script.script import ScriptError
from gdtui.lessons.edits import Edit, changes, difference, edited, mend, named, without
from gdtui.lessons.errors import LessonError

TEXT = """\
w = 0.0
epochs = 3

for epoch in range(epochs):
    loss = w * w  # how wrong

    # Step downhill.
    if w < 1:
        w -= 0.1 * (2 * w - 4)
    print(epoch)
"""
SCRIPT = Script(TEXT, "mine", "/mine.py")


def lines_after(find, put):
    return "".join(Edit(tuple(find), tuple(put), 6).apply(TEXT.splitlines(keepends=True)))


def replaced(old, new):
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("find", "put", "text"),
    [
        (["w = 0.0"], ["w = 1.0"], replaced("w = 0.0", "w = 1.0")),
        (["print(epoch)"], [], replaced("    print(epoch)\n", "")),
        (["  print(epoch)  "], ["a", "b"], replaced("    print(epoch)", "    a\n    b")),
        (["print(epoch)"], ["if w:", "    a"], replaced("    print(epoch)", "    if w:\n        a")),
        (["print(epoch)"], ["a", "", "b"], replaced("    print(epoch)", "    a\n\n    b")),
        (
            ["if w < 1:", "    w -= 0.1 * (2 * w - 4)"],
            ["w -= 0.2"],
            replaced("    if w < 1:\n        w -= 0.1 * (2 * w - 4)", "    w -= 0.2"),
        ),
        (["# Step downhill.", "if w < 1:"], ["if w < 2:"], TEXT.replace("    # Step downhill.\n", "").replace("< 1", "< 2")),
        (["epochs = 3", "", "for epoch in range(epochs):"], ["for epoch in range(9):"], replaced("epochs = 3\n\nfor epoch in range(epochs)", "for epoch in range(9)")),
    ],
)  # fmt: skip
def test_an_edit_puts_lines_in_the_place_of_others(find, put, text):
    assert lines_after(find, put) == text


@pytest.mark.parametrize(
    ("find", "says"),
    [
        (["w = 0"], "the line 'w = 0' occurs nowhere in the script"),
        (["print(epoch)", "w = 0.0"], "the line 'print(epoch)' occurs nowhere"),
        ([""], "the line '' occurs 2 times in the script"),
        (["print(epoch)", "", "w"], "occurs nowhere"),
    ],
)
def test_an_edit_that_does_not_fit_says_so_with_its_line(find, says):
    with pytest.raises(LessonError) as error:
        lines_after(find, ["x"])
    assert says in str(error.value)
    assert error.value.line == 6


def test_edits_are_made_one_after_another():
    edits = [Edit(("w = 0.0",), ("w = 1.0",)), Edit(("w = 1.0",), ("w = 2.0",))]
    script = edited(SCRIPT, edits)
    assert (script.text, script.name, script.path) == (
        replaced("w = 0.0", "w = 2.0"), "mine", "/mine.py"
    )  # fmt: skip
    assert edited(SCRIPT, []) == SCRIPT


def test_an_edit_that_leaves_no_script_is_refused():
    with pytest.raises(ScriptError, match="this is not Python"):
        edited(SCRIPT, [Edit(("w = 0.0",), ("w = (",))])


def test_a_script_does_not_differ_from_itself():
    assert changes(SCRIPT, SCRIPT) == ()
    assert difference(SCRIPT, SCRIPT) == []


@pytest.mark.parametrize(
    ("old", "new", "said", "names"),
    [
        ("w = 0.0", "w = 1.0", ["   1 - w = 0.0", "     + w = 1.0"], [1]),
        ("    print(epoch)\n", "", ["  10 -     print(epoch)"], [10]),
        ("\n\nfor", "\nlr = 1\n\nfor", ["   2   epochs = 3", "     + lr = 1"], [2, 3, 4]),
        ("    print(epoch)\n", "    print(epoch)\n    pass\n", ["  10       print(epoch)", "     +     pass"], [10]),
        ("w = 0.0", "v = 1.0\nw = 0.0", ["     + v = 1.0"], [1]),
    ],
)  # fmt: skip
def test_a_change_is_shown_and_can_be_named(old, new, said, names):
    other = Script(replaced(old, new))
    (change,) = changes(SCRIPT, other)
    assert difference(SCRIPT, other) == said
    numbers = range(1, len(SCRIPT.lines) + 1)
    assert [number for number in numbers if number in change.named_by(SCRIPT.lines)] == names
    assert [number for number in numbers if named(SCRIPT, other, number)] == names


def test_a_line_that_has_moved_is_one_change():
    first = "    a = 1\n    b = 2\n    c = 3\n    d = 4\n"
    moved = "    b = 2\n    c = 3\n    d = 4\n    a = 1\n"
    script, other = (Script(TEXT + each) for each in (first, moved))
    assert len(changes(script, other)) == 2
    assert without(script, named(script, other, 11)).lines == other.lines


def test_undoing_one_change_leaves_the_others():
    other = Script(replaced("w = 0.0", "w = 1.0").replace("    print(epoch)\n", ""))
    first, second = changes(SCRIPT, other)
    assert without(SCRIPT, [first]).text == replaced("w = 0.0", "w = 1.0")
    assert without(SCRIPT, [second]).text == replaced("    print(epoch)\n", "")
    assert without(SCRIPT, []) == SCRIPT


# Any two scripts: a loop, with lines that may stand at many places of it.
bodies = st.lists(
    st.sampled_from(["a = 1", "b = 2", "", "# why", "if w:\n        c = 3", "print(w)"]), max_size=8
)


@st.composite
def scripts(draw):
    head = "".join(f"v{n} = {n}\n" for n in draw(st.lists(st.integers(0, 3), max_size=3)))
    body = "\n".join(f"    {line}" if line else "" for line in draw(bodies))
    ending = draw(st.sampled_from(["\n", ""]))
    return Script(f"w = 0.0\n{head}for n in range(9):\n    w -= 0.1 * w\n{body}{ending}")


@pytest.mark.slow
@given(scripts(), scripts())
def test_undoing_all_changes_gives_the_other_script(script, other):
    assert without(script, changes(script, other)).lines == other.lines


@pytest.mark.slow
@given(scripts(), scripts())
def test_undoing_the_changes_one_by_one_gives_the_other_script(script, other):
    for _ in range(len(changes(script, other))):
        script = without(script, changes(script, other)[-1:])
    assert script.lines == other.lines


@pytest.mark.slow
@given(scripts(), scripts())
def test_what_is_shown_is_what_differs(script, other):
    shown = difference(script, other)
    gone = [line for line in shown if line[4:6] == " -"]
    come = [line for line in shown if line[4:6] == " +"]
    assert len(script.lines) - len(gone) + len(come) == len(other.lines)
    for line in gone:
        assert script.lines[int(line[:4]) - 1].rstrip() == line[7:].rstrip()


@pytest.mark.parametrize(
    ("typed", "old", "new"),
    [
        ("1: w = 5.0", "w = 0.0", "w = 5.0"),
        (" 1 :w = 5.0 ", "w = 0.0", "w = 5.0"),
        ("10: pass", "print(epoch)", "pass"),
        ("10:", "    print(epoch)", ""),
        ("5:     loss = 1 ", "loss = w * w  # how wrong", "loss = 1"),
        ("+10: print(2)", "print(epoch)\n", "print(epoch)\n    print(2)\n"),
        ("+ 10:     print(2)", "print(epoch)\n", "print(epoch)\n    print(2)\n"),
        ("+9: w = 1", "* w - 4)\n", "* w - 4)\n        w = 1\n"),
        ("+8: w = 1", "if w < 1:\n", "if w < 1:\n        w = 1\n"),
        ("+2: lr = 1", "epochs = 3\n", "epochs = 3\nlr = 1\n"),
        ("+2:", "epochs = 3\n", "epochs = 3\n\n"),
        ("6: pass", "wrong\n\n", "wrong\n    pass\n"),
    ],
)
def test_a_mend_is_put_where_it_belongs(typed, old, new):
    script = mend(SCRIPT, typed)
    assert script.text == replaced(old, new)
    assert (script.name, script.path) == ("mine", "/mine.py")


def test_a_mend_may_be_typed_as_the_line_is_shown():
    for line in ("    print(1)", "        print(1)"):
        assert mend(SCRIPT, f"10: {line}").lines[9] == line


@pytest.mark.parametrize("typed", ["", "10", "pass", "ten: pass", "-1: pass", "1.5: a", "++1: a"])
def test_anything_else_is_no_mend(typed):
    assert mend(SCRIPT, typed) is None


@pytest.mark.parametrize("number", ["0", "11", "999999"])
def test_a_line_that_there_is_not_is_said(number):
    with pytest.raises(LessonError, match=f"there is no line {number}; the script has 10"):
        mend(SCRIPT, f"{number}: pass")


@pytest.mark.parametrize("typed", ["9: w -= (", "4: x = 1", "4:", "+9:   w = '", "9: \0"])
def test_a_mend_that_is_no_python_is_said_in_one_line(typed):
    with pytest.raises(ScriptError) as error:
        mend(SCRIPT, typed)
    assert str(error.value).startswith("mine")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


def test_a_line_below_the_last_one_stands_in_a_line_of_its_own():
    script = mend(Script(TEXT.rstrip("\n")), "+10: print(w)")
    assert script.lines[9:] == ("    print(epoch)", "    print(w)")


def test_other_lines_keep_their_endings():
    script = mend(Script(TEXT.replace("\n", "\r\n")), "10: pass")
    assert script.text.count("\r\n") >= 9
    assert script.lines[9] == "    pass"
