"""The titles of the plots over the epochs: what is drawn in which colour, and its value now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.content import Content

from gdtui.analysis.numerals import Numerals
from gdtui.analysis.study import Study
from gdtui.engine.record.history import Column, History
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import has_batches
from gdtui.ui.plots.parameter_curves import norm_of
from gdtui.ui.plots.run_curves import latest
from gdtui.ui.texts.wording import size_text

LOSS_COLOUR = "text-warning"
_COLOURS = ("text-primary", "text-success", "text-accent", "text-secondary", "foreground")


def curve_colour(index: int) -> str:
    """The colour of a curve besides the loss, by its place."""
    return _COLOURS[index % len(_COLOURS)]


def loss_title(
    study: Study,
    history: History,
    more: Iterable[str],
    measured: Iterable[str],
    write: Numerals,
    *,
    log: bool = False,
) -> Content:
    """The losses.

    Args:
        study: what is known of the run.
        history: its records.
        more: the losses after the first.
        measured: the metrics that are drawn beside them.
        write: writes the numbers.
        log: whether the scale is logarithmic.
    """
    columns = [(name, history.losses[name]) for name in more]
    first = f"{next(iter(history.losses))} " if columns else ""
    columns += [(name, history.metrics[name]) for name in measured]
    parts: list[str | tuple[str, str]] = [
        "Loss ",
        (first + _loss_text(study, history, write), f"bold ${LOSS_COLOUR}"),
    ]
    for index, (name, column) in enumerate(columns):
        text = f"{name} {_latest(study, column, write)}"
        parts += ["  ", (text, f"bold ${curve_colour(index)}")]
    return Content.assemble(*parts, "  log scale" if log else "")


def metrics_title(
    study: Study, columns: Mapping[str, Column], names: Iterable[str], write: Numerals
) -> Content:
    """The metrics of these names."""
    return Content("  ").join(
        Content.assemble(
            (f"{name} {_latest(study, columns[name], write)}", f"bold ${curve_colour(index)}")
        )
        for index, name in enumerate(names)
    )


def parameters_title(moment: Moment, drawn: list[str], write: Numerals) -> Content:
    """The parameters of a moment; ``drawn`` has the name of the parameter of each curve."""
    parts: list[Content] = []
    index = 0
    for name, value in moment.parameters.items():
        style = f"bold ${curve_colour(index)}"
        short = short_name(name, moment.parameters)
        # A large array has only its norm, which the curve shows.
        norm = norm_of(value) if isinstance(value, Summary) else None
        text = size_text(value, write) if norm is None else f"norm {write(norm)}"
        parts.append(Content.assemble((f"{short} {text}", style)))
        index += drawn.count(name) or 1
    return Content("  ").join(parts)


def norms_title(moment: Moment, drawn: list[str], write: Numerals) -> Content:
    """The norms of the parameters with these names."""
    parts = [Content.assemble(("norms of ", "$text-muted"))]
    for index, name in enumerate(drawn):
        norm = norm_of(moment.parameters.get(name))
        shown = "" if norm is None else f" {write(norm)}"
        text = f"{short_name(name, moment.parameters)}{shown}  "
        parts.append(Content.assemble((text, f"bold ${curve_colour(index)}")))
    return Content.assemble(*parts)


def _loss_text(study: Study, history: History, write: Numerals) -> str:
    """The loss of the moment; where an epoch has one for each batch, their mean in the last
    epoch that is over, which is what the curve shows."""
    moment = study.moment
    if moment is None:
        return ""
    if not has_batches(study.script):
        return size_text(moment.loss, write)
    over = study.epochs
    return f"mean {write(float(history.loss[over - 1]))}" if over else "-"


def _latest(study: Study, column: Column, write: Numerals) -> str:
    """The last value of a loss or a metric, up to the moment."""
    value = latest(column, study.epochs)
    return "-" if value is None else write(value)
