"""The page of a run: what it holds, and that nothing gets out of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import Parts, data_in, page_of, script_of

from gdtui import Script, Timeline
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.study import Study
from gdtui.engine.play.report import PACES
from gdtui.engine.record.history import ABSENT, Kind, was_there
from gdtui.engine.record.transcript import Transcript
from gdtui.export.page.code_lines import code_lines
from gdtui.export.page.encoding import encoded
from gdtui.export.page.keys import PAGE_KEYS
from gdtui.export.page.page import LARGEST
from gdtui.export.page.recording import printed_lines
from gdtui.export.page.rows import kept_epochs
from gdtui.export.page.views import MOST_CURVES
from gdtui.ui.commands.table import BY_ACTION
from gdtui.ui.plots import picture
from gdtui.ui.themes import DARK, LIGHT, readable

FILES = resources.files("gdtui.export.page")
WORDS = {None: ABSENT, "nan": np.nan, "inf": np.inf, "-inf": -np.inf}


def decoded(values):
    return np.array(
        [WORDS[each] if each is None or isinstance(each, str) else each for each in values]
    )


def bits(values):
    """The bits of numbers; all that are NaN and were there have the same."""
    values = np.ravel(np.asarray(values, dtype=float))
    return np.where(np.isnan(values) & was_there(values), np.nan, values).view(np.uint64).tolist()


def run(script):
    with Timeline(script) as timeline:
        timeline.run()
        return timeline.history


# What it holds ---------------------------------------------------------------------------

NOT_FINITE = """
w, b = 1.0, 0.5
for epoch in range(6):
    loss = (w - 3.0) ** 2
    dw = 2 * (w - 3.0)
    w -= -1e77 * dw if epoch > 1 else 0.1 * dw
    if epoch > 2:
        accuracy = float("nan")
        print(accuracy)
"""


@pytest.mark.parametrize(
    "named",
    [
        "1",
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("4", "6", "assets/batches.py")),
        "not finite",
        "1 diverging",
    ],
)
def test_the_rows_are_the_history_bit_for_bit(named, tmp_path):
    if named == "not finite":
        script = script_of(NOT_FINITE, tmp_path)
    else:
        script = Script.load(named.split()[0])
        if "diverging" in named:
            script = script.with_settings({"learning_rate": 10.0, "epochs": 400})
    data, history = data_in(page_of(script)), run(script)
    assert data["epochs"] == list(range(1, len(history) + 1))
    assert len(data["columns"]) == len(history.fields)
    for each in data["columns"]:
        named_columns = history.columns(Kind(each["kind"]))
        column = named_columns["loss" if each["kind"] == "loss" else each["name"]]
        assert tuple(each["shape"]) == column.field.shape
        assert bits(decoded(each["values"])) == bits(column[:])
    if named not in ("1", "4", "6", "assets/batches.py"):
        assert {"inf", "nan"} & {value for each in data["columns"] for value in each["values"]}


@pytest.mark.parametrize("stage", ["1", "5", "assets/batches.py"])
def test_a_view_has_what_the_panes_have(stage):
    script = Script.load(stage)
    if stage != "1":
        script = script.with_settings({"epochs": 3})
    data = data_in(page_of(script))
    shared = data["shared"]
    views = [each for each in data["views"] if each["kind"] in ("start", "statement")]
    with Timeline(script) as timeline:
        study = Study(script)
        moment = timeline.start()
        for view in views:
            study.catch_up(moment, timeline.history)
            found = explain(study)
            assert (view["epoch"], view["step"], view["line"]) == (
                moment.epoch,
                moment.step,
                moment.line,
            )
            assert [" = ".join(each) for each in shared[view["formulas"]]] == [
                str(each) for each in found.shown
            ]
            assert shared[view["sentences"]] == list(found.sentences)
            assert view["printed"] == timeline.transcript.line_count
            moment = timeline.step()
        assert moment.status.is_over
        assert data["views"][-1]["kind"] == "end"
        assert data["left_out"] == []
        ends = [each["epoch"] for each in data["views"] if each["kind"] == "epoch"]
        assert ends == list(range(1, len(timeline.history) + 1))


def test_a_script_that_fails_before_its_loop_has_a_page(tmp_path):
    text = "raise ValueError('never')\nw = 1.0\nfor epoch in range(3):\n    loss = w ** 2\n    w -= 0.1 * w\n"
    data = data_in(page_of(script_of(text, tmp_path)))
    assert [each["kind"] for each in data["views"]] == ["end"]
    assert (data["epochs"], data["status"], data["left_out"]) == ([], "failed", [])


# That nothing gets out -------------------------------------------------------------------

HOSTILE = '''
"""</script><script>alert(1)</script><!-- "quoted" & 'so'"""
import sys
name = "</script><img src=x onerror=alert(2)>\\x00\\u2028\\ud800 &amp;<!--"
w = 1.0
for epoch in range(3):
    loss = (w - 1) ** 2 + 1
    w -= 0.1 * 2 * (w - 1)
    sys.stdout.write("</script>\\x00\\ud800" + "\\u202e" * 3 + '"\\'<b>' + "\\n")
    sys.stderr.write("</SCRIPT ><!--\\n")
'''


def test_nothing_of_a_script_gets_out_of_its_place(tmp_path):
    page = page_of(script_of(HOSTILE, tmp_path))
    assert page.isascii()
    assert "\0" not in page
    parts = Parts(page)
    assert [attributes.get("type") for attributes, _ in parts.all("script")] == [
        "application/json",
        None,
    ]
    assert parts.all("img") == []
    ((_, title),) = parts.all("title")
    assert title.startswith("</script><script>alert(1)</script><!-- \"quoted\" & 'so'")
    data = data_in(page)
    shown = "".join(part if isinstance(part, str) else part[1] for part in data["code"]["lines"][3])
    assert "</script><img src=x onerror=alert(2)>" in shown
    assert data["printed"]["head"][0] == [1, "</script>·?···\"'<b>", False]
    assert [1, "</SCRIPT ><!--", True] in data["printed"]["head"]


def test_only_its_own_script_may_run():
    page = page_of(Script.load("1"))
    parts = Parts(page)
    ((_, own),) = [each for each in parts.all("script") if "type" not in each[0]]
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    (policy,) = [each["content"] for each, _ in parts.all("meta") if "http-equiv" in each]
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in policy
    assert [each for tag, each, _ in parts.found if {"src", "href"} & {*each}] == [
        {"rel": "icon", "href": "data:,"}
    ]


@pytest.mark.slow
@given(st.recursive(st.text() | st.floats(allow_nan=False, allow_infinity=False), st.lists))
@settings(deadline=None)
def test_the_json_is_what_it_was_and_no_html(value):
    text = encoded(value)
    assert text.isascii()
    assert not {*"<>&"} & {*text}
    assert json.loads(text) == value


# That it fits ----------------------------------------------------------------------------

PRINTS = """
w = 1.0
for epoch in range(2000):
    loss = w ** 2
    w -= 0.1 * 2 * w
    print("\\N{GRINNING FACE}" * 3000)
