"""One rule for numbers on the whole screen: five digits, all of them on a key, and no number that
is cut without a sign."""

from __future__ import annotations

import re

import pytest
from driving import drive
from rich.segment import Segment
from textual.strip import Strip

from gdtui.analysis.numerals import exact, numeral
from gdtui.ui.widgets.lines import _cut

NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
PANES = ("#header", "#numbers", "#loss", "#parameters", "#fit", "#landscape", "#diagnosis")
LONG = {"epochs": 7, "learning_rate": 0.0123}


def digits(text):
    """The most significant digits of a number in a text, but for those of ticks and labels."""
    found = [each.partition("e")[0] for each in NUMBER.findall(text)]
    return max((len(re.sub(r"^0+", "", re.sub(r"\D", "", each))) for each in found), default=0)


async def shown(app):
    """What the panes show, by pane; the plots have to be looked at one after the other."""
    return {pane: app.text_of(pane) for pane in PANES if app.text_of(pane)}


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["manual", "autograd", "model"])
def test_five_digits_and_all_of_them_on_a_key(stage):
    async def test(app):
        await app.press("N", "N", "N")
        before = await shown(app)
        assert {pane: digits(text) for pane, text in before.items() if digits(text) > 5} == {}
        loss, (weight, *_) = app.moment.loss, app.moment.parameters.values()
        assert f"loss {numeral(loss)} " in before["#header"]
        assert f" {numeral(weight)} " in before["#header"]
        await app.press("f")
        after = await shown(app)
        assert app.main.full_digits
        assert f"loss {exact(loss)} " in after["#header"]
        assert f"Loss {exact(loss)} " in after["#loss"]
        assert f" {exact(weight)} " in after["#parameters"]
        assert f"= {exact(loss)} " in after["#numbers"]
        assert digits(after["#fit"]) > 5
        # It stays so while the run goes on, and is over with the key.
        await app.press("N")
        assert f"loss {exact(app.moment.loss)} " in app.text_of("#header")
        assert f"= {exact(app.moment.loss)} " in app.text_of("#numbers")
        await app.press("P", "f")
        assert not app.main.full_digits
        after = await shown(app)
        assert [after[pane] for pane in PANES[:2]] == [before[pane] for pane in PANES[:2]]
        assert {pane: digits(text) for pane, text in after.items() if digits(text) > 5} == {}

    drive(test, stage=stage, values=LONG, size=(160, 50))


@pytest.mark.slow
def test_the_diagnosis_and_the_graph_follow():
    async def test(app):
        await app.press("N", "N", "D", "D", "n", "n", "n")
        best = exact(app.main._plots._run_plots.study.diagnosis.best_learning_rate)
        gradient = exact(app.moment.gradients["w"])
        assert len(best) > 15
        assert f"grad {numeral(app.moment.gradients['w'])} " in app.text_of("#graph")
        assert best not in app.text_of("#diagnosis")
        await app.press("f")
        assert f"grad {gradient} " in app.text_of("#graph")
        assert best in app.text_of("#diagnosis")

    drive(test, stage="autograd", values=LONG, size=(180, 50))


@pytest.mark.slow
def test_what_the_cursor_reads_out_has_all_its_digits():
    async def test(app):
        await app.press("N", "N", "N", "comma")
        loss = app.app.report.history.loss[2]
        assert f"loss {exact(loss)}" in app.text_of("#diagnosis")
        assert f"w {exact(app.moment.parameters['w'])}" in app.text_of("#diagnosis")
        assert exact(loss) not in app.text_of("#header")

    drive(test, values=LONG)


@pytest.mark.parametrize("width", range(2, 12))
@pytest.mark.parametrize("left", range(0, 9))
def test_a_line_that_is_cut_says_so(left, width):
    line = "w = -12.75  "  # blanks at the end are nothing to see
    drawn = _cut(Strip([Segment(line[:3]), Segment(line[3:])]), left, width).text
    whole = line.rstrip()
    assert len(drawn) <= width
    assert drawn.startswith("…") == (left > 0)
    assert drawn.endswith("…") == (left + width < len(whole))
    inside = drawn.removeprefix("…" * (left > 0)).removesuffix("…" * (left + width < len(whole)))
    start = left + (left > 0)
    assert line[start : start + len(inside)] == inside


def test_a_wide_character_at_the_edge_is_not_cut_in_two():
    drawn = _cut(Strip([Segment("ab\N{CJK UNIFIED IDEOGRAPH-4E2D}cdef")]), 0, 4)
    assert drawn.text.endswith("…")
    assert drawn.cell_length == 4
    # One that fits has no sign.
    assert _cut(Strip([Segment("abcd   ")]), 0, 4).text == "abcd"
    assert _cut(Strip([Segment("")]), 3, 4).text == ""


@pytest.mark.slow
def test_a_pane_too_narrow_for_a_table_marks_every_line_that_goes_on():
    async def test(app):
        await app.press("N", "n", "n", "n", "f")
        pane = app.main.query_one("#numbers")
        pane.focus()
        await app.press("z")
        lines = app.text_of("#numbers").splitlines()[1:-1]
        width = pane.scrollable_content_region.width
        assert any(line.cell_length > width for line in pane.lines)
        for drawn, line in zip(lines, pane.lines, strict=False):
            cut = line.cell_length > width
            assert drawn[1:].rstrip("│ ").endswith("…") == cut, (drawn, line.plain)
            shown = drawn[1:].rstrip("│ ").removesuffix("…")
            assert line.plain.startswith(shown)

    drive(test, values={"inputs": [1.1234567, 2.2345678, 3.3456789, 4.4567891]}, size=(80, 24))
