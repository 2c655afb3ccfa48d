"""The command line. Everything but click is imported when a command needs it."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gdtui import __version__
from gdtui.options import STAGE_HELP, load_script, set_option, stop_options, stop_rule
from gdtui.streams import prepare_streams

if TYPE_CHECKING:
    from gdtui.engine.script import Script
    from gdtui.engine.stopping import StopRule
    from gdtui.engine.timeline import Timeline
    from gdtui.export.printers import ScriptPrinter
    from gdtui.lessons.progress import Progress

SLICE = 0.05
"""Seconds of running after which what there is to print is printed."""

_CHECK_SECONDS = 60
_MOST_SECONDS = 86_400
_RUNS_CODE = (
    "A lesson runs code as any program does: its scripts, and what it puts into them. Open or "
    "check a lesson of somebody else's only if you would run their scripts."
)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


def main() -> NoReturn:
    """Run the command line and exit: 0 when it ran, 1 when the script failed or diverged, with
    the code that a script ended itself with, 2 for wrong usage, 130 after Ctrl+C, 141 when nobody
    reads the output any more."""
    prepare_streams()
    try:
        code = _commands.main(prog_name="gdtui", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        message = error.format_message()
        context = getattr(error, "ctx", None)
        if context is not None:  # click's own: it says what is wrong, not where to look
            message += f" See {context.command_path} --help"
        _complain(message)
        code = EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        _leave(EXIT_INTERRUPTED)
    except SystemExit as error:
        # click notices a broken pipe itself, and replaces standard output when it does.
        pipe = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        code = EXIT_BROKEN_PIPE if pipe else error.code
    except BrokenPipeError:
        _leave(EXIT_BROKEN_PIPE)
    except OSError as error:
        _complain(f"standard output cannot be written to: {error.strerror}")
        _leave(EXIT_FAILED)
    sys.exit(code)


class _Commands(click.Group):
    """The commands; whatever is none of them names a stage to open."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = any(arg in self.commands for arg in args[:1])
        if not named and not set(args[:1]) & set(_GROUP_OPTIONS):
            args = ["open", *args]
        return super().parse_args(ctx, args)


_GROUP_OPTIONS = ("-h", "--help", "--version")


@click.group(
    cls=_Commands,
    subcommand_metavar="[STAGE | COMMAND] [ARGS]...",
    context_settings={"help_option_names": list(_GROUP_OPTIONS[:2]), "max_content_width": 100},
)
@click.version_option(__version__, prog_name="gdtui")
def _commands() -> None:
    """Train a small model and see what every statement of the training loop does.

    Five stages lead from gradient descent by hand, in NumPy, to a PyTorch model of your own.
    Each is a plain Python script, and so may be yours.

    `gdtui` opens the app; `gdtui STAGE` or `gdtui FILE.py` opens it there.
    """


@_commands.command(
    "open",
    help=f"Open the app, at a stage if one is given. {STAGE_HELP} The word `open` may be left out.",
)
@click.argument("stage", required=False)
@set_option
@click.option(
    "--watch", is_flag=True, help="Read the file of a script again whenever it has changed."
)
def open_app(stage: str | None, settings: tuple[str, ...], watch: bool) -> int:
    # Whoever names a stage has something in mind; others may want to begin with a lesson.
    offer, stage = stage is None, stage or "1"
    try:
        script, values = load_script(stage, settings)
    except click.ClickException as error:
        if not error.message.startswith("unknown stage"):
            raise
        raise click.ClickException(_neither_stage_nor_command(stage, error.message)) from None
    if watch:
        from gdtui.engine.script import STAGES

        if script.name in STAGES:
            raise click.ClickException(
                f"--watch goes with the path of a script of yours; {script.name} is a stage, "
                "which does not change"
            )
    options = {"stage": stage, "values": values, "offer": offer, "watch": watch}
    return _run_app(options, f"run {stage}")


def _neither_stage_nor_command(name: str, message: str) -> str:
    """What there is to say of a word that is no stage; ``message`` is what there is to say of the
    stages."""
    import difflib

    from gdtui.engine.script import STAGES

    commands = list(_commands.commands)
    near = difflib.get_close_matches(name.lower(), [*commands, *STAGES], n=1, cutoff=0.5)
    guess = f" (did you mean {near[0]!r}?)" if near else ""
    stages = message.partition("; ")[2]
    listed = f"the commands are {', '.join(commands)}"
    return f"unknown stage or command {name!r}{guess}; {stages}; {listed}"