"""
VARIABLES = """
w = 1.0
for number in range(3000):
    globals()["name_" + str(number)] = "\\N{GRINNING FACE}" * 1000
for epoch in range(40):
    loss = w ** 2
    w -= 0.1 * 2 * w
"""
STATEMENTS = """
w = 1.0
for epoch in range(3):
    for batch in range(3000):
        loss = w ** 2
        w -= 0.001 * 2 * w
"""
MANY = """
import numpy as np
w = [np.full((8, 8), 1.0 / 3.0) for _ in range(50)]
for epoch in range(300):
    loss = sum((each ** 2).sum() for each in w)
    w = [each - 0.001 * 2 * each for each in w]
"""
LONG_TEXT = "w = 1.0\nfor epoch in range(3):\n    loss = w ** 2\n    w -= 0.1 * w\n" + "\n".join(
    f"unused_{number} = '{'x' * 300}'" for number in range(3000)
)


@pytest.mark.slow
@pytest.mark.parametrize("text", [PRINTS, VARIABLES, STATEMENTS, MANY, LONG_TEXT])
def test_a_page_fits_whatever_the_run_is_and_says_what_it_lacks(text, tmp_path):
    page = page_of(script_of(text, tmp_path))
    assert len(page.encode()) <= LARGEST
    data = data_in(page)
    assert data["left_out"] or data["views"][0]["more"] > 2000
    assert data["epochs"]
    assert data["views"][-1]["kind"] == "end"


@pytest.mark.slow
def test_a_long_run_is_thinned_and_keeps_its_peak(tmp_path):
    text = Script.stage("manual").text.replace(
        "loss = mean_squared_error(y_pred, y)",
        "loss = mean_squared_error(y_pred, y) + (1000.0 if epoch == 77_776 else 0.0)",
    )
    assert "77_776" in text
    script = script_of(text, tmp_path).with_settings({"epochs": 100_000})
    page = page_of(script)
    data = data_in(page)
    assert len(page) <= LARGEST
    assert 1000 < len(data["epochs"]) < data["recorded"] == 100_000
    (peak,) = [
        epoch
        for epoch, loss in zip(data["epochs"], data["columns"][0]["values"], strict=True)
        if loss > 999
    ]
    assert peak == 77_777
    assert "Of 100,000 epochs" in " ".join(data["left_out"])


@given(
    st.lists(st.floats(width=32), min_size=1, max_size=300),
    st.integers(0, 40),
    st.integers(5, 90),
)
@settings(deadline=None)
def test_the_epochs_that_are_kept(losses, detailed, most):
    losses = np.array(losses)
    detailed = min(detailed, len(losses))
    kept = kept_epochs(losses, detailed, most)
    assert kept == sorted(set(kept))
    assert len(kept) <= most
    assert (kept[0], kept[-1]) == (1, len(losses))
    if len(losses) <= most:
        assert len(kept) == len(losses)
    finite = losses[np.isfinite(losses)]
    if detailed <= most - 4:
        assert set(range(1, detailed + 1)) <= set(kept)
        found = losses[np.array(kept) - 1]
        if len(finite):
            assert {finite.min(), finite.max()} <= {*found[np.isfinite(found)]}


def test_what_is_printed_keeps_its_beginning_and_its_end():
    transcript = Transcript()
    for epoch in range(1000):
        transcript.write(epoch, f"line {epoch}\n")
    found = printed_lines(transcript, 2000)
    head, tail = found["head"], found["tail"]
    assert [each[1] for each in head] == [f"line {number}" for number in range(len(head))]
    assert [each[1] for each in tail] == [
        f"line {number}" for number in range(1000 - len(tail), 1000)
    ]
    assert found["left_out"] == 1000 - len(head) - len(tail)
    assert len(head) > 2 * len(tail) > 20
    assert len(encoded(found)) < 2100
    whole = printed_lines(transcript, 100_000)
    assert (len(whole["head"]), whole["left_out"], whole["tail"]) == (1000, 0, [])


# The script ------------------------------------------------------------------------------


def plain(line):
    return "".join(part if isinstance(part, str) else part[1] for part in line)


@pytest.mark.parametrize("stage", ["1", "2", "3", "4", "5", "6"])
def test_the_code_is_the_script(stage):
    script = Script.load(stage)
    first, lines = code_lines(script, 100_000)
    assert first == 1
    assert [plain(line) for line in lines] == list(script.lines)
    kinds = {part[0] for line in lines for part in line if not isinstance(part, str)}
    assert kinds == {*"ksncf"}


def test_of_a_long_script_the_lines_around_the_loop_are_kept(tmp_path):
    before = "".join(f"unused_{number} = {number}\n" for number in range(500))
    script = script_of(before + Script.stage("manual").text + before, tmp_path)
    first, lines = code_lines(script, 5000)
    assert len(encoded(lines)) <= 5000
    assert [plain(line) for line in lines] == list(script.lines)[first - 1 : first - 1 + len(lines)]
    assert first < script.loop.line < first + len(lines)
    assert 50 < len(lines) < 300


# What it shares with the app -------------------------------------------------------------


def test_the_keys_are_those_of_the_app():
    for each in PAGE_KEYS:
        assert each.keys == BY_ACTION[each.action].keys
    script = (FILES / "play.js").read_text()
    actions = script.partition("const actions = {")[2].partition("\n};")[0]
    assert re.findall(r"^  (\w+)[(:]", actions, re.M) == [each.action for each in PAGE_KEYS]


def test_the_paces_and_the_number_of_curves_are_those_of_the_app():
    shown = [f"{each:g}" if np.isfinite(each) else "Infinity" for each in PACES]
    assert f"const PACES = [{', '.join(shown)}];" in (FILES / "play.js").read_text()
    assert f"MOST_CURVES = {MOST_CURVES}," in (FILES / "plots.js").read_text()
    assert MOST_CURVES == picture.MOST_CURVES


NAMES = {
    **{each: f"text-{each}" for each in ("primary", "secondary", "success", "warning", "error")},
    **{each: each for each in ("background", "surface", "panel", "foreground", "faint", "grey")},
    "accent": "accent",
    "mark": "text-accent",
}


@pytest.mark.parametrize(("theme", "blocks"), [(LIGHT, [0]), (DARK, [1, 2])])
def test_the_colours_are_those_of_the_app(theme, blocks):
    colours = readable(theme.to_color_system().generate())
    expected = {name: colours[variable].lower() for name, variable in NAMES.items()}
    rules = re.findall(r":root[^{]*\{([^}]*)\}", (FILES / "page.css").read_text())
    assert len(rules) == 3
    for block in blocks:
        assert dict(re.findall(r"--(\w+): (#\w+);", rules[block])) == expected


def test_a_notebook_numbers_the_lines_of_each_cell(tmp_path):
    cells = ["w = 1.0\n", "# train\nfor epoch in range(3):\n    loss = w ** 2\n    w -= 0.1 * w\n"]
    notebook = {
        "cells": [
            {"cell_type": "code", "source": each, "metadata": {}, "outputs": []} for each in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(notebook))
    code = data_in(page_of(Script.load(str(path))))["code"]
    numbered = dict(zip(map(plain, code["lines"]), code["numbers"], strict=True))
    assert (numbered["w = 1.0"], numbered["    loss = w ** 2"]) == ("1", "3")
