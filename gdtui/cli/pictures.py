"""What the commands share that write pictures."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gdtui.cli.options import theme_option

if TYPE_CHECKING:
    from gdtui.analysis.curvature.curve import CurvatureCurve
    from gdtui.data.samples import Samples
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.run.timeline import Timeline

PLOTS = ("loss", "parameters", "metrics", "fit", "landscape", "curvature")
"""The plots of a run; a test compares them with those of the app."""

_PLOT_SIZE, _SCREEN_SIZE = (80, 24), (120, 36)
_SIZES = ((40, 300), (12, 120))
"""The fewest and the most columns, and rows."""
_DARK = "gdtui-dark"


class NoPictureError(Exception):
    """A run has not come to where a picture is of, or has nothing to draw. The text says so in one
    line."""


@dataclass(frozen=True)
class PictureOptions:
    """The options of :func:`picture_options`, as given; each may be left out.

    Attributes:
        plot: one of :data:`PLOTS`.
        screen: whether the whole screen is drawn.
        size: ``COLUMNSxROWS``.
        at: ``EPOCH`` or ``EPOCH.STATEMENT``.
        log: whether the loss is drawn on a logarithmic scale.
        theme: the name of a theme.
    """

    plot: str | None = None
    screen: bool = False
    size: str = ""
    at: str = ""
    log: bool = False
    theme: str = ""

    def check(self, kind: str) -> None:
        """Refuse options that a file of some format has no use for, or that contradict each
        other."""
        given = {
            "--plot": self.plot,
            "--screen": self.screen,
            "--size": self.size,
            "--at": self.at,
            "--log": self.log,
            "--theme": self.theme,
        }
        for option, value in given.items():
            if value and kind != "svg":
                raise click.ClickException(
                    f"{option} is about a picture; a file of format {kind} is none, but svg is one"
                )
        if self.screen and self.plot:
            raise click.ClickException(f"--screen and --plot {self.plot}: give one of them")
        if self.screen and self.log:
            raise click.ClickException("--log is about a plot of the loss, and --screen draws none")
        if self.log and self.plot not in (None, "loss"):
            raise click.ClickException(f"--log is about the loss, and not about the {self.plot}")
        self.place()
        self.cells()
        check_theme(self.theme)

    def cells(self) -> tuple[int, int]:
        """The columns and the rows of the picture."""
        return cells_of(self.size, _SCREEN_SIZE if self.screen else _PLOT_SIZE)

    def place(self) -> tuple[int, int] | None:
        """The epoch and the statement in it, 0 for its end; None for the end of the run."""
        if not self.at:
            return None
        found = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,9}))?", self.at, re.ASCII)
        place = (int(found[1]), int(found[2] or 0)) if found else (0, 0)
        if found is None or (found[2] and 0 in place):
            raise click.ClickException(
                f"--at {self.at!r} is no place in a run; write an epoch, such as 12, or an epoch "
                "and a statement, such as 12.3"
            )
        return place

    def move(self, timeline: Timeline) -> None:
        """Play a run to where the picture is of."""
        place = self.place()
        if place is None:
            timeline.run()
            return
        epoch, statement = place
        timeline.seek(epoch - 1 if statement else epoch)
        for _ in range(statement):
            if timeline.step().epoch_over:
                return

    def check_arrival(self, moment: Moment) -> None:
        """
        Raises:
            NoPictureError: the run has ended before, or its epoch has not so many statements.
        """
        place = self.place()
        if place is None:
            return
        epoch, statement = place
        if moment.epoch < epoch:
            raise NoPictureError(f"--at {self.at}: the run has {moment.epoch} epochs")
        if moment.step < statement:
            raise NoPictureError(f"--at {self.at}: epoch {epoch} has {moment.step} statements")


def picture_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of a picture to a command, passed as :class:`PictureOptions`."""

    @functools.wraps(command)
    def taking(
        *args: Any,
        plot: str | None,
        screen: bool,
        size: str,
        at: str,
        log: bool,
        theme: str,
        **kwargs: Any,
    ) -> int:
        picture = PictureOptions(plot, screen, size, at, log, theme)
        return command(*args, picture=picture, **kwargs)

    options = [
        click.option(
            "--plot", type=click.Choice(PLOTS), help="The plot that an .svg shows: loss if none."
        ),
        click.option("--screen", is_flag=True, help="Show the whole screen of the app instead."),
        size_option,
        click.option(
            "--at",
            metavar="EPOCH[.STATEMENT]",
            default="",
            help="The moment that an .svg shows: the end of an epoch, or a statement in it, both "
            "counted from 1; the end of the run if none.",
        ),
        click.option("--log", is_flag=True, help="The loss on a logarithmic scale."),
        theme_option,
    ]
    for option in reversed(options):
        taking = option(taking)
    return taking


