"""The arguments of a script: what it finds in ``sys.argv`` behind its path, in every pass."""

from __future__ import annotations

import sys

import pytest

from gdtui import Script, ScriptError, Timeline, Worker

TEXT = """\
import sys
factor = float(sys.argv[1])
rate = 0.5
sys.argv.append("start")
w = 8.0
for epoch in range(6):
    dw = w
    w -= rate * factor * dw
    sys.argv.append(str(epoch))
    print(sys.argv[1:])
print("end", sys.argv[1:])
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    return Script.load(str(path)).with_arguments(["0.5", "a b"])


def test_they_stand_behind_the_path(script):
    before = list(sys.argv)
    with Timeline(script) as timeline:
        timeline.next_epoch()
        assert timeline.transcript.text.splitlines() == ["['0.5', 'a b', 'start', '0']"]
        assert timeline.moment.parameters["w"] == 6.0
    assert sys.argv == before


def test_each_pass_begins_with_them_and_goes_back_to_what_they_were(script):
    with Timeline(script) as straight:
        straight.run()
        expected = straight.transcript.text
        losses = straight.history.parameters["w"][:]
    assert expected.splitlines()[-1] == "end ['0.5', 'a b', 'start', '0', '1', '2', '3', '4', '5']"
    with Timeline(script) as timeline:
        timeline.seek(4)
        timeline.seek(0)
        timeline.seek(3)
        for _ in range(5):
            timeline.back()
        timeline.previous_epoch()
        timeline.step()
        timeline.run()
        assert timeline.transcript.text == expected
        assert (timeline.history.parameters["w"][:] == losses).all()


def test_in_a_function_that_can_only_be_run_from_the_start():
    text = (
        "import sys\n"
        "def train():\n    w = 8.0\n"
        "    for epoch in range(4):\n"
        "        dw = w\n        w -= 0.5 * dw\n        sys.argv.pop()\n"
        "        print(sys.argv[1:])\n"
        "print('over', train())\n"
    )
    with Timeline(Script(text, "mine", "mine.py", arguments=("a", "b", "c", "d"))) as timeline:
        timeline.start()
        assert timeline._rewinder.checkpoints is None
        timeline.seek(3)
        timeline.seek(2)
        assert timeline.transcript.text.splitlines()[:2] == ["['a', 'b', 'c']", "['a', 'b']"]


def test_another_setting_keeps_them(script):
    changed = script.with_settings({"rate": 0.25})
    assert changed.arguments == ("0.5", "a b")
    assert changed.with_arguments([]).arguments == ()


def test_a_worker_gives_them_to_the_run_with_another_setting(script):
    from threading import Event

    seen, ended = [], Event()

    def listen(report):
        if report.moment is not None and report.moment.status == "finished":
            seen.append(report.moment.parameters["w"])
            ended.set()

    with Worker(listen) as worker:
        worker.load(script)
        worker.change({"rate": 1.0})
        worker.finish()
        assert ended.wait(100)
    assert seen[-1] == 8.0 * 0.5**6


def test_two_runs_at_once_have_their_own(script):
    with Timeline(script) as one, Timeline(script.with_arguments(["0.0"])) as other:
        one.step()
        other.seek(2)
        assert one.next_epoch().parameters["w"] == 6.0
        assert other.moment.parameters["w"] == 8.0
        assert one.transcript.text.startswith("['0.5', 'a b'")
        assert other.transcript.text.startswith("['0.0', 'start'")


def test_a_stage_reads_none():
    stage = Script.load("autograd")
    assert stage.with_arguments(()) == stage
    with pytest.raises(ScriptError, match="autograd is a stage, which reads no arguments such as"):
        stage.with_arguments(["--lr", "0.5"])


@pytest.mark.parametrize("wrong", ["--lr 0.5", ["--lr", 0.5]])
def test_they_are_strings(script, wrong):
    with pytest.raises(ScriptError) as caught:
        script.with_arguments(wrong)
    assert str(caught.value).startswith(f"arguments {wrong!r}: a list of strings is taken")


def test_they_are_shown_as_they_are_typed(script):
    assert script.typed_arguments == "0.5 'a b'"
    assert script.with_arguments(["", "it's"]).typed_arguments == "'' 'it'\"'\"'s'"
    assert script.with_arguments([]).typed_arguments == ""
