"""The page of a run in a browser: the same keys as in the app lead to the same moments."""

from __future__ import annotations

import json
import math
import random
import shutil

import numpy as np
import pytest
from chromium import Browser, chromium
from pages import page_of, script_of

from gdtui import Script, Timeline
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.numerals import numeral
from gdtui.analysis.study import Study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no browser is installed: chromium"),
]


@pytest.fixture(scope="module")
def browser():
    assert shutil.which("bash")
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")

    def page(name, script):
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(page_of(script), encoding="utf-8")
        return path

    return page


def stage_1(pages):
    return pages("stage-1", Script.load("1"))


def batches(pages):
    return pages("batches", Script.load("assets/batches.py").with_settings({"epochs": 4}))


def place(browser):
    """The epoch and the line that are shown, and the formulas."""
    epoch = browser.text("#epoch").partition("/")[0]
    line = browser.value("document.querySelector('#code [aria-current]')?.dataset.number")
    formulas = browser.value(
        "[...document.querySelectorAll('.formula span')].map((each) => each.textContent)"
    )
    return int(epoch), None if line is None else int(line), formulas


def moved(timeline, study, move):
    moment = move(timeline)
    study.catch_up(moment, timeline.history)
    formulas = [
        part
        for each in explain(study).shown
        for place, right in enumerate(each.rights)
        for part in ("" if place else each.left, "=", right)
    ]
    return moment.epoch, moment.line, formulas


MOVES = {
    "n": Timeline.step,
    "p": Timeline.back,
    "N": Timeline.next_epoch,
    "P": Timeline.previous_epoch,
    "g": lambda timeline: timeline.seek(0),
    "G": Timeline.run,
    "b": Timeline.next_batch,
    "B": Timeline.previous_batch,
    "ArrowRight": Timeline.step,
    "ArrowLeft": Timeline.back,
    "shift+ArrowRight": Timeline.next_epoch,
    "shift+ArrowLeft": Timeline.previous_epoch,
}


@pytest.mark.parametrize(("open_page", "keys"), [(stage_1, [*"nnnnnnnppNNNPPgG"]), (batches, [])])
def test_the_keys_lead_where_they_lead_in_a_run(browser, pages, open_page, keys):
    browser.open(open_page(pages))
    choice = random.Random(1)
    often = ["n", "n", "p", "N", "P", *MOVES]
    if open_page is stage_1:
        often = [each for each in often if each not in "bB"]
    script = Script.load("1") if open_page is stage_1 else None
    script = script or Script.load("assets/batches.py").with_settings({"epochs": 4})
    with Timeline(script) as timeline:
        study = Study(script)
        assert place(browser) == moved(timeline, study, Timeline.start)
        for key in [*keys, *choice.choices(often, k=60)]:
            browser.press(key)
            assert place(browser) == moved(timeline, study, MOVES[key]), key
    assert browser.problems == []


def test_it_needs_no_network_and_plays_to_its_end(browser, pages):
    browser.open(stage_1(pages))
    browser.press("G")
    end = place(browser)
    browser.press("g", *"+++++", " ")
    browser.wait_for("document.querySelector('#status').textContent.startsWith('finished')")
    assert place(browser) == end
    assert browser.text("#said").startswith("Epoch 10: finished after 10 epochs.")
    assert browser.requests == [browser.address]
    assert browser.problems == []


def test_buttons_do_what_the_keys_do(browser, pages):
    browser.open(batches(pages))
    shown = browser.value(
        "[...document.querySelectorAll('#buttons kbd')].map((e) => e.textContent)"
    )
    assert shown == ["g", "P", "p", "space", "n", "N", "G", "B", "b", "-", "+", "l", "d", "t", "?"]
    browser.press("N", "n", "n")
    there = place(browser)
    browser.press("g")
    for action in ("next_epoch", "next_statement", "next_statement"):
        browser.value(f"document.querySelector('[data-action={action}]').click()")
    assert place(browser) == there


def test_an_address_names_a_moment(browser, pages):
    page = batches(pages)
    browser.open(page, behind="#2.5")
    there = place(browser)
    browser.open(page)
    browser.press("N", "n", "n", "n", "n", "n")
    assert place(browser) == there
    assert browser.value("location.hash") == "#2.5"


