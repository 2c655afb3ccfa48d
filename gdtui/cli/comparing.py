"""The command that sets runs beside one another: compare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED, complain
from gdtui.cli.group import commands
from gdtui.cli.options import (
    STAGE_HELP,
    DataOptions,
    data_options,
    setting_of,
    stop_options,
    stop_rule,
)
from gdtui.cli.running import note
from gdtui.cli.tables import table_lines

if TYPE_CHECKING:
    from gdtui.engine.script.script import Script
    from gdtui.experiments.comparison import ComparedPair, ComparedRun, Comparison
    from gdtui.experiments.differences import Reading

_OF_ONE_RUN = re.compile(r"\s*([A-Z])\s*:\s*(.*)", re.DOTALL)
_MOST_READINGS = 4
_MOST_CHARACTERS = 60
_MOST_OF_A_SETTING = 20


@commands.command(
    short_help="Set runs beside one another, and say where they part.",
    help="Run several scripts, and set the runs beside one another: the settings that differ, "
    "the last losses, how they behave, and the first statement at which the first run and another "
    f"one differ. {STAGE_HELP}\n\n"
    "The runs are called A, B, C and so on. A setting with a letter is that of one run; one "
    "without is that of all of them. One script may be given alone: it then runs once more for "
    "each letter with a setting.\n\n"
    "\b\n"
    "  gdtui compare 1 2\n"
    "  gdtui compare 1 2 --set epochs=20 --set A:reduction=mean\n"
    "  gdtui compare 4 --set B:learning_rate=0.1 --set C:learning_rate=0.12\n\n"
    "Statements are compared phase by phase: the first prediction of an epoch with the first of "
    "the other run, and so on with losses, gradients and updates, whatever they are called. "
    "Numbers that differ by less than a hundred-thousandth of the largest so far count as equal. "
    "Scripts that set no seed meet the same random numbers.",
)
@click.argument("stages", metavar="STAGE...", nargs=-1, required=True)
@click.option(
    "--set",
    "settings",
    metavar="[RUN:]NAME=VALUE",
    multiple=True,
    help="Change a setting of all runs, or of one, as in B:learning_rate=0.1. May be given more "
    "than once.",
)
@data_options
@stop_options
def compare(
    stages: tuple[str, ...],
    settings: tuple[str, ...],
    data: DataOptions,
    stop_below: str,
    stop_stalled: str,
) -> int:
    from gdtui.cli.text_plots import losses_plot
    from gdtui.engine.errors import ScriptError
    from gdtui.experiments.comparison import compare as compared

    scripts = _scripts(stages, settings, data)
    stop = stop_rule(stop_below, stop_stalled)
    for script in dict.fromkeys(scripts):
        note(script)
    try:
        found = compared(scripts, stop)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    lines = table_lines(_rows(found))
    plot = losses_plot({run.label: run.losses for run in found.runs})
    lines += ["", *plot, ""] if plot else [""]
    for number, pair in enumerate(found.pairs):
        lines += [""] * (number > 0) + _pair_lines(pair)
    click.echo("\n".join(lines))
    failed = [run for run in found.runs if run.failed]
    for run in failed:
        complain(f"{run.label}: the script failed: {run.end.message}")
    return FAILED if failed else 0


def _scripts(stages: tuple[str, ...], settings: tuple[str, ...], data: DataOptions) -> list[Script]:
    """The script of each run, with the data and its settings."""
    from gdtui.engine.errors import ScriptError
    from gdtui.engine.script.script import Script
    from gdtui.experiments.comparison import LABELS

    of_all: dict[str, object] = {}
    of_one: dict[str, dict[str, object]] = {}
    try:
        for text in settings:
            parts = _OF_ONE_RUN.fullmatch(text)
            held = of_one.setdefault(parts[1], {}) if parts else of_all
            held.update([setting_of(parts[2] if parts else text)])
        scripts = data.put_into([Script.load(stage) for stage in stages])
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    if len(scripts) == 1:
        scripts *= 1 + max(map(LABELS.index, of_one), default=0)
    if len(scripts) < 2:
        raise click.ClickException(
            "one script alone is compared with nothing; give another one, or a setting for a "
            "second run of it, such as --set B:learning_rate=0.1"
        )
    if len(scripts) > len(LABELS):
        raise click.ClickException(f"{len(scripts)} runs: at most {len(LABELS)} are compared")
    labels = LABELS[: len(scripts)]
    strange = next((label for label in of_one if label not in labels), None)
    if strange is not None:
        raise click.ClickException(
            f"--set {strange}:... is for a run that is not there; the runs are {', '.join(labels)}"
        )
    found = []
    for label, script in zip(labels, scripts, strict=True):
        values = of_all | of_one.get(label, {})
        try:
            found.append(script.with_settings(values) if values else script)
        except ScriptError as error:
            raise click.ClickException(f"run {label}, {script.name}: {error}") from None
    return found


def _rows(found: Comparison) -> list[list[str]]:
    """The table of the runs."""
    from gdtui.analysis.numerals import SHORT

    rows = [["", "script", *found.settings, "epochs run", "last loss", "verdict"]]
    for run in found.runs:
        values = run.script.values
        last = SHORT(run.losses[-1]) if run.epochs else "-"
        verdict = "failed" if run.failed else str(run.diagnosis.verdict)
        settings = [_value(values[name]) if name in values else "-" for name in found.settings]
        rows.append([run.label, run.script.name, *settings, str(run.epochs), last, verdict])
    return rows


def _value(value: object) -> str:
    return _one_line(value if isinstance(value, str) else repr(value), _MOST_OF_A_SETTING)


def _pair_lines(pair: ComparedPair) -> list[str]:
    """Where two runs part, and how far apart they come."""
    both = f"{pair.one.label} and {pair.other.label}"
    lines = [*_first_lines(pair, both)]
    largest = pair.largest
    if not pair.pairs:
        lines.append(f"{both} have no parameters that belong together by name or by size.")
    elif largest is not None:
        values = f" ({' and '.join(_distinct(*largest.values))})." if largest.size else "."
        lines.append(largest.text.removesuffix(".") + values)
    return lines


def _first_lines(pair: ComparedPair, both: str) -> list[str]:
    from gdtui.analysis.numerals import FULL, SHORT

    first = pair.first
    if first is None:
        epochs = pair.common_epochs
        which = "epoch" if epochs == 1 else f"{epochs} epochs"
        return [
            f"{both} do not differ in the {which} that both have."
            if epochs
            else f"{both} have no epoch in common."
        ]
    if first.phase is None:
        lines = [f"{both} differ before the first epoch, in their parameters:"]
    else:
        lines = [f"{both} first differ in epoch {first.epoch}, at the {_NOUNS[first.phase]}:"]
    rows = []
    for readings in first.readings[:_MOST_READINGS]:
        told = [reading.text(SHORT) for reading in readings]
        if told[0] == told[1]:
            told = [reading.text(FULL) for reading in readings]
        for run, reading, text in zip((pair.one, pair.other), readings, told, strict=True):
            rows.append([run.label, *_place(run, reading), f"{reading.name} = {text}"])
    lines += [f"  {line}" for line in table_lines(rows)]
    more = len(first.readings) - _MOST_READINGS
    return [*lines, f"  and {more} more"] if more > 0 else lines


_NOUNS = {
    "predict": "prediction",
    "loss": "loss",
    "gradient": "gradient",
    "update": "update",
}


def _place(run: ComparedRun, reading: Reading) -> tuple[str, str]:
    """Where a reading was made, and the statement there."""
    if reading.line is None:
        return "", ""
    text = run.script.lines[reading.line - 1]
    return run.script.place(reading.line), _one_line(text, _MOST_CHARACTERS)


def _distinct(one: float, other: float) -> tuple[str, str]:
    """Two numbers as text, with all digits if they would look equal otherwise."""
    from gdtui.analysis.numerals import FULL, SHORT

    short = SHORT(one), SHORT(other)
    return short if short[0] != short[1] else (FULL(one), FULL(other))


def _one_line(text: str, most: int) -> str:
    from gdtui.engine.printable import clean_line

    return clean_line(" ".join(text.split()), most)
