"""The command that finds the first moment at which a condition holds: when."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from gdtui.cli.ending import FAILED, complain
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
    stop_options,
    stop_rule,
)
from gdtui.cli.running import note, timeline_of

if TYPE_CHECKING:
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.script.script import Script


@commands.command(
    "when",
    cls=ScriptCommand,
    short_help="Find the first statement at which a condition holds.",
    help="Run a script and find the first statement at which a condition over its names holds. "
    f"{STAGE_HELP} {ARGUMENTS_HELP}\n\n"
    "CONDITION is a comparison in Python's words, such as 'w > 3', 'loss < 0.01 and epoch > 5' or "
    "'any(model[0].weight.grad == 0)'. It may name the parameters, their gradients as w.grad, "
    "loss, any other name of the script, and epoch, which counts from 1. 'not finite' is short for "
    "'not finite(loss)'; stopped(w) says that an epoch has left w as it was, stopped(w, 0.001) "
    "that it has moved no number of w by more than that. A condition cannot change the run.\n\n"
    "With --other, left(w) asks for the first statement at which w is no more what it is in the "
    "run of another script; left(loss) and left(w.grad) ask for the loss and a gradient, and "
    "left() for whatever differs first.\n\n"
    "It finds the first epoch whose own numbers meet the condition: its loss, the parameters "
    "after it, the gradients that its update used, and whatever else as it is at the epoch's end. "
    "In that epoch it looks at each statement. What lasts for a few statements only, such as the "
    "loss of one batch, is found with --every-statement.\n\n"
    "The exit code is 0 if there is such a moment, and 1 if the run ends without one.",
)
@click.argument("stage")
@click.argument("condition")
@arguments_argument
@set_option
@data_options
@stop_options
@click.option(
    "--every-statement", is_flag=True, help="Look at each statement of all epochs, which is slow."
)
@click.option(
    "--other", metavar="OTHER", help="The stage or the file that left(...) compares with."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def when(
    stage: str,
    condition: str,
    arguments: Arguments,
    settings: tuple[str, ...],
    data: DataOptions,
    stop_below: str,
    stop_stalled: str,
    every_statement: bool,
    other: str | None,
    as_json: bool,
) -> int:
    from gdtui.experiments.condition import Condition, ConditionError
    from gdtui.experiments.departure import Departure, departure
    from gdtui.experiments.first_moment import first_moment
    from gdtui.export.printers import SilentPrinter, taken_from_others

    leaves = Departure.parse(condition)
    if (leaves is None) != (other is None):
        raise click.ClickException(
            f"{condition!r} does not ask about --other {other}; left(loss), standing alone, does"
            if leaves is None
            else f"{condition!r} asks about another run: name its script with --other"
        )
    try:
        # What is shown of the moment is the quantity itself.
        wanted = Condition(condition if leaves is None else leaves.name or "loss")
    except ConditionError as error:
        raise click.ClickException(str(error)) from None
    script, _ = load_script(stage, settings, arguments, data)
    beside = None if other is None else load_script(other, (), Arguments(), data)[0]
    stop = stop_rule(stop_below, stop_stalled)
    note(script)
    out = taken_from_others(sys.stdout)
    # A script that asks for input meets its end.
    sys.stdin = io.StringIO()
    with timeline_of(script, stop, SilentPrinter(complain)) as timeline:
        try:
            if leaves is not None and beside is not None:
                moment = departure(timeline, beside, leaves.name, stop)
            else:
                moment = first_moment(timeline, wanted, every_statement=every_statement)
        except ConditionError as error:
            raise click.ClickException(str(error)) from None
        found = moment is not None
        last = moment or timeline.moment
        any_of_them = leaves is not None and not leaves.name
        values = {} if any_of_them else wanted.values(timeline.present)
    told = _object(script, condition, last, values, found)
    lines = _lines(script, condition, last, values, found)
    out.write(json.dumps(told, allow_nan=False) if as_json else "\n".join(lines))
    out.write("\n")
    out.flush()
    if found:
        return 0
    if last.failure is not None:
        complain(f"the script failed: {last.message}")
    return FAILED


def _lines(
    script: Script, condition: str, moment: Moment, values: Mapping[str, object], found: bool
) -> Iterator[str]:
    from gdtui.analysis.numerals import SHORT
    from gdtui.analysis.values import value_text

    if not found:
        epochs = "1 epoch" if moment.recorded == 1 else f"{moment.recorded} epochs"
        yield f"{condition} does not hold in any of {epochs}."
        return
    if not moment.epoch:
        yield f"{condition} holds before the first epoch."
    else:
        at = "at its end" if moment.epoch_over else f"at statement {moment.step}"
        yield f"{condition} first holds in epoch {moment.epoch}, {at}:"
        yield f"  {moment.place}  {_statement(script, moment)}"
    yield from (
        f"  {name} = {value_text(value, SHORT)}"
        for name, value in values.items()
        if name != "epoch"
    )


def _object(
    script: Script, condition: str, moment: Moment, values: Mapping[str, object], found: bool
) -> dict[str, Any]:
    told: dict[str, Any] = {"condition": condition, "found": found, "epochs": moment.recorded}
    if found:
        told |= {
            "epoch": moment.epoch,
            "step": moment.step,
            "epoch_over": moment.epoch_over,
            "line": moment.line,
            "place": moment.place,
            "statement": _statement(script, moment),
        }
    return {**told, "values": {name: _plain(value) for name, value in values.items()}}


def _statement(script: Script, moment: Moment) -> str:
    """The first line of the statement that ran last."""
    return "" if moment.line is None else script.lines[moment.line - 1].strip()


def _plain(value: object) -> object:
    """A value for JSON. A number that is not finite is a text, such as ``"inf"``."""
    import numpy as np

    from gdtui.engine.record.summary import Summary

    if isinstance(value, Summary):
        return {"norm": _plain(value.norm), "shape": list(value.shape)}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, float) and not isfinite(value) else value