def _run_app(options: dict[str, Any], instead: str) -> int:
    """Open the app; ``instead`` is the command that does without a terminal."""
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise click.ClickException(
            f"the app needs a terminal for its keys and its screen; `gdtui {instead}` does without"
        )
    from gdtui.ui import terminal

    if terminal.is_dumb():
        raise click.ClickException(
            f"the app needs a terminal that can draw, and TERM is {os.environ['TERM']!r}; "
            f"`gdtui {instead}` does without"
        )
    from gdtui.engine.libraries import LIBRARIES
    from gdtui.ui.app import GdtuiApp

    def progress() -> Progress:
        # The first picture does not wait for this.
        from gdtui.lessons.progress import Progress

        return Progress()

    app = GdtuiApp(progress=progress, **options)
    streams = sys.stdin, sys.stdout, sys.stderr
    # The keys are the app's: a script that asks for input gets the end of it.
    sys.stdin = io.StringIO()
    try:
        with terminal.guarded(app.exit):
            app.run()
    finally:
        # A script that was cut off in the middle may have left its own there.
        sys.stdin, sys.stdout, sys.stderr = streams
    if app.is_held_up or LIBRARIES.is_busy:
        # Python would wait for a thread, or end in the middle of an import, which may crash.
        _leave(app.return_code or 0)
    return app.return_code or 0


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()


@_commands.command(short_help="List the stages and who does what in them.")
def stages() -> int:
    """List the stages and who does what in them: you by hand, autograd, or PyTorch."""
    from gdtui.engine.script import ROLES, STAGES, Script

    rows = [["", "name", "title", *(role.split()[-1] for role in ROLES)]]
    for number, name in enumerate(STAGES, 1):
        script = Script.stage(name)
        roles = [script.roles.get(role, "") for role in ROLES]
        rows.append([str(number), name, script.title, *roles])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    return 0


@_commands.command(help=f"Print the text of a script with its settings. {STAGE_HELP}")
@click.argument("stage")
@set_option
def show(stage: str, settings: tuple[str, ...]) -> int:
    script, _ = load_script(stage, settings)
    # As bytes: what is shown is the file, its line endings included.
    sys.stdout.flush()
    sys.stdout.buffer.write(script.text.encode())
    sys.stdout.buffer.flush()
    return 0


@_commands.command(
    help=f"Run a script and print what it prints. {STAGE_HELP}\n\n"
    "With --json, print one object for each epoch instead, with the loss, the parameters after "
    "the update and the gradients that the update used, and at the end one with the status. "
    "An array of more than 64 numbers is given by its shape and Euclidean norm.\n\n"
    "The exit code is that of the script under Python: 0, 1 when it failed, or the one that it "
    "ended itself with, as by sys.exit(3). A run that diverged exits with 1."
)
@click.argument("stage")
@set_option
@stop_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines instead.")
def run(
    stage: str, settings: tuple[str, ...], stop_below: str, stop_stalled: str, as_json: bool
) -> int:
    from gdtui.export.printers import JsonPrinter, ScriptPrinter

    script, _ = load_script(stage, settings)
    stop = stop_rule(stop_below, stop_stalled)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    printer = (JsonPrinter if as_json else ScriptPrinter)(_complain)
    with _timeline(script, stop, printer) as timeline:
        printer.follow(timeline)
        going = True
        while going and not printer.broken:
            going = timeline.run_for(SLICE)
            printer.catch_up()
        if printer.broken:
            raise printer.broken
        return _finish(timeline, printer)


@_commands.command(
    short_help="Run a script and say whether and how fast it converges.",
    help="Run a script to its end and say in a line whether and how fast it converges, and which "
    f"learning rates would. {STAGE_HELP}\n\n"
    "For a linear model with mean squared error that is exact theory, checked against the run; "
    "for any other script it is read off the losses, and says so. With --json, print one object "
    "with the keys verdict, shrink_per_epoch, curvatures, largest_stable_learning_rate, "
    "best_learning_rate and text; what theory does not tell is null.",
)
@click.argument("stage")
@set_option
@stop_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def diagnose(
    stage: str, settings: tuple[str, ...], stop_below: str, stop_stalled: str, as_json: bool
) -> int:
    import json

    from gdtui.analysis.study import Study
    from gdtui.export.printers import SilentPrinter

    script, _ = load_script(stage, settings)
    with _timeline(
        script, stop_rule(stop_below, stop_stalled), SilentPrinter(_complain)
    ) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        moment = timeline.run()
        study.catch_up(moment, timeline.history)
    diagnosis = study.diagnosis
    click.echo(json.dumps(diagnosis.as_json(), allow_nan=False) if as_json else diagnosis.text)
    if moment.failure is None:
        return 0
    _complain(f"the script failed: {moment.message}")
    return EXIT_FAILED


