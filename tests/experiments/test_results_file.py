"""The results of a sweep in a file."""

from __future__ import annotations

import json
import math

import pytest

from gdtui import Script, StopRule
from gdtui.experiments.job import Outcome
from gdtui.experiments.results_file import ResultsError, ResultsFile, identity

RUN = Outcome(0, "finished", 10, 0.1 + 0.2, "smooth")
BAD = Outcome(1, "failed", 2, math.nan, "", 'said "no",\nand more')
GONE = Outcome(2, "diverged", 7, math.inf, "diverging")


def file(path, *, axes=("lr", "word"), metric="loss", script="mine-1"):
    return ResultsFile(path, axes, metric, script)


def written(path, **options):
    results = file(path, **options)
    results.open()
    for values, outcome in [((0.1, "a"), RUN), ((1e-9, "b, c"), BAD), ((2.0, "ä"), GONE)]:
        results.append(values, outcome)
    results.close()


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_what_was_written_is_known_again(tmp_path, suffix):
    path = tmp_path / f"results.{suffix}"
    written(path)
    again = file(path)
    again.open(resume=True)
    assert list(again.known) == [("0.1", "a"), ("1e-09", "b, c"), ("2.0", "ä")]
    run, bad, gone = again.known.values()
    assert (run.status, run.epochs, run.value, run.verdict) == ("finished", 10, 0.1 + 0.2, "smooth")
    assert (bad.message, bad.failed, math.isnan(bad.value)) == (BAD.message, True, True)
    assert not math.isfinite(gone.value)
    again.append((3.0, "d"), RUN)
    again.close()
    third = file(path)
    third.open(resume=True)
    assert len(third.known) == 4
    third.close()


def test_the_lines_are_as_they_are_told(tmp_path):
    written(tmp_path / "results.csv", metric="accuracy")
    head, first = (tmp_path / "results.csv").read_text().splitlines()[:2]
    assert head == "lr,word,status,epochs,accuracy,verdict,message,script"
    assert first == "0.1,a,finished,10,0.30000000000000004,smooth,,mine-1"
    written(tmp_path / "results.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert lines[0] == {
        "lr": 0.1,
        "word": "a",
        "status": "finished",
        "epochs": 10,
        "loss": 0.1 + 0.2,
        "verdict": "smooth",
        "message": "",
        "script": "mine-1",
    }
    assert [line["loss"] for line in lines] == [0.1 + 0.2, None, None]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_half_a_line_is_cut_off(tmp_path, suffix):
    path = tmp_path / f"results.{suffix}"
    written(path)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"lr": 3, 0.5,b,fin')
    again = file(path)
    again.open(resume=True)
    again.close()
    assert len(again.known) == 3
    assert path.read_bytes() == whole


def test_a_file_that_exists_is_kept_unless_something_is_asked_for(tmp_path):
    path = tmp_path / "results.csv"
    written(path)
    with pytest.raises(ResultsError, match="--resume goes on with it, --force replaces it"):
        file(path).open()
    replaced = file(path)
    replaced.open(force=True)
    replaced.close()
    assert replaced.known == {}
    assert len(path.read_text().splitlines()) == 1


@pytest.mark.parametrize("resume", [False, True])
def test_an_empty_file_or_none_is_begun(tmp_path, resume):
    for name in ("none.csv", "empty.csv"):
        (tmp_path / "empty.csv").write_text("")
        results = file(tmp_path / name)
        results.open(resume=resume)
        results.append((0.1, "a"), RUN)
        results.close()
        assert len((tmp_path / name).read_text().splitlines()) == 2


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"script": "other-2"}, "has results of another script, or of other settings"),
        ({"axes": ("lr", "size")}, "size"),
        ({"metric": "accuracy"}, "accuracy"),
    ],
)
def test_the_results_of_another_sweep_are_refused(tmp_path, suffix, options, said):
    path = tmp_path / f"results.{suffix}"
    written(path)
    before = path.read_bytes()
    with pytest.raises(ResultsError, match=said) as error:
        file(path, **options).open(resume=True)
    assert "\n" not in str(error.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("results.jsonl", b"not json\n", "is not made of JSON lines"),
        ("results.jsonl", b"[1]\n", "result 1 is not of a sweep of lr and word with loss"),
        ("results.csv", b"a,b\n1,2\n", "has other columns than lr,word,status"),
        ("results.csv", b"\xff\xfe\n", "not UTF-8"),
    ],
)
def test_what_is_no_file_of_results_is_refused(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ResultsError, match=said):
        file(path).open(resume=True)
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(ResultsError, match="cannot be written: No such file or directory"):
        file(tmp_path / "no" / "results.csv").open()
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ResultsError, match="cannot be written|exists already"):
        file(tmp_path / "folder.csv").open()


def test_the_identity_is_of_all_but_what_is_swept():
    script = Script.stage("manual")
    of = identity(script, ["learning_rate"], StopRule())
    assert of.startswith("manual-")
    changed = script.with_settings({"learning_rate": 0.123})
    assert identity(changed, ["learning_rate"], StopRule()) == of
    others = [
        identity(script.with_settings({"epochs": 11}), ["learning_rate"], StopRule()),
        identity(script, ["epochs"], StopRule()),
        identity(script, ["learning_rate"], StopRule(below=1.0)),
        identity(Script("\ufeff" + script.text, "manual"), ["learning_rate"], StopRule()),
    ]
    assert len({of, *others}) == 5