def test_details_colours_scale_and_help(browser, pages):
    browser.open(stage_1(pages), dark=False)
    ground = "getComputedStyle(document.body).backgroundColor"
    assert browser.value(ground) == "rgb(253, 253, 251)"
    browser.press("t")
    assert browser.value(ground) == "rgb(16, 18, 20)"
    browser.press("N", "d")
    assert browser.value("document.querySelector('#numbers').hidden")
    assert "ndarray float32 4" in browser.text("#variables")
    browser.press("d")
    assert "epoch 1: w = 1.200, loss = 30.00000000" in browser.text("#transcript")
    browser.press("D", "D")
    assert not browser.value("document.querySelector('#numbers').hidden")
    assert "log scale" not in browser.text("#plot-loss figcaption")
    browser.press("l")
    assert "log scale" in browser.text("#plot-loss figcaption")
    browser.press("?")
    assert browser.value("document.querySelector('#help').open")
    browser.press("n")  # the help takes no other key
    assert browser.text("#epoch") == "1/10"
    browser.press("?")
    assert not browser.value("document.querySelector('#help').open")
    browser.press("n")
    assert browser.text("#epoch") == "2/10"


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844), (844, 390), (1024, 768)])
def test_nothing_stands_beyond_the_sides(browser, pages, width, height):
    browser.open(batches(pages), width, height)
    browser.press("N", "n", "n", "n")
    assert browser.value("document.documentElement.scrollWidth") <= width
    if width >= 1000:
        assert browser.value("document.documentElement.scrollHeight") <= height
    for plot in ("loss", "parameters"):
        assert browser.value(f"document.querySelectorAll('#plot-{plot} path').length") > 0


def test_numbers_are_written_as_in_the_app(browser, pages):
    browser.open(stage_1(pages))
    choice = random.Random(2)
    numbers = [0.0, -0.0, 1.0, -47.999997, 0.123445, 1e5, 99999.5, 1e-5, 2**-1074, 1.7e308]
    for _ in range(400):
        value = choice.gauss(0, 1) * 10 ** choice.uniform(-12, 12)
        numbers += [value, float(np.float32(value)), round(value, 3)]
    found = browser.value(f"{json.dumps(numbers)}.map((each) => numeral(each))")
    assert found == [numeral(each) for each in numbers]
    strange = "[NaN, Infinity, -Infinity].map((each) => numeral(each))"
    assert browser.value(strange) == [numeral(each) for each in (math.nan, math.inf, -math.inf)]


def test_a_run_that_diverges(browser, pages):
    script = Script.load("1").with_settings({"learning_rate": 10.0, "epochs": 400})
    browser.open(pages("diverging", script))
    browser.press("G")
    assert browser.text("#loss") == "inf"
    assert browser.text("#status").startswith("diverged at epoch")
    assert browser.value("document.querySelectorAll('#plot-loss path').length") > 0
    assert browser.value("document.querySelector('#diagnosis').dataset.verdict") == "diverging"
    assert browser.problems == []


def test_only_numbers_are_shown_where_there_are_no_statements(browser, pages):
    script = Script.load("4").with_settings({"epochs": 2000})
    browser.open(pages("long", script), behind="#1999")
    with Timeline(script) as timeline:
        timeline.run()
        loss = float(timeline.history.loss[1998])
    assert browser.text("#loss") == numeral(loss)
    assert "has the numbers at the end of this epoch" in browser.text("#numbers")
    assert numeral(loss) in browser.text("#numbers")
    assert "every statement of the first" in browser.text("#left-out")
    browser.press("N")
    assert browser.text("#epoch") == "2000/2000"
    browser.press("P", "p", "n")
    assert browser.text("#epoch") == "1999/2000"
    assert browser.problems == []


HOSTILE = '''
"""<img src=x onerror=alert(1)>"""
name = "</script><img src=x onerror=alert(2)>"
w = 1.0
for epoch in range(3):
    loss = (w - 1) ** 2 + 1
    w -= 0.1 * 2 * (w - 1)
    print("<img src=x onerror=alert(3)>\\x00\\ud800")
'''


def test_what_a_script_says_is_text(browser, pages, tmp_path):
    browser.open(pages("hostile", script_of(HOSTILE, tmp_path)))
    browser.press("N", "n", "d", "d", "G")
    assert browser.value("document.images.length") == 0
    assert browser.text("#title") == "<img src=x onerror=alert(1)>"
    assert "<img src=x onerror=alert(3)>" in browser.text("#transcript")
    assert len(browser.requests) == 1
    assert browser.problems == []


@pytest.mark.parametrize("text", ["raise ValueError('never')\n", "", "w = 'x'\n"])
def test_strange_runs_have_a_page(browser, pages, tmp_path, text):
    loop = "w = 1.0\nfor epoch in range(3):\n    y = w ** 2\n    w -= 0.1 * w\n"
    browser.open(pages(f"strange-{len(text)}", script_of(text + loop, tmp_path)))
    browser.press(*"nnpNPGg", "l", "d", "?")
    assert browser.problems == []
