"""Pictures of single plots as SVG, drawn without a terminal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult
from textual.content import Content
from textual.theme import BUILTIN_THEMES

from gdtui.engine.errors import SettingError
from gdtui.engine.script.settings import shown
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.plots.picture import Colour, Picture, Sketch
from gdtui.ui.themes import DARK, LIGHT, readable

if TYPE_CHECKING:
    from gdtui.ui.plots.fit_plots import Plot
    from gdtui.ui.plots.run_plots import RunPlots

PLOTS = ("loss", "parameters", "metrics", "fit", "landscape", "curvature")
"""The plots of a run, by the names of the methods of ``RunPlots``."""

_OVER_EPOCHS = ("loss", "parameters", "metrics", "curvature")
_COLOURS = (
    "text-warning",
    "text-primary",
    "text-success",
    "text-secondary",
    "text-error",
    "foreground",
)
"""The colours of curves, one after another."""

Size = tuple[int, int]
"""Columns and rows."""

USUAL = (80, 24)
"""The size of a picture of a plot."""

_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def check_theme(theme: str) -> None:
    """
    Raises:
        SettingError: there is no such theme.
    """
    names = sorted({*BUILTIN_THEMES, DARK.name, LIGHT.name})
    if theme not in names:
        raise SettingError(f"theme {shown(theme)} is not known; the themes are {', '.join(names)}")


def plot_of(plots: RunPlots, name: str) -> Plot:
    """One of :data:`PLOTS`: its title, its picture and what stands below it."""
    found: Plot = getattr(plots, name)()
    title, picture, said = found
    return title, picture, said or ("epoch" if name in _OVER_EPOCHS else "")


def titled(
    title: str, names: Iterable[str], picture: Callable[[Sequence[Colour]], Picture], said: str
) -> Plot:
    """A plot of curves: their names stand behind the title, each in the colour that ``picture``
    gets for it."""
    listed = list(names)
    styles = [_COLOURS[place % len(_COLOURS)] for place in range(len(listed))]
    parts = [(f"  {name}", f"bold ${style}") for name, style in zip(listed, styles, strict=True)]
    sketch = Sketch(object(), lambda palette: picture([palette(each) for each in styles]))
    return Content.assemble(title, *parts), sketch, said


def plot_picture(plot: Plot, size: Size, theme: str = DARK.name) -> str:
    """A plot in a frame of so many columns and rows, as the app draws it, as SVG."""
    return asyncio.run(_picture_of_plot(_PlotApp(plot, theme), size))


def made_picture(
    title: Content, picture: Picture, said: str, size: Size = USUAL, theme: str = DARK.name
) -> str:
    """As :func:`plot_picture`, of a picture that has been made. All that it takes can be handed to
    another process."""
    return plot_picture((title, Sketch(object(), lambda _: picture), said), size, theme)


class _PlotApp(App[None]):
    """Shows one plot, and nothing else."""

    CSS = """
    PlotPane {
        width: 100%;
        height: 100%;
        padding: 0 1;
        color: $text-muted;
        border: round $foreground 25%;
        border-title-color: $text;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
    }
    """

    def __init__(self, plot: Plot, theme: str) -> None:
        super().__init__()
        self._plot = plot
        for each in (DARK, LIGHT):
            self.register_theme(each)
        self.theme = theme
        self.stylesheet.set_variables(self.get_css_variables())

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = readable(super().get_css_variables())
        return self.theme_variables

    def compose(self) -> ComposeResult:
        yield PlotPane("", id="plot", has_epochs=False)

    def on_mount(self) -> None:
        self.query_one(PlotPane).show(*self._plot)


async def _picture_of_plot(app: _PlotApp, size: Size) -> str:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return alone(app.export_screenshot(title="gdtui"))


def alone(picture: str) -> str:
    """A picture that loads no fonts, and keeps its blanks in every program."""
    return _FONT.sub("", picture).replace("<text ", '<text xml:space="preserve" ')