size_option = click.option(
    "--size",
    metavar="COLUMNSxROWS",
    default="",
    help="The size of an .svg in characters, such as 120x36.",
)


def cells_of(size: str, usual: tuple[int, int]) -> tuple[int, int]:
    """The columns and the rows that ``--size`` gives; the usual ones if it is empty."""
    if not size:
        return usual
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", size, re.ASCII)
    cells = (int(found[1]), int(found[2])) if found else (0, 0)
    fits = [low <= each <= high for each, (low, high) in zip(cells, _SIZES, strict=True)]
    if not all(fits):
        (narrow, wide), (low, high) = _SIZES
        raise click.ClickException(
            f"--size {size!r} is not allowed; write COLUMNSxROWS, from {narrow}x{low} to "
            f"{wide}x{high}"
        )
    return cells


def check_theme(theme: str) -> None:
    """Refuse a theme that is not known; empty stands for the dark one."""
    from gdtui.engine.errors import SettingError
    from gdtui.ui.plot_pictures import check_theme

    if theme:
        try:
            check_theme(theme)
        except SettingError as error:
            raise click.ClickException(str(error)) from None


def plot_svg(timeline: Timeline, options: PictureOptions) -> str:
    """A plot of a run, which is played to where the picture is of.

    Raises:
        NoPictureError: the run does not come there, or there is nothing to draw.
    """
    from gdtui.ui.plot_pictures import plot_of, plot_picture
    from gdtui.ui.plots.picture import NOTHING
    from gdtui.ui.plots.run_plots import RunPlots

    plots = RunPlots(timeline.run_number, timeline.script)
    plots.log = options.log
    plots.catch_up(timeline.start(), timeline.history)
    options.move(timeline)
    moment = timeline.moment
    options.check_arrival(moment)
    plots.catch_up(moment, timeline.history)
    name = options.plot or PLOTS[0]
    if name == "curvature":
        plots.curve = _curve_of(timeline)
    plot = plot_of(plots, name)
    _, picture, said = plot
    if picture.key == NOTHING.key:
        raise NoPictureError(f"there is no plot of the {name}: {said}")
    return plot_picture(plot, options.cells(), options.theme or _DARK)


def _curve_of(timeline: Timeline) -> CurvatureCurve:
    """The curvature over the epochs that a run has recorded."""
    from gdtui.analysis.curvature.tracing import trace_curvature
    from gdtui.engine.errors import ScriptError

    epochs = len(timeline.history)
    try:
        *_, curve = trace_curvature(timeline.script, timeline.stop, epochs)
    except ScriptError as error:
        raise NoPictureError(f"there is no plot of the curvature: {error}") from None
    return curve


def screen_svg(
    stage: str,
    values: Mapping[str, object],
    arguments: Sequence[str],
    samples: Samples | None,
    options: PictureOptions,
) -> tuple[str, Moment]:
    """The app's screen with the run of a script, and the moment that it shows.

    Raises:
        NoPictureError: the run does not come there.
    """
    from gdtui.ui.app import GdtuiApp
    from gdtui.ui.pictures import screen_picture

    theme = options.theme or _DARK
    app = GdtuiApp(stage, values, arguments=arguments, samples=samples, theme=theme)
    picture, moment = screen_picture(app, options.cells(), options.move)
    options.check_arrival(moment)
    return picture, moment
