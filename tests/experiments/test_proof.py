"""Mends, tried by running the script with them."""

from __future__ import annotations

import json
import math

import pytest

from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.engine.script.script import Script
from gdtui.experiments.proof import prove

TEXT = """x, y = [1.0, 2.0], [2.0, 4.0]
w = 0.0
for epoch in range(20):
    loss = sum((w * a - b) ** 2 for a, b in zip(x, y)) / 2
    dw = sum(2 * (w * a - b) * a for a, b in zip(x, y)) / 2
    w {sign}= 0.1 * dw
"""


def found(line, *new):
    return Finding("uphill", line, "title", "text.", {}, Mend({line: new}))


@pytest.mark.slow
def test_a_mend_that_helps_is_quoted_with_both_losses():
    ((finding, proof),) = prove(Script(TEXT.format(sign="+")), [found(6, "    w -= 0.1 * dw")])
    assert finding.mend is not None
    assert proof.epochs == 20
    # Each epoch multiplies the error by 1 - 0.1 x 5, and by 1 + 0.1 x 5 as it is.
    assert proof.mended == pytest.approx(10 * 0.25**19)
    assert proof.as_it_is == pytest.approx(10 * 2.25**19)
    assert proof.text.startswith(
        "with line 6 as `w -= 0.1 * dw` the loss after 20 epochs is 3.638e-11"
    )
    json.dumps(proof.as_json(), allow_nan=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "new",
    [
        "    w += 0.2 * dw",
        "    w += 0.1 * dw",
        "    w -= nothing * dw",
        "    w -= (",
        "    w -= 9 * dw",
    ],
)
def test_a_mend_that_does_not_help_is_not_offered(new):
    ((finding, proof),) = prove(Script(TEXT.format(sign="+")), [found(6, new)])
    assert (finding.mend, proof) == (None, None)


@pytest.mark.slow
def test_a_script_that_fails_is_quoted_with_what_it_fails_with():
    text = TEXT.format(sign="-").replace("w = 0.0", "w = '0'")
    ((_, proof),) = prove(Script(text), [found(2, "w = 0.0")])
    assert proof.as_it_is is None
    assert proof.error.startswith("TypeError: ")
    assert "the script runs, and the loss after 20 epochs is" in proof.text
    assert math.isfinite(proof.mended)


def test_without_a_mend_nothing_is_run():
    finding = Finding("uphill", 6, "title", "text.")
    assert prove(Script(TEXT.format(sign="+")), [finding]) == [(finding, None)]


def test_a_mend_that_only_keeps_the_run_from_diverging_is_not_offered():
    text = TEXT.format(sign="-").replace("= 0.1 *", "= 5.0 *")
    learns, sleeps = (
        Finding("rate_too_high", 6, "t", "t", mend=Mend({6: (f"    w -= {rate} * dw",)}))
        for rate in ("0.1", "1e-12")
    )
    found = prove(Script(text, name="a.py", path="/a.py"), [learns, sleeps])
    assert [proof is not None for _, proof in found] == [True, False]
    assert found[1][0].mend is None


def test_lines_that_only_move_are_said_to():
    text = "x, y = 1.0, 2.0\nfor epoch in range(20):\n    w = 0.0\n    b = 0.0\n"
    text += "    loss = (w * x - y) ** 2\n    w -= 0.1 * 2 * (w * x - y) * x\n"
    mend = Mend({2: ("w = 0.0", "b = 0.0", "for epoch in range(20):"), 3: (), 4: ()})
    finding = Finding("model_made_anew", 3, "t", "t", mend=mend)
    ((_, proof),) = prove(Script(text, name="a.py", path="/a.py"), [finding])
    assert proof is not None
    assert proof.text.startswith("with lines 3 and 4 moved to before line 2 the loss after 20 ")
