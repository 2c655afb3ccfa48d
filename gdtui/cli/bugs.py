"""The command that plants bugs into a script of the learner's own: bugs."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import complain
from gdtui.cli.group import commands
from gdtui.cli.many_runs import worker_options, workers_of
from gdtui.cli.options import load_script
from gdtui.cli.own_editor import edited
from gdtui.cli.running import note

if TYPE_CHECKING:
    from gdtui.engine.script.script import Script
    from gdtui.experiments.planted_bugs import PlantedBug, PlantedBugs

_LESSON = """---
title: A bug in {name}
minutes: 4
stage: {path}
edit:
  - find: {find}
    put: {put}
---

## What it does

- go: end
- look: loss, parameters

One line of {name} has been changed. It was run: {symptom}.

## Which line?

- look: code, loss

Step through the first epochs in your head, or in the app, and look for the statement that does not
do what it should.

### Ask: bug

Where is the bug? Name its line, or a line beside the gap if one is missing; or mend it.

- then: mended
- then: end

### Hint

Stop in the first epochs, and read what each statement of the loop has done.

### Why

In the changed script {kind}.
"""


@commands.command(
    "bugs",
    short_help="Plant bugs into a script of your own, to find them.",
    help="Make a bug lab of a script of your own: plant small bugs into it, one at a time, run "
    "each, and list those with which it trains worse, by what a run shows. FILE is a .py file.\n\n"
    "With --play, find bug N on standard input and output: name the line or mend it. With -o, "
    "write the script with bug N to a file instead. --answers names the lines.",
)
@click.argument("file")
@click.option("--play", "number", type=click.IntRange(1), metavar="N", help="Find bug N.")
@click.option("-o", "output", metavar="FILE", help="With --play: write the script with the bug.")
@click.option("--answers", is_flag=True, help="Name the lines, and what was done to them.")
@worker_options
def bugs(
    file: str,
    number: int | None,
    output: str | None,
    answers: bool,
    jobs: int | None,
    backend: str,
    scheduler: str,
) -> int:
    from gdtui.engine.errors import ScriptError
    from gdtui.experiments.planted_bugs import plant_bugs
    from gdtui.stages import KEYS

    if output is not None and number is None:
        raise click.ClickException("-o writes the script with one bug; name it by --play N")
    script, _ = load_script(file, ())
    if script.cells or script.name in KEYS:
        raise click.ClickException(f"{file}: bugs are planted into .py files; the stages have b1")
    note(script)
    try:
        found = plant_bugs(script, workers_of(jobs, backend, scheduler))
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    if number is None:
        _list(script, found, answers=answers)
        return 0
    if number > len(found.bugs):
        raise click.ClickException(f"--play {number}: there are {len(found.bugs)} bugs")
    bug = found.bugs[number - 1]
    if output is not None:
        _write(output, bug)
        return 0
    if found.is_random:
        raise click.ClickException(
            f"{file} trains otherwise with each run, so a mend cannot be checked: let it set a seed"
        )
    _play(script, bug)
    return 0


def _list(script: Script, found: PlantedBugs, *, answers: bool) -> None:
    click.echo(f"{len(found.bugs)} of {found.tried} bugs have an effect:")
    for number, bug in enumerate(found.bugs, start=1):
        click.echo(f"  {number}  {bug.symptom}")
        if answers:
            click.echo(f"     {script.place(bug.line)}: {bug.kind}")


def _write(output: str, bug: PlantedBug) -> None:
    if Path(output).exists():
        raise click.ClickException(f"{output} exists; name another file")
    try:
        Path(output).write_text(bug.text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from None


def _play(script: Script, bug: PlantedBug) -> None:
    import tempfile

    from gdtui.lessons.errors import LessonError
    from gdtui.lessons.format.library import find_lesson
    from gdtui.lessons.plain.plain_walk import walk_plainly
    from gdtui.lessons.walk.progress import Progress

    answers, sys.stdin = sys.stdin, io.StringIO() if sys.stdin is None else sys.stdin
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bug.md")
        path.write_text(_lesson(script, bug), encoding="utf-8")
        try:
            # Its progress is that of one sitting.
            progress = Progress(Path(folder, "progress.json"))
            walk_plainly(
                find_lesson(str(path)), progress, again=True, complain=complain, edit=edited
            )
        except LessonError as error:
            raise click.ClickException(str(error)) from None
        finally:
            sys.stdin = answers


def _lesson(script: Script, bug: PlantedBug) -> str:
    """The bug as a lesson. YAML reads a JSON string as what it is."""
    deep = len(bug.old[0]) - len(bug.old[0].lstrip())
    put = [line[deep:] for line in bug.put]
    return _LESSON.format(
        name=Path(script.path).name,
        path=json.dumps(script.path),
        find=json.dumps(bug.old[0].strip()),
        put=json.dumps("\n".join(put)),
        symptom=_literal(bug.symptom),
        kind=_literal(bug.kind),
    )


def _literal(text: str) -> str:
    """A text in which a lesson finds no expression."""
    return text.replace("{", "{{").replace("}", "}}")
