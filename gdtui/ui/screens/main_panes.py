"""The panes of the main screen, and where they stand."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from gdtui.engine.play.report import Report
from gdtui.engine.script.script import Script
from gdtui.ui.messages import ScreenOpened
from gdtui.ui.panes.code import CodePane
from gdtui.ui.panes.graph import GraphPane
from gdtui.ui.panes.lesson import LessonPane
from gdtui.ui.panes.numbers import NumbersPane
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.panes.settings import SettingsPane
from gdtui.ui.panes.transcript import TranscriptPane
from gdtui.ui.panes.variables import VariablesPane
from gdtui.ui.panes.views import ViewPane
from gdtui.ui.screens.layouts import COLUMNS
from gdtui.ui.screens.pane_layout import ArrangedScreen
from gdtui.ui.widgets.diagnosis import DiagnosisBar
from gdtui.ui.widgets.header import HeaderBar
from gdtui.ui.widgets.keybar import KeyBar
from gdtui.ui.widgets.news import NewsBar
from gdtui.ui.widgets.pipeline import PipelineStrip
from gdtui.ui.widgets.search_bar import SearchBar
from gdtui.ui.widgets.slider import TimelineSlider
from gdtui.ui.widgets.stages import StageStrip


class MainPanes(ArrangedScreen):
    """The part of the main screen that has its panes."""

    AUTO_FOCUS = "#code"

    def __init__(self, scripts: list[Script]) -> None:
        super().__init__(id="main")
        self._report: Report | None = None
        # Kept, not looked up: a last report may arrive while the screen closes.
        self._header = HeaderBar(id="header")
        self._pipeline = PipelineStrip(id="pipeline")
        self._lesson = LessonPane(id="lesson")
        self._stages = StageStrip(scripts, id="stages")
        self._settings = SettingsPane(id="settings")
        self._code = CodePane(id="code")
        self._numbers = NumbersPane(id="numbers")
        self._loss = PlotPane("Loss", id="loss", across="epoch")
        self._parameters = PlotPane("Parameters", id="parameters", across="epoch")
        self._fit = PlotPane("Fit", id="fit", has_epochs=False)
        self._landscape = PlotPane("Landscape", id="landscape")
        self._graph = GraphPane(id="graph")
        self._variables = VariablesPane(id="variables")
        self._transcript = TranscriptPane(id="transcript")
        self._details = ViewPane(
            {
                "Numbers": self._numbers,
                "Variables": self._variables,
                "Graph": self._graph,
                "Transcript": self._transcript,
            },
            id="details",
        )
        self._metrics = PlotPane("Metrics", id="metrics", across="epoch")
        self._curvature = PlotPane("Curvature", id="curvature", across="epoch")
        self._view = ViewPane(
            {
                "Fit": self._fit,
                "Landscape": self._landscape,
                "Metrics": self._metrics,
                "Curvature": self._curvature,
            },
            id="view",
            spare=("Metrics", "Curvature"),
        )
        self._news = NewsBar(id="news")
        self._diagnosis = DiagnosisBar(id="diagnosis")
        self._timeline = TimelineSlider(id="timeline")
        self._keys = KeyBar(id="keys")
        self._search_bar = SearchBar(id="search")

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._stages
        yield self._pipeline
        yield self._tabs
        with Container(id="panes"):
            with Vertical(id="left"):
                yield self._lesson
                yield self._settings
            with Vertical(id="middle"):
                yield self._code
                yield self._details
            with Vertical(id="right"):
                yield self._loss
                yield self._parameters
            with Vertical(id="corner"):
                yield self._view
        yield self._news
        yield self._diagnosis
        yield self._timeline
        yield self._search_bar
        yield self._keys
        yield Static(id="notice")

    def on_mount(self) -> None:
        for panes in COLUMNS.values():
            for pane in panes:
                frame = pane not in ("details", "view")
                self.query(f"#{pane}").set_class(frame, "pane")
        self.post_message(ScreenOpened())

    def focus_run(self) -> None:
        """Focus the code, or the page's first pane; in a lesson, the lesson. A small screen returns
        to the page from which the settings were opened."""
        self.return_to_page()
        if self.is_teaching:
            self.bring("lesson")
            self.call_after_refresh(self._lesson.focus_inside)
        elif "code" in self.panes:
            self._code.focus()
        else:
            self.set_focus(None)
