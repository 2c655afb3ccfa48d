"""The command that runs a script with many values of its settings: sweep."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED, INTERRUPTED, complain
from gdtui.cli.group import commands
from gdtui.cli.many_runs import gather, worker_options, workers_of
from gdtui.cli.options import (
    STAGE_HELP,
    DataOptions,
    data_options,
    load_script,
    set_option,
    stop_options,
    stop_rule,
)
from gdtui.cli.running import note

if TYPE_CHECKING:
    from gdtui.engine.script.script import Script
    from gdtui.experiments.grid import Axis, Values
    from gdtui.experiments.job import Outcome
    from gdtui.experiments.results_file import ResultsFile
    from gdtui.experiments.sweep import Sweep


@commands.command(
    short_help="Run a script with many values of one or two settings.",
    help="Run a script with many values of one or two settings, and show what comes of them. "
    f"{STAGE_HELP}\n\n"
    "\b\n"
    "  learning_rate=0.001:1:60:log   60 values from 0.001 to 1, evenly on a logarithmic scale\n"
    "  hidden=2:16:8                  8 values from 2 to 16, evenly\n"
    "  reduction=sum,mean             these values\n\n"
    "One setting gives a curve of the last losses with how each run behaves and, for a linear "
    "model, the limit of stability by theory; two give a table. Runs that fail or diverge are "
    "results like others.\n\n"
    "The runs of a linear model with mean squared error and plain gradient descent are computed "
    "all at once, if a few runs of the script agree with that; other scripts run in processes. All "
    "runs start from the same random numbers, unless the script sets a seed. Ctrl+c ends the sweep "
    "and shows what is done.\n\n"
    "With -o each result goes to a .csv or .jsonl file when it is there: the values, status, "
    "epochs, the quantity and the verdict. With --resume the runs in the file are not made again.",
)
@click.argument("stage")
@click.argument("axes", metavar="NAME=VALUES...", nargs=-1, required=True)
@set_option
@data_options
@stop_options
@click.option(
    "--metric",
    default="loss",
    metavar="NAME",
    help="The quantity to compare, in the last epoch that has it: loss, or a metric of the script.",
)
@worker_options
@click.option(
    "--run-all", is_flag=True, help="Run the script even where the losses can be computed."
)
@click.option("-o", "--output", metavar="FILE", help="Append each result to a .csv or .jsonl file.")
@click.option("--resume", is_flag=True, help="Go on with the file, and make only what it lacks.")
@click.option("--force", is_flag=True, help="Replace the file if it exists already.")
def sweep(
    stage: str,
    axes: tuple[str, ...],
    settings: tuple[str, ...],
    data: DataOptions,
    stop_below: str,
    stop_stalled: str,
    metric: str,
    jobs: int | None,
    backend: str,
    scheduler: str,
    run_all: bool,
    output: str | None,
    resume: bool,
    force: bool,
) -> int:
    from gdtui.engine.errors import ScriptError
    from gdtui.experiments.results_file import ResultsError
    from gdtui.experiments.sweep import Sweep

    if (resume or force) and not output:
        option = "--resume" if resume else "--force"
        raise click.ClickException(f"{option} is about a file; name it with -o")
    if resume and force:
        raise click.ClickException("--resume goes on with the file and --force replaces it")
    script, _ = load_script(stage, settings, data=data)
    made = Sweep(
        script,
        _axes(axes, script),
        metric,
        workers_of(jobs, backend, scheduler),
        stop_rule(stop_below, stop_stalled),
        run_all,
    )
    note(script)
    try:
        file = _results_file(made, output, resume=resume, force=force) if output else None
        return _show(made, file)
    except (ScriptError, ResultsError) as error:
        raise click.ClickException(str(error)) from None


def _axes(texts: tuple[str, ...], script: Script) -> tuple[Axis, ...]:
    from gdtui.engine.errors import ScriptError
    from gdtui.experiments.grid import check_axes, parse_axis

    try:
        axes = tuple(parse_axis(text, script) for text in texts)
        check_axes(axes)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    return axes


def _results_file(made: Sweep, output: str, *, resume: bool, force: bool) -> ResultsFile:
    from gdtui.experiments.results_file import FORMATS, ResultsFile, identity

    path = Path(output)
    if path.suffix.removeprefix(".") not in FORMATS:
        raise click.ClickException(f"-o {output}: end the name in .csv or .jsonl")
    names = tuple(axis.name for axis in made.axes)
    file = ResultsFile(path, names, made.metric, identity(made.script, names, made.stop))
    file.open(resume=resume, force=force)
    made.known = file.known
    return file


def _show(made: Sweep, file: ResultsFile | None) -> int:
    """Make the runs and print what has come of them."""
    from gdtui.cli.sweep_text import in_order, sweep_lines
    from gdtui.experiments.results_file import texts_of
    from gdtui.export.printers import taken_from_others

    # What the scripts' own processes write is not to stand between the results.
    out = taken_from_others(sys.stdout)

    def keep(values: Values, outcome: Outcome) -> None:
        if file is not None and texts_of(values) not in file.known:
            file.append(values, outcome)

    try:
        found, interrupted = gather(made.rows(), made.count, keep)
    finally:
        if file is not None:
            file.close()
    if found:
        out.write("\n".join(sweep_lines(made, in_order(made, found))) + "\n")
        out.flush()
    if interrupted:
        where = f" and in {file.path}; --resume goes on" if file is not None else ""
        complain(f"interrupted: {len(found)} of {made.count} runs are done{where}")
        return INTERRUPTED
    return FAILED if all(outcome.failed for outcome in found.values()) else 0
