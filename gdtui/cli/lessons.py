"""The commands for lessons and the bug lab: walk, lessons."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED, complain
from gdtui.cli.group import commands
from gdtui.cli.opening import run_app
from gdtui.cli.own_editor import edited

if TYPE_CHECKING:
    from gdtui.lessons.walk.progress import Progress

_CHECK_SECONDS = 60
_MOST_SECONDS = 86_400
_RUNS_CODE = (
    "A lesson runs code like any program: its scripts, and its changes to them. Open or check a "
    "lesson from elsewhere only if you would run its scripts."
)


@commands.command(
    short_help="List the lessons with your progress, or check a file.",
    help="List the lessons and the bug lab, with your progress in each.\n\n"
    f"With --check, list the problems in a lesson's file instead. {_RUNS_CODE}",
)
@click.option(
    "--check",
    "file",
    metavar="FILE",
    help="List the problems in a lesson's file, line by line; exits with 1 if there are any. "
    "Standard error shows the current step.",
)
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help=f"With --check: stop after so long, and name the step reached. {_CHECK_SECONDS} by "
    "default.",
)
@click.option("--reset", is_flag=True, help="Delete your progress.")
def lessons(file: str | None, timeout: float | None, reset: bool) -> int:
    if file is not None and reset:
        raise click.ClickException("--check and --reset cannot be given together")
    if file is None and timeout is not None:
        raise click.ClickException("--timeout belongs to --check")
    if file is not None:
        return _check(file, _CHECK_SECONDS if timeout is None else timeout)
    from gdtui.lessons.walk.progress import Progress

    progress = Progress()
    if reset:
        progress.reset()
        if progress.complaint:
            raise click.ClickException(progress.complaint)
        click.echo("Your progress is deleted. `gdtui walk 1` starts again.")
        return 0
    _list_lessons(progress)
    return 0


def _list_lessons(progress: Progress) -> None:
    from gdtui.lessons.format.library import listed

    records = progress.records
    if progress.complaint:
        complain(progress.complaint)
    for line in listed({name: record.text for name, record in records.items()}):
        click.echo(line)


def _check(file: str, seconds: float) -> int:
    from pathlib import Path

    from gdtui.engine.printable import clean_line
    from gdtui.lessons.check.check_process import check_within
    from gdtui.lessons.errors import LessonError

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
        click.echo(f"{name}: no problems found; `gdtui walk {name}` opens it.")
    return FAILED if problems else 0


@commands.command(
    short_help="Walk through a lesson, in the app or line by line.",
    help="Walk through a lesson. LESSON is the number of a lesson, b1 to b12 for a bug of the "
    "bug lab, or the path of a .md file.\n\n"
    "With --plain it asks on standard output, reads the answers from standard input, and describes "
    f"plots in words. The end of the input ends it. {_RUNS_CODE}",
)
@click.argument("lesson")
@click.option("--plain", is_flag=True, help="Line by line, without the app.")
@click.option("--again", is_flag=True, help="Begin at the first step, even if you are further on.")
def walk(lesson: str, plain: bool, again: bool) -> int:
    from gdtui.lessons.errors import LessonError
    from gdtui.lessons.format.library import find_lesson
    from gdtui.lessons.plain.plain_walk import walk_plainly
    from gdtui.lessons.walk.progress import Progress

    if plain and sys.stdin is None:
        raise click.ClickException(
            "standard input is closed; `walk --plain` reads the answers from it"
        )
    try:
        found = find_lesson(lesson)
        if plain:
            walk_plainly(found, Progress(), again=again, complain=complain, edit=edited)
            return 0
    except LessonError as error:
        raise click.ClickException(str(error)) from None
    return run_app({"lesson": found, "again": again}, f"walk {lesson} --plain")
