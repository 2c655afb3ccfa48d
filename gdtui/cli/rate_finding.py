"""The command that looks for a learning rate: lr."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from math import isfinite, log10
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED
from gdtui.cli.group import commands
from gdtui.cli.options import (
    ARGUMENTS_HELP,
    STAGE_HELP,
    Arguments,
    DataOptions,
    ScriptCommand,
    arguments_argument,
    data_options,
    load_script,
    set_option,
)
from gdtui.cli.progress import ProgressLine
from gdtui.cli.running import note
from gdtui.cli.text_plots import drawn
from gdtui.experiments.outcome_marks import is_spread

if TYPE_CHECKING:
    from gdtui.experiments.rate_finder import RateSearch

_LOW, _HIGH, _COUNT = 1e-6, 10.0, 100


@commands.command(
    "lr",
    cls=ScriptCommand,
    short_help="Look for a learning rate: raise it while the script trains.",
    help="Run a script once while its learning rate grows with every batch, or with every epoch if "
    "it has no batches, and plot the loss after each update against the rate. "
    f"{STAGE_HELP} {ARGUMENTS_HELP}\n\n"
    "Beside it stands the limit of stability by theory for a linear model with mean squared error, "
    "and for any other script the rate above which the loss has not fallen any more. The run ends "
    "at the highest rate, or when the loss is four times that at the start. If the script has a "
    "setting for its epochs, it gets as many as are needed.\n\n"
    "The rate is changed in the optimizers of torch, or in the script's own setting if its loop "
    "reads that. A script whose rate cannot be changed while it runs is refused.",
)
@click.argument("stage")
@arguments_argument
@set_option
@data_options
@click.option("--from", "low", type=float, default=_LOW, show_default=True, help="The lowest rate.")
@click.option("--to", "high", type=float, default=_HIGH, show_default=True, help="The highest.")
@click.option(
    "--steps",
    "count",
    type=click.IntRange(10, 100_000),
    default=_COUNT,
    show_default=True,
    metavar="COUNT",
    help="How many rates from the one to the other.",
)
@click.option(
    "--name",
    "setting",
    metavar="SETTING",
    default="",
    help="The setting that is the learning rate, if it is not called learning_rate or lr.",
)
def lr(
    stage: str,
    arguments: Arguments,
    settings: tuple[str, ...],
    data: DataOptions,
    low: float,
    high: float,
    count: int,
    setting: str,
) -> int:
    from gdtui.engine.errors import ScriptError
    from gdtui.experiments.rate_finder import find_rate
    from gdtui.export.printers import taken_from_others

    for option, value in (("--from", low), ("--to", high)):
        if not (isfinite(value) and value > 0):
            raise click.ClickException(f"{option} {value}: a learning rate above 0 is needed")
    if low >= high:
        raise click.ClickException(f"--from {low} is not below --to {high}")
    script, _ = load_script(stage, settings, arguments, data)
    note(script)
    out = taken_from_others(sys.stdout)
    # A script that asks for input meets its end.
    sys.stdin = io.StringIO()
    progress = ProgressLine(count, "updates")
    try:
        found = find_rate(script, low, high, count, setting=setting, progress=progress.show)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    finally:
        progress.clear()
    out.write("\n".join(rate_lines(found)) + "\n")
    out.flush()
    return FAILED if found.end == "failed" else 0


def rate_lines(found: RateSearch) -> list[str]:
    """What a run with a growing learning rate has shown, as lines of text."""
    plot = _plot(found)
    return [*plot, *([""] if plot else []), *_told(found)]


def _plot(found: RateSearch) -> list[str]:
    import numpy as np

    from gdtui.ui.plots.picture import Curve, Picture

    finite = np.isfinite(found.losses)
    if not finite.any():
        return []
    log = is_spread(found.losses)
    marked = _marked(found)
    places = np.log10(found.rates)
    marker = None if marked is None else log10(marked)
    if marker is not None and not places[0] <= marker <= places[-1]:
        marker = None
    label = f"loss{' of batches, smoothed' * found.by_batch}{', logarithmic' * log}"
    picture = Picture(
        curves=[Curve(places, found.losses)],
        log=log,
        marker=marker,
        x_label="log10 of the learning rate",
        y_label=label,
    )
    what = "the limit of stability by theory" if found.theory.limit else "the lowest loss"
    return [*drawn(picture), *([f"┊ {what}"] if marker is not None else [])]


def _marked(found: RateSearch) -> float | None:
    """The rate to mark: the limit by theory, or else that of the lowest loss."""
    limit = found.theory.limit
    return limit if limit is not None and limit > 0 else found.lowest


def _told(found: RateSearch) -> Iterator[str]:
    from gdtui.analysis.numerals import SHORT

    updates, unit = len(found.rates), "batch" if found.by_batch else "epoch"
    if updates:
        ends = f"from {SHORT(found.rates[0])} to {SHORT(found.rates[-1])} in {_count(updates)}"
        yield f"The learning rate grew with every {unit}, {ends}{_why(found)}."
    else:
        yield f"The script made no two updates{_why(found)}."
    lowest, steepest = found.lowest, found.steepest
    if steepest is not None:
        yield f"The loss fell fastest at {SHORT(steepest)}."
    if lowest is not None:
        if found.grows:
            yield f"It was lowest at {SHORT(lowest)}; above that it grew."
        else:
            yield f"It was lowest at {SHORT(lowest)}, the highest rate of the run."
    if found.theory.limit is not None and found.theory.best is not None:
        yield (
            f"By theory the script is stable below {SHORT(found.theory.limit)}; the best rate is "
            f"{SHORT(found.theory.best)}."
        )


def _count(updates: int) -> str:
    return "1 update" if updates == 1 else f"{updates} updates"


def _why(found: RateSearch) -> str:
    """Why the run ended, as a clause with a comma."""
    if found.end == "highest":
        return ""
    if found.end == "too high":
        return ", until the loss was four times that at the start"
    if found.end == "diverged":
        return ", until the loss was not finite"
    if found.end == "failed":
        return f", until the script failed: {found.message}"
    return f", until the script ended; {found.planned} rates were to come"
