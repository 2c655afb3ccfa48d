"""The fit and the landscape of logistic regression."""

from __future__ import annotations

import numpy as np
import pytest
from test_landscape_pane import colour, landscape, marks, studied

from gdtui import Script
from gdtui.lessons.plain.pane_text import in_words
from gdtui.lessons.snapshot import Snapshot
from gdtui.ui.plots.fit_plots import fit_plot
from gdtui.ui.plots.picture import BEAD

STAGE = Script.stage("logistic")
X = np.array(STAGE.value("inputs"))
Y = np.array(STAGE.value("targets"), dtype=float)


def probability(x, w, b):
    return 1 / (1 + np.exp(-(w * np.asarray(x) + b)))


@pytest.mark.parametrize("use_torch", [False, True])
def test_the_fit_is_a_curve_with_the_boundary_and_the_best_curve(use_torch):
    study = studied(STAGE.with_settings({"use_torch": use_torch}), 80)
    w, b = (float(study.moment.parameters[each]) for each in ("w", "b"))
    title, make, said = fit_plot(study, None)
    picture = make(colour)
    np.testing.assert_allclose(marks(picture)["●"], np.stack([X, Y], axis=1))
    ((at, answer),) = marks(picture)["◆"]
    assert (at, answer) == (2.75, pytest.approx(probability(2.75, w, b)))
    best, now = picture.curves
    assert (best.dashed, now.dashed) == (True, False)
    np.testing.assert_allclose(now.y, probability(now.x, w, b))
    np.testing.assert_allclose(best.y, probability(best.x, *study.problem.minimum))
    assert len(now.x) > 100
    *residuals, boundary = picture.stems
    np.testing.assert_allclose([each.high for each in residuals], probability(X, w, b))
    assert (boundary.low, boundary.high) == (0, 1)
    assert probability(boundary.x, w, b) == pytest.approx(0.5)
    assert title.plain.startswith("Fit sigmoid(")
    assert said.startswith(f"│ half at {boundary.x:.5g} ◆ f(2.75) 0.")
    assert said.endswith(" ╌ best")


def test_the_curve_of_another_epoch_is_drawn_and_named():
    study = studied(STAGE, 30)
    _, make, said = fit_plot(study, 10)
    w, b = study.parameters_at(10)
    _, then, _ = make(colour).curves
    np.testing.assert_allclose(then.y, probability(then.x, w, b))
    assert said.startswith("epoch 10: sigmoid(")


def test_before_it_has_a_slope_it_has_no_boundary():
    study = studied(STAGE, 0, 1)
    _, make, said = fit_plot(study, None)
    assert len(make(colour).stems) == len(X)
    assert said == "╌ best ◆ f(2.75) 0.5"


def test_without_a_minimum_no_best_curve_and_no_cross():
    study = studied(STAGE.with_settings({"targets": [0, 0, 0, 0, 1, 1, 1, 1]}), 30)
    _, make, said = fit_plot(study, None)
    assert len(make(colour).curves) == 1
    assert "best" not in said
    _, make, said = landscape(study)
    assert "✕" not in marks(make(colour))
    assert "minimum" not in said


def test_the_landscape_has_the_path_and_the_minimum():
    study = studied(STAGE, 30)
    title, make, said = landscape(study)
    picture = make(colour)
    found = marks(picture)
    np.testing.assert_allclose(found["✕"][0], study.problem.minimum)
    np.testing.assert_allclose(found[BEAD], [study.parameters_at(epoch) for epoch in range(31)])
    assert picture.heat is not None
    assert title.plain.startswith("Landscape J 0.")
    assert said == "● here ✕ minimum ◇ next"


def test_in_words():
    snapshot = Snapshot.of(studied(STAGE, 80), "")
    w, b = (float(snapshot.moment.parameters[each]) for each in ("w", "b"))
    words = in_words("fit", snapshot)
    assert words[0].startswith("Sample 1 at x = 0.5: the model says 0.")
    assert words[-1].startswith("It says a half at x = 2.")
    assert float(words[-1].split()[-1].rstrip(".")) == pytest.approx(-b / w, rel=1e-2)
    assert in_words("landscape", snapshot)[0] == (
        "The loss over w and b is a valley. Its lowest point is at 2.5646, -5.7703."
    )
    snapshot = Snapshot.of(studied(STAGE.with_settings({"targets": [1] * 8}), 9), "")
    assert in_words("landscape", snapshot)[0] == "The loss over w and b is a valley."
