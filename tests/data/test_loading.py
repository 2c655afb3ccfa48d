"""Data in a script's text: the script learns from it, alone as well as in gdtui."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.data.csv_file import DataError
from gdtui.data.loading import MOST_LITERALS, load_samples, with_samples
from gdtui.data.sets import FOLDER, SETS
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]


def written(path, count, delimiter=",", head="x,y\n"):
    x = np.round(np.linspace(0.2, 3, count), 3)
    y = np.round(3 * x - 1, 3)
    rows = (f"{a}{delimiter}{b}\n" for a, b in zip(x, y, strict=True))
    path.write_text(head.replace(",", delimiter) + "".join(rows))
    return x, y


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
@pytest.mark.parametrize("count", [5, MOST_LITERALS, MOST_LITERALS + 1, 400])
def test_the_first_loss_is_that_of_the_data(tmp_path, stage, count):
    x, y = written(tmp_path / "mine.csv", count, ";")
    script = with_samples(Script.stage(stage), load_samples(str(tmp_path / "mine.csv")))
    assert ("np.loadtxt" in script.text) == (count > MOST_LITERALS)
    values = script.values
    w, b = (values["w"], 0.0) if "w" in values else (values["weight"], values["bias"])
    with Timeline(script) as timeline:
        assert timeline.seek(1).loss == pytest.approx(np.mean((w * x + b - y) ** 2), rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["manual", "model"])
def test_the_script_stays_one_that_runs_alone(tmp_path, stage):
    written(tmp_path / "it's mine.csv", 60)
    script = with_samples(Script.stage(stage), load_samples(str(tmp_path / "it's mine.csv")))
    script = script.with_settings({"epochs": 3, "learning_rate": 0.001})
    (tmp_path / "alone.py").write_text(script.text)
    printed = subprocess.run(
        [sys.executable, "alone.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    with Timeline(script) as timeline:
        timeline.run()
        assert timeline.transcript.text == printed


def test_whole_numbers_stand_without_a_point(tmp_path):
    (tmp_path / "a.csv").write_text("1,2.5\n2,3\n")
    script = with_samples(Script.stage("manual"), load_samples(str(tmp_path / "a.csv")))
    assert "inputs = [1, 2]" in script.text
    assert "targets = [2.5, 3.0]" in script.text


def test_a_script_without_inputs_and_targets_takes_none():
    script = Script("w = 1.0\nfor epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n", "mine")
    with pytest.raises(DataError, match="mine: data needs settings called inputs and targets"):
        with_samples(script, load_samples("noise"))


def test_classes_take_no_other_targets():
    with pytest.raises(DataError, match="its targets are 0 or 1.*has 1.02"):
        with_samples(Script.stage("logistic"), load_samples("noise"))


def test_a_name_that_is_neither_a_file_nor_a_set():
    with pytest.raises(DataError, match="neither a file nor one of the sets notebook, offset"):
        load_samples("nose")


# The sets, and what is said of each ---------------------------------------------------


def of(name):
    samples = load_samples(name)
    return np.array(samples.x), np.array(samples.y)


def curvatures(x):
    design = np.stack([x, np.ones_like(x)], axis=1)
    return np.linalg.eigvalsh(2 / len(x) * design.T @ design)[::-1]


def residuals(x, y, *columns):
    design = np.stack(columns, axis=1)
    return y - design @ np.linalg.lstsq(design, y)[0]


def test_every_set_has_a_file_and_every_file_is_a_set():
    assert {each.path for each in SETS} == set(FOLDER.glob("*.csv"))


def test_the_sets_show_what_is_said_of_them():
    x, y = of("notebook")
    np.testing.assert_array_equal(y, 2 * x)
    x, y = of("offset")
    assert np.abs(residuals(x, y, x)).max() > 0.5
    assert np.abs(residuals(x, y, x, np.ones_like(x))).max() < 1e-9
    x, y = of("noise")
    assert 0.1 < np.std(residuals(x, y, x)) < 1
    x, y = of("outlier")
    wrong = np.abs(y - 2 * x) > 1
    assert wrong.sum() == 1
    # The least squares are pulled by it, the least absolute errors are not.
    slopes = np.linspace(1, 5, 4001)
    absolute = np.abs(slopes[:, None] * x - y).sum(axis=1)
    assert slopes[absolute.argmin()] == pytest.approx(2, abs=1e-3)
    assert x @ y / (x @ x) > 2.5
    large, plain = curvatures(of("large")[0]), curvatures(of("standardised")[0])
    assert large[0] / large[1] > 1e5
    assert plain[0] / plain[1] == pytest.approx(1, rel=1e-4)
    np.testing.assert_array_equal(of("large")[1], of("standardised")[1])
    x, _ = of("clusters")
    gaps = np.diff(np.sort(x))
    assert gaps.max() > 10 * np.median(gaps)


@pytest.mark.slow
def test_a_robust_loss_finds_the_line_beside_the_outlier():
    script = with_samples(Script.stage("optimizer"), load_samples("outlier"))
    found = {}
    for loss in ("MSELoss", "L1Loss"):
        changed = script.with_settings({"criterion": loss, "epochs": 2000, "learning_rate": 0.001})
        with Timeline(changed) as timeline:
            found[loss] = timeline.run().parameters["w"]
    assert found["L1Loss"] == pytest.approx(2, abs=0.05)
    assert found["MSELoss"] > 2.5
    assert torch.__version__
