"""A run that goes flat out and the screen share one interpreter: what is drawn is little."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest
from driving import drive
from textual.widget import Widget

from gdtui import Script, Timeline
from gdtui.engine.play.report import FLAT_OUT, Activity, Report
from gdtui.ui.commands.app_state import Focus
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.screens.plot_panes import PlotPanes


class Pane(SimpleNamespace):
    """A pane that writes down what it is asked for."""

    def __init__(self, name, told, *, region=True):
        super().__init__(name=name, told=told, region=region)

    def __hash__(self):
        return hash(self.name)

    def show(self):
        self.told.append(self.name)

    def prepare(self):
        self.told.append(f"{self.name} at once")

    def clear(self):
        self.told.append(f"no {self.name}")


@pytest.fixture
def told():
    return []


@pytest.fixture
def plots(told):
    first, second, slow = (Pane(name, told) for name in ("first", "second", "slow"))
    hidden = Pane("hidden", told, region=False)
    return PlotPanes(dict.fromkeys((first, second, slow, hidden), lambda plots: ()), slow=(slow,))


@pytest.fixture
def reports():
    """Reports of a run, one for each epoch, as while it goes flat out."""
    with Timeline(Script.load("manual").with_settings({"epochs": 60})) as timeline:
        return [
            Report(Activity.PLAYING, FLAT_OUT, timeline.script, moment, timeline.history)
            for moment in timeline.epochs()
        ]


def test_flat_out_one_plot_is_drawn_at_a_time(plots, told, reports):
    for report in reports[:3]:
        told.clear()
        plots.draw(report)
        assert len(told) == 2
        assert told[1] == f"{told[0]} at once"


def test_flat_out_they_take_turns_and_a_slow_one_has_few(plots, told, reports):
    for report in reports[:36]:
        plots.draw(report)
    drawn = [name for name in told if "at once" not in name]
    assert set(drawn) == {"first", "second", "slow"}
    assert abs(drawn.count("first") - drawn.count("second")) <= 1
    places = [place for place, name in enumerate(drawn) if name == "slow"]
    assert len(places) > 2
    assert all(later - place >= 10 for place, later in pairwise(places))


def test_flat_out_nothing_is_drawn_again_that_looks_the_same(plots, told, reports):
    for _ in range(5):
        plots.draw(reports[0])
    assert sorted(told) == sorted(
        ["first", "second", "slow", *(f"{name} at once" for name in ("first", "second", "slow"))]
    )


def test_at_any_other_pace_all_are_drawn_together(plots, told, reports):
    plots.draw(replace(reports[0], pace=10.0))
    assert told == ["first", "second", "slow"]
    plots.draw(reports[1])
    plots.draw(replace(reports[1], activity=Activity.PAUSED))
    assert sorted(told[5:]) == sorted({"first", "second", "slow"} - {told[3]})


def test_what_was_drawn_goes_with_its_run(plots, told, reports):
    plots.draw(replace(reports[0], pace=10.0))
    told.clear()
    for _ in range(2):
        plots.draw(Report(Activity.LOADING, 10.0))
    assert told == ["no first", "no second", "no slow", "no hidden"]


@pytest.mark.slow
def test_a_report_that_changes_nothing_draws_nothing(monkeypatch):
    async def test(app):
        await app.press("n", "n", "N", "n")
        drawn = []
        refresh = Widget.refresh

        def note(widget, *arguments, **options):
            drawn.append(widget.id or type(widget).__name__)
            return refresh(widget, *arguments, **options)

        monkeypatch.setattr(Widget, "refresh", note)
        app.app._show()
        app.main.show_plots()
        # To compare two reports takes as long as to draw the one line of the header; and what has
        # been printed may have changed though nothing has moved.
        assert set(drawn) <= {"header", "transcript"}

    drive(test)


@pytest.mark.slow
def test_the_keys_are_drawn_only_when_one_of_them_changes(monkeypatch):
    async def test(app):
        bar = app.main.query_one("#keys")
        drawn = []
        monkeypatch.setattr(bar, "refresh", lambda *_, **__: drawn.append(True))
        report = app.app.report
        for epoch in range(1, 4):
            moment = replace(report.moment, epoch=epoch)
            bar.situation = replace(app.app.situation, report=replace(report, moment=moment))
        first = len(drawn)
        assert first <= 1
        bar.situation = replace(bar.situation, focus=Focus.FIELD)
        assert len(drawn) == first + 1

    drive(test)


@pytest.mark.slow
def test_flat_out_both_plots_keep_up():
    async def test(app):
        await app.press("G")
        plots = [app.main.query_one(f"#{pane}", PlotPane) for pane in ("loss", "parameters")]
        for _ in range(5):
            before = [plot.redraws for plot in plots]
            await app.until(
                lambda before=before: all(
                    plot.redraws > was for plot, was in zip(plots, before, strict=True)
                )
            )
        await app.press("space")
        # Whatever has been drawn by turns, all of it is of the last moment now.
        epoch = str(app.moment.epoch)
        assert epoch in app.text_of("#header").replace(",", "")
        drawn = app.main._plots._drawn
        assert {key for key, _ in drawn.values()} == {app.main._plots._run_plots.key}

    drive(test, values={"epochs": 10_000_000, "print_every": 100_000})
