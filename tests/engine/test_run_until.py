"""Running until something holds, at the end of an epoch or at a statement."""

from __future__ import annotations

import pytest

from gdtui import Script, Timeline

FORMS = {
    "for": "for epoch in range(20):\n    loss = 1 / (epoch + 1)\n    w -= 0.1 * loss\n",
    "while": "epoch = 0\nwhile epoch < 20:\n    epoch += 1\n    loss = 1 / epoch\n    w -= 0.1 * loss\n",
    "function": "def train(w):\n    for epoch in range(20):\n        loss = 1 / (epoch + 1)\n"
    "        w -= 0.1 * loss\n    return w\n\nw = train(w)\n",
}


@pytest.fixture(params=FORMS)
def timeline(request, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("w = 0.5\n" + FORMS[request.param])
    with Timeline(Script.load(str(path))) as timeline:
        yield timeline


def test_it_pauses_at_the_end_of_the_epoch(timeline):
    asked = []

    def holds():
        asked.append((timeline.epoch, timeline.between_epochs, len(timeline.history)))
        return timeline.present.loss < 0.2

    assert timeline.run_until(holds)
    assert (timeline.epoch, timeline.between_epochs) == (6, True)
    assert asked == [(epoch, True, epoch) for epoch in range(1, 7)]
    # Nobody is asked any more.
    timeline.run()
    assert len(asked) == 6
    assert len(timeline.history) == 20


def test_it_ends_with_the_run_or_with_the_epoch_that_is_named(timeline):
    assert not timeline.run_until(lambda: False, until_epoch=4)
    assert timeline.epoch == 4
    assert not timeline.run_until(lambda: False)
    assert timeline.outcome is not None


def test_what_is_raised_is_raised_here_and_the_run_goes_on(timeline):
    def breaks():
        raise LookupError("no")

    with pytest.raises(LookupError):
        timeline.run_until(breaks)
    assert (timeline.epoch, timeline.outcome) == (1, None)
    timeline.run()
    assert len(timeline.history) == 20


def test_the_statement_is_the_first_at_which_it_holds(timeline):
    timeline.seek(5)
    assert timeline.step_until(lambda: timeline.present.loss < 0.2)
    moment = timeline.moment
    assert (moment.epoch, moment.epoch_over) == (6, False)
    assert timeline.script.lines[moment.line - 1].strip().startswith("loss =")
    assert moment.before.loss >= 0.2
    # No further than to the end of the epoch.
    assert not timeline.step_until(lambda: False)
    assert (timeline.epoch, timeline.between_epochs) == (6, True)


def test_the_present_has_the_values_of_the_moment(timeline):
    timeline.seek(3)
    timeline.step()
    moment, present = timeline.moment, timeline.present
    assert (present.epoch, present.epoch_over, present.loss) == (4, False, moment.loss)
    assert {name: present.parameter(name) for name in present.parameters} == moment.parameters
    assert {name: present.gradient(name) for name in present.parameters} == moment.gradients
    assert present.variable("epoch") == moment.variable("epoch").value
    with pytest.raises(KeyError):
        present.variable("nowhere")
