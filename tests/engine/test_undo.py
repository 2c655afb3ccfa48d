"""Undoing many statements at once: it leads where as many single ones do, and costs no more than it
has to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import training_scripts

from gdtui import Script, Timeline
from gdtui.engine.run.execution import Execution

LONG = Script.stage("manual").with_settings({"epochs": 600, "print_every": 1})

# Ends that are not the end of the loop's last epoch.
TEXTS = {
    "finishes": "",
    "fails": "    if epoch == 3:\n        raise ValueError\n",
    "breaks": "    if epoch == 3:\n        break\n",
    "exits": "    if epoch == 3:\n        raise SystemExit\n",
    "diverges": "    if epoch == 3:\n        loss = float('nan')\n        w -= 0 * dw\n",
    "skips": "    if epoch % 2:\n        continue\n    w += 0\n    w += 0\n",
}


def script(end):
    lines = "w, dw = 1.0, 0.0\nfor epoch in range(6):\n    dw = 2 * w\n    w -= 0.1 * dw\n    loss = w * w\n"
    return Script(f"{lines}{end}print(w)\n")


def place(moment):
    variables = [(each.name, each.text) for each in moment.variables]
    return moment.position, moment.status, moment.epoch_over, moment.line, moment.message, variables


def places(text_or_script, forwards, backwards):
    """Where single moves and one at once lead, from a place."""
    found = []
    for at_once in (False, True):
        with Timeline(text_or_script) as timeline:
            timeline.start()
            forwards(timeline)
            if at_once:
                moment = timeline.back(backwards)
            else:
                for _ in range(backwards):
                    timeline.back()
                moment = timeline.moment
            found.append((place(moment), timeline.transcript.text, len(timeline.history)))
            # From there it goes on as it would have.
            found[-1] += (place(timeline.run()), timeline.transcript.text)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("end", TEXTS)
@pytest.mark.parametrize("steps", [None, 0, 1, 7, 14])
def test_many_at_once_lead_where_as_many_single_ones_do(end, steps):
    def forwards(timeline):
        if steps is None:
            timeline.run()
        else:
            for _ in range(steps):
                timeline.step()

    for backwards in (0, 1, 2, 3, 5, 6, 9, 14, 25):
        one, other = places(script(TEXTS[end]), forwards, backwards)
        assert one == other


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(training_scripts(), st.integers(0, 9), st.integers(0, 40))
def test_so_they_do_in_any_script(text, epoch, backwards):
    one, other = places(Script(text), lambda timeline: timeline.seek(epoch), backwards)
    assert one == other


@pytest.fixture
def ran(monkeypatch):
    """How often a script was taken up from a place, and how many of its epochs have run."""
    counts = {"taken up": 0, "epochs": 0}
    begin, advance = Execution._begin, Execution.advance

    def taken_up(self, *args, **how):
        counts["taken up"] += 1
        begin(self, *args, **how)

    def counted(self, **how):
        before = self.epoch
        advance(self, **how)
        counts["epochs"] += self.epoch - before

    monkeypatch.setattr(Execution, "_begin", taken_up)
    monkeypatch.setattr(Execution, "advance", counted)
    return counts


def test_many_cost_what_two_runs_of_their_epochs_do(ran):
    """A clock that stands still, so that no checkpoint is taken by the way."""
    with Timeline(LONG, clock=lambda: 0.0) as timeline:
        per_epoch = timeline.next_epoch().position[1]
        timeline.seek(600)
        ran.update({"taken up": 0, "epochs": 0})
        timeline.back(500 * per_epoch)
        assert timeline.moment.position == (100, per_epoch)
        assert ran["taken up"] <= 2
        assert ran["epochs"] <= 600 + 100
        # None are undone twice, wherever that ends.
        ran.update({"taken up": 0, "epochs": 0})
        timeline.back(10**9)
        assert timeline.moment.position == (0, 0)
        assert ran["taken up"] <= 2
        assert ran["epochs"] <= 200


def test_an_interrupt_ends_it_where_it_has_come_to():
    with Timeline(LONG) as timeline:
        timeline.seek(600)
        timeline.interrupt()
        moment = timeline.back(10**6)
        timeline.clear_interrupt()
        assert moment.status in ("ready", "paused")
        assert timeline.seek(600).position[0] == 600