@_commands.command(
    short_help="List the lessons with how far you have come, or check a file.",
    help="List the lessons and the bug lab, with how far you have come in each.\n\n"
    f"With --check, say what is wrong with a lesson's file instead. {_RUNS_CODE}",
)
@click.option(
    "--check",
    "file",
    metavar="FILE",
    help="Say what is wrong with a lesson's file, line by line; exits with 1 if anything is. "
    "Standard error says what it is doing.",
)
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help=f"With --check: end it after so long, and say where it was. {_CHECK_SECONDS} without "
    "this option.",
)
@click.option("--reset", is_flag=True, help="Forget how far you have come.")
def lessons(file: str | None, timeout: float | None, reset: bool) -> int:
    if file is not None and reset:
        raise click.ClickException("--check and --reset cannot be given together")
    if file is None and timeout is not None:
        raise click.ClickException("--timeout belongs to --check")
    if file is not None:
        return _check(file, _CHECK_SECONDS if timeout is None else timeout)
    from gdtui.lessons.progress import Progress

    progress = Progress()
    if reset:
        progress.reset()
        if progress.complaint:
            raise click.ClickException(progress.complaint)
        click.echo("Forgotten. `gdtui walk 1` begins anew.")
        return 0
    _list_lessons(progress)
    return 0


def _list_lessons(progress: Progress) -> None:
    from gdtui.lessons.library import listed

    records = progress.records
    if progress.complaint:
        _complain(progress.complaint)
    for line in listed({name: record.text for name, record in records.items()}):
        click.echo(line)


def _check(file: str, seconds: float) -> int:
    from pathlib import Path

    from gdtui.engine.printable import clean_line
    from gdtui.lessons.errors import LessonError
    from gdtui.lessons.watching import check_within

    if not 0 < seconds <= _MOST_SECONDS:
        raise click.ClickException(
            f"--timeout: {seconds:g} is not allowed; it takes seconds, up to {_MOST_SECONDS}"
        )

    def say(line: int, text: str, *, err: bool) -> None:
        click.echo(clean_line(f"{file}:{line}: {text}"), err=err)

    try:
        problems = check_within(
            Path(file), seconds, lambda line, text: say(line, f"at {text}", err=True)
        )
    except LessonError as error:
        raise click.ClickException(str(error)) from None
    for problem in problems:
        say(problem.line, problem.message, err=False)
    if not problems:
        name = clean_line(file)
        click.echo(f"{name}: nothing is wrong with it; `gdtui walk {name}` opens it.")
    return EXIT_FAILED if problems else 0


@_commands.command(
    short_help="Walk through a lesson, in the app or line by line.",
    help="Walk through a lesson. LESSON is the number of a lesson, b1 to b8 for a bug of the bug "
    "lab, or the path of a .md file.\n\n"
    "With --plain it asks and is answered line by line, and what the app would draw is said in "
    f"words. The end of the input ends it. {_RUNS_CODE}",
)
@click.argument("lesson")
@click.option("--plain", is_flag=True, help="Line by line, without the app.")
@click.option("--again", is_flag=True, help="From the first step, though you have come farther.")
def walk(lesson: str, plain: bool, again: bool) -> int:
    from gdtui.lessons.errors import LessonError
    from gdtui.lessons.library import find_lesson
    from gdtui.lessons.plain import walk_plainly
    from gdtui.lessons.progress import Progress

    if plain and sys.stdin is None:
        raise click.ClickException(
            "standard input is closed; `walk --plain` reads the answers from it"
        )
    try:
        found = find_lesson(lesson)
        if plain:
            walk_plainly(found, Progress(), again=again, complain=_complain)
            return 0
    except LessonError as error:
        raise click.ClickException(str(error)) from None
    return _run_app({"lesson": found, "again": again}, f"walk {lesson} --plain")


def _timeline(script: Script, stop: StopRule, printer: ScriptPrinter) -> Timeline:
    from gdtui.engine.errors import ScriptError
    from gdtui.engine.timeline import Timeline

    try:
        return Timeline(script, stop=stop, output=printer.printed, errors=printer.complained)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None


def _finish(timeline: Timeline, printer: ScriptPrinter) -> int:
    moment = timeline.moment
    printer.ended(str(moment.status), len(timeline.history), moment.message)
    if printer.broken:
        raise printer.broken
    if moment.failure is not None:
        # What Python prints of it has been printed, when it happened.
        return moment.failure.exit_code
    if moment.status == "diverged":
        _complain(moment.message)
        return EXIT_FAILED
    return 0


def _leave(code: int) -> NoReturn:
    """Exit at once. On the usual way out Python would try to write what is left in a buffer
    that nobody reads, and after an interrupt it may end itself by the signal once more."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _complain(message: str) -> None:
    from gdtui.engine.printable import clean_line

    click.echo(f"gdtui: {clean_line(' '.join(message.split()))}", err=True)
