"""A sweep as text: a plot, tables, and what is best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import isfinite, log10
from typing import TYPE_CHECKING

from gdtui.cli.tables import table_lines
from gdtui.cli.text_plots import drawn, plot_width
from gdtui.experiments.outcome_marks import INFINITE, is_settled, is_spread, kind_of, symbol_of

if TYPE_CHECKING:
    from gdtui.experiments.grid import Axis, Values
    from gdtui.experiments.job import Outcome
    from gdtui.experiments.sweep import Sweep

    Outcomes = Mapping[Values, Outcome]
    """The outcomes of a sweep by the values of its settings, in order."""

_SHADES = " ░▒▓█"
_CELL_DIGITS = 3
_MOST_ROWS = 40


def sweep_lines(sweep: Sweep, found: Outcomes) -> list[str]:
    """A sweep as lines of text; ``found`` has the outcomes that are there so far, in order."""
    if len(sweep.axes) == 1:
        axis = sweep.axes[0]
        plot = []
        if axis.is_numeric:
            places = [float(key[0]) for key in found]  # type: ignore[arg-type]
            plot = curve_lines(
                places,
                list(found.values()),
                axis.name,
                sweep.metric,
                on_log=axis.log,
                limit=sweep.limit,
            )
        lines = [*plot, *([""] if plot else []), *_groups(sweep, axis, found)]
    else:
        lines = _grid(sweep, found)
    return [*lines, "", *_closing(sweep, found)]


# One setting ----------------------------------------------------------------------------


def curve_lines(
    places: Sequence[float],
    outcomes: Sequence[Outcome],
    label: str,
    metric: str,
    *,
    on_log: bool = False,
    limit: float | None = None,
) -> list[str]:
    """The quantity over some places, each run with the symbol of its verdict; nothing without a
    finite one.

    Args:
        places: where the runs stand on the horizontal axis.
        outcomes: what came of them.
        label: what the axis shows.
        metric: what the quantity is called.
        on_log: whether that axis is logarithmic.
        limit: where a line marks the limit of stability; None for none.
    """
    from gdtui.ui.plots.sweep_plots import curve_picture

    picture = curve_picture(places, outcomes, label, metric, x_log=on_log, limit=limit)
    if picture is None:
        return []
    told = dict.fromkeys((symbol_of(outcome), kind_of(outcome)) for outcome in outcomes)
    legend = [f"{symbol} {kind}" for symbol, kind in told]
    if picture.marker is not None:
        legend.append("┊ the limit of stability by theory")
    return [*drawn(picture), "  ".join(legend)]


def _groups(sweep: Sweep, axis: Axis, found: Outcomes) -> list[str]:
    """A line for each row of neighbouring runs that behave alike."""
    rows = [[axis.name, "runs", "verdict", sweep.metric]]
    for kind, group in groupby(found.items(), key=lambda each: kind_of(each[1])):
        runs = list(group)
        alone = not axis.is_numeric
        for part in [[run] for run in runs] if alone else [runs]:
            first, last = _text(part[0][0][0]), _text(part[-1][0][0])
            ends = [_value(part[0][1]), _value(part[-1][1])]
            rows.append(
                [
                    first if len(part) == 1 else f"{first} to {last}",
                    str(len(part)),
                    kind,
                    ends[0] if ends[0] == ends[1] else " to ".join(ends),
                ]
            )
    return table_lines(rows)


# Two settings ---------------------------------------------------------------------------


def _grid(sweep: Sweep, found: Outcomes) -> list[str]:
    """The quantity for all values of two settings: as numbers, or as shades where these have no
    room."""
    down, across = sweep.axes
    head = [f"{down.name} \\ {across.name}", *map(_text, across.values)]
    rows = [
        [_text(value), *(_cell(found.get((value, other))) for other in across.values)]
        for value in down.values
    ]
    table = table_lines([head, *rows])
    legend = f"{sweep.metric}; {INFINITE} is not finite, ! has failed"
    if max(map(len, table)) <= plot_width() and len(rows) <= _MOST_ROWS:
        return [legend, "", *table]
    return _heatmap(sweep, found)


def _heatmap(sweep: Sweep, found: Outcomes) -> list[str]:
    import numpy as np

    down, across = sweep.axes
    names = [_text(value) for value in down.values]
    margin = max(map(len, names)) + 1
    columns = _thinned(len(across.values), max(8, plot_width() - margin))
    rows = _thinned(len(down.values), _MOST_ROWS)
    finite = np.array([outcome.value for outcome in found.values() if is_settled(outcome)])
    log = is_spread(finite)

    def scaled(value: float) -> float:
        return log10(value) if log else value

    low, high = (scaled(float(end(finite))) for end in (np.min, np.max)) if len(finite) else (0, 0)

    def shade(outcome: Outcome | None) -> str:
        if outcome is None:
            return "?"
        if outcome.failed:
            return "!"
        if not is_settled(outcome):
            return INFINITE
        share = (scaled(outcome.value) - low) / (high - low) if high > low else 0.0
        return _SHADES[min(int(share * len(_SHADES)), len(_SHADES) - 1)]

    lines = []
    for row in rows:
        cells = [found.get((down.values[row], across.values[place])) for place in columns]
        lines.append(f"{names[row].rjust(margin - 1)} {''.join(map(shade, cells))}".rstrip())
    ends = f"{_text(across.values[0])} to {_text(across.values[-1])}"
    scale = "on a logarithmic scale " if log else ""
    shades = " ".join(f"'{each}'" for each in _SHADES)
    return [
        f"{down.name} downwards, {across.name} from left to right, {ends}",
        *lines,
        f"{sweep.metric} {scale}from low to high: {shades}; {INFINITE} diverges, ! has failed",
    ]


def _thinned(count: int, most: int) -> list[int]:
    """At most so many of the places from 0 to ``count``, evenly spread, with both ends."""
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]


def _cell(outcome: Outcome | None) -> str:
    from gdtui.analysis.numerals import numeral

    if outcome is None:
        return "-"
    if outcome.failed:
        return "!"
    return numeral(outcome.value, _CELL_DIGITS) if isfinite(outcome.value) else INFINITE


# What is best ---------------------------------------------------------------------------


def _closing(sweep: Sweep, found: Outcomes) -> Iterator[str]:
    from gdtui.analysis.numerals import SHORT

    there = {key: each for key, each in found.items() if isfinite(each.value) and not each.failed}
    if there:
        # Of a loss the lowest is the best; of another quantity nobody knows.
        wanted = (
            [("Lowest", min)] if _is_loss(sweep.metric) else [("Lowest", min), ("Highest", max)]
        )
        for word, end in wanted:
            key = end(there, key=lambda key: there[key].value)
            at = " and ".join(
                f"{axis.name} = {_text(value)}" for axis, value in zip(sweep.axes, key, strict=True)
            )
            value, kind = SHORT(there[key].value), kind_of(there[key])
            yield f"{word} {sweep.metric}: {value} at {at} ({kind})."
    else:
        yield f"No run has come to a finite {sweep.metric}."
    if sweep.limit is not None and sweep.best is not None:
        yield (
            f"By theory the learning rate is stable below {SHORT(sweep.limit)}; the best is "
            f"{SHORT(sweep.best)}."
        )
    if sweep.computed:
        yield _how_fast(sweep)
    messages = dict.fromkeys(
        f"{_text(key[0])}: {outcome.message}" if outcome.failed else outcome.message
        for key, outcome in found.items()
        if outcome.message
    )
    for message in list(messages)[:1]:
        more = sum(1 for outcome in found.values() if outcome.message) - 1
        others = f" (and {more} more with a message)" if more else ""
        yield f"{message}{others}"


def _how_fast(sweep: Sweep) -> str:
    from gdtui.analysis.numerals import numeral

    plain = sweep.plain_seconds * sweep.computed
    ratio = plain / max(sweep.computing_seconds, 1e-9)
    return (
        f"{sweep.computed} of {sweep.count} runs were computed at once, in "
        f"{numeral(sweep.computing_seconds, 2)} s; as scripts they would take about "
        f"{numeral(plain, 2)} s, {ratio:.0f} times as long."
    )


def _is_loss(metric: str) -> bool:
    return any(word in metric.lower() for word in ("loss", "error", "mse", "cost"))


def _value(outcome: Outcome) -> str:
    from gdtui.analysis.numerals import SHORT

    return "-" if outcome.failed or outcome.value != outcome.value else SHORT(outcome.value)


def _text(value: object) -> str:
    from gdtui.analysis.numerals import numeral

    if type(value) is float:
        return numeral(value)
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 20 else f"{text[:19]}…"


def in_order(sweep: Sweep, found: Mapping[Values, Outcome]) -> dict[Values, Outcome]:
    """The outcomes in the order of the values."""
    keys: Sequence[Values] = sweep.combinations
    return {key: found[key] for key in keys if key in found}
