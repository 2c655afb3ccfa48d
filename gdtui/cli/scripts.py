"""The commands for stages and a learner's scripts: run, diagnose, show, stages."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED, complain
from gdtui.cli.group import commands
from gdtui.cli.many_runs import worker_options, workers_of
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
from gdtui.cli.running import finish, note, timeline_of
from gdtui.cli.seed_runs import show_seed_runs
from gdtui.cli.streams import put_text
from gdtui.cli.tables import table_lines

if TYPE_CHECKING:
    from gdtui.engine.record.stopping import StopRule
    from gdtui.engine.script.script import Script
    from gdtui.experiments.pool import Workers

SLICE = 0.05
"""Seconds of running between two prints of new output."""


@commands.command(short_help="List the stages and who does what in them.")
def stages() -> int:
    """List the stages and who does what in them: you by hand, autograd, or PyTorch."""
    from gdtui.engine.script.script import ROLES, Script
    from gdtui.stages import STAGES

    rows = [["", "name", "title", *(role.split()[-1] for role in ROLES)]]
    for stage in STAGES:
        script = Script.stage(stage.key)
        roles = [script.roles.get(role, "") for role in ROLES]
        rows.append([str(stage.number), stage.key, stage.title, *roles])
    click.echo("\n".join(table_lines(rows)))
    return 0


@commands.command("data", short_help="List the sets of samples that come with gdtui.")
def list_data() -> int:
    """List the sets of samples that come with gdtui, for --data, and what each shows."""
    from gdtui.data.sets import SETS

    click.echo("\n".join(table_lines([[each.name, each.shows] for each in SETS])))
    return 0


@commands.command(
    cls=ScriptCommand, help=f"Print the text of a script with its settings. {STAGE_HELP}"
)
@click.argument("stage")
@click.argument("arguments", metavar="", nargs=-1, type=click.UNPROCESSED)
@set_option
@data_options
def show(stage: str, arguments: Arguments, settings: tuple[str, ...], data: DataOptions) -> int:
    if arguments.typed:
        from gdtui.engine.script.settings import shown

        raise click.ClickException(
            f"{shown(arguments.typed)}: `gdtui show` prints the text of a script, which no "
            "argument changes, and takes none"
        )
    script, _ = load_script(stage, settings, data=data)
    put_text(script.text)
    return 0


@commands.command(
    cls=ScriptCommand,
    help=f"Run a script and print what it prints. {STAGE_HELP} {ARGUMENTS_HELP}\n\n"
    "With --json, print one object for each epoch instead, with how many epochs there will be, the "
    "loss, the parameters after the update and the gradients that the update used, and at the end "
    "one with the status. "
    "An array of more than 64 numbers is given by its shape and Euclidean norm.\n\n"
    "The exit code is that of the script under Python: 0, 1 when it failed, or the one that it "
    "ended itself with, as by sys.exit(3). A run that diverged exits with 1.\n\n"
    "With --seeds, run it so many times in other processes, with the seeds 0 and up, and show how "
    "far the last losses are spread. A script with a setting named seed gets it there; for others "
    "the random numbers of Python, NumPy and torch are seeded before the script.",
)
@click.argument("stage")
@arguments_argument
@set_option
@data_options
@stop_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines instead.")
@click.option(
    "--seeds",
    type=click.IntRange(2, 10_000),
    metavar="COUNT",
    help="Run it with so many seeds instead, and show the spread.",
)
@click.option(
    "--metric",
    metavar="NAME",
    help="With --seeds: the quantity to compare, loss or a metric of the script.",
)
@worker_options
def run(
    stage: str,
    arguments: Arguments,
    settings: tuple[str, ...],
    data: DataOptions,
    stop_below: str,
    stop_stalled: str,
    as_json: bool,
    seeds: int | None,
    metric: str | None,
    jobs: int | None,
    backend: str,
    scheduler: str,
) -> int:
    from gdtui.export.printers import JsonPrinter, ScriptPrinter

    script, _ = load_script(stage, settings, arguments, data)
    stop = stop_rule(stop_below, stop_stalled)
    if seeds is not None:
        if as_json:
            raise click.ClickException("--json prints one run, and --seeds makes many")
        return _run_seeds(script, seeds, metric, stop, workers_of(jobs, backend, scheduler))
    many = {"--metric": metric, "--jobs": jobs, "--scheduler": scheduler}
    for option, given in many.items():
        if given:
            raise click.ClickException(f"{option} is about many runs; name their number by --seeds")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    printer = (JsonPrinter if as_json else ScriptPrinter)(complain)
    note(script)
    with timeline_of(script, stop, printer) as timeline:
        printer.follow(timeline)
        going = True
        while going and not printer.broken:
            going = timeline.run_for(SLICE)
            printer.catch_up()
        if printer.broken:
            raise printer.broken
        return finish(timeline, printer)


@commands.command(
    cls=ScriptCommand,
    short_help="Run a script and say whether and how fast it converges.",
    help="Run a script to its end and say in a line whether and how fast it converges, and which "
    f"learning rates would. {STAGE_HELP} {ARGUMENTS_HELP}\n\n"
    "For a linear model with mean squared error that is exact theory, checked against the run; for "
    "logistic regression it goes by the curvature at the last parameters; for any other script it "
    "is read off the losses, and says so. With --json, print one object "
    "with the keys verdict, shrink_per_epoch, curvatures, largest_stable_learning_rate, "
    "best_learning_rate, text, curvature and findings; what theory does not tell is null.\n\n"
    "For a script in PyTorch that theory does not cover, the largest curvature of its loss in the "
    "last epoch stands beside the limit of its learning rate; it takes up to a second. With "
    "--curve, that of some 33 epochs stands there instead, as a plot and in sentences, of a linear "
    "or logistic model and of a script that computes its gradients by hand as well; with --json, "
    "curve is a list of objects.\n\n"
    "The findings say what is wrong with a script whose training does not work: in which line, "
    "why, and what would mend it. For them a few epochs are run again and watched statement by "
    "statement. gdtui tries each mend, in other processes: it runs the script as it is and as "
    "mended, and says how far each comes; a mend that does not help is not offered.",
)
@click.argument("stage")
@arguments_argument
@set_option
@data_options
@stop_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
@click.option("--no-proof", is_flag=True, help="Do not try the mends of findings.")
@click.option(
    "--no-curvature", is_flag=True, help="Do not look for the curvature where no theory tells it."
)
@click.option(
    "--curve", is_flag=True, help="Show the largest curvature over the epochs of the run."
)
def diagnose(
    stage: str,
    arguments: Arguments,
    settings: tuple[str, ...],
    data: DataOptions,
    stop_below: str,
    stop_stalled: str,
    as_json: bool,
    no_proof: bool,
    no_curvature: bool,
    curve: bool,
) -> int:
    import json

    from gdtui.analysis.diagnose.examination import examine
    from gdtui.analysis.diagnose.findings import find_findings
    from gdtui.analysis.diagnose.hessian import largest_curvature
    from gdtui.analysis.study import Study
    from gdtui.cli.curvature_text import TracedCurve
    from gdtui.cli.finding_text import finding_lines, finding_objects
    from gdtui.experiments.proof import prove
    from gdtui.export.printers import SilentPrinter

    if curve and no_curvature:
        raise click.ClickException("--curve and --no-curvature: give one of them")
    script, _ = load_script(stage, settings, arguments, data)
    stop = stop_rule(stop_below, stop_stalled)
    note(script)
    with timeline_of(script, stop, SilentPrinter(complain)) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        moment = timeline.run()
        study.catch_up(moment, timeline.history)
        diagnosis, curvature = study.diagnosis, None
        # Theory has told the curvatures of a linear or logistic model.
        if not (no_curvature or diagnosis.curvatures or (curve and not as_json)):
            curvature = largest_curvature(timeline, study.learning_rate, moment.optimizers)
    # What is run again from here on finds the end of its input.
    sys.stdin = io.StringIO()
    traced = TracedCurve.of(script, stop) if curve else None
    facts = examine(script, moment, timeline.history, diagnosis, study.learning_rate, stop)
    findings = find_findings(facts)
    proved = [(each, None) for each in findings] if no_proof else prove(script, findings, stop)
    if as_json:
        told = {**diagnosis.as_json(), "curvature": curvature and curvature.as_json()}
        if traced is not None:
            told["curve"] = traced.curve.as_json()
        told["findings"] = finding_objects(proved)
        click.echo(json.dumps(told, allow_nan=False))
    else:
        texts = [diagnosis.text, *([curvature.text()] if curvature else [])]
        texts += [] if traced is None else traced.lines()
        click.echo("\n".join([*texts, *finding_lines(script, proved)]))
    if moment.failure is None:
        return 0
    complain(f"the script failed: {moment.message}")
    return FAILED


def _run_seeds(
    script: Script, count: int, metric: str | None, stop: StopRule, workers: Workers
) -> int:
    from gdtui.experiments.job import LOSS
    from gdtui.experiments.seeds import SeedRuns

    note(script)
    return show_seed_runs(SeedRuns(script, count, metric or LOSS, workers, stop))
