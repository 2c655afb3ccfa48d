"""The command line. Commands import everything but click when they need it.

Each module builds on those before it:

    ending        exit codes, and error messages
    group         the group that all commands belong to
    options       options and arguments that several commands take
    streams       the standard streams, prepared for what gdtui reads and writes
    opening       opens the app
    own_editor    the learner's own editor, for a script's text
    running       what the commands share that run a script to its end
    tables        tables as text
    text_plots    plots as text, drawn by what draws those of the app
    pictures      what the commands share that write pictures
    progress      a line on standard error that says how far many runs have come
    many_runs     what the commands share that make many runs
    sweep_text    a sweep as text: a plot, tables, and what is best
    curvature_text  the curvature over the epochs as a plot and in sentences
    finding_text  findings as text, and as objects for JSON
    seed_runs     runs of a script with many seeds, for `run --seeds`
    scripts       the commands for stages and a learner's scripts: run, diagnose and others
    exporting     the command that writes a script or its run into a file: export
    recorded      the command that draws what was recorded of a run: plot
    comparing     the command that sets runs beside one another: compare
    sweeping      the command that runs a script with many values of its settings: sweep
    bugs          the command that plants bugs into a script of the learner's own: bugs
    conditions    the command that finds the first moment at which a condition holds: when
    rate_finding  the command that looks for a learning rate: lr
    lessons       the commands for lessons and the bug lab: walk, lessons
"""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from gdtui.cli import (
    bugs,
    comparing,
    conditions,
    exporting,
    lessons,
    opening,
    rate_finding,
    recorded,
    scripts,
    sweeping,
)
from gdtui.cli.ending import BROKEN_PIPE, FAILED, INTERRUPTED, USAGE, complain, leave
from gdtui.cli.group import commands
from gdtui.cli.streams import prepare_streams

__all__ = [
    "bugs",
    "commands",
    "comparing",
    "conditions",
    "exporting",
    "lessons",
    "main",
    "opening",
    "rate_finding",
    "recorded",
    "scripts",
    "sweeping",
]


def main() -> NoReturn:
    """Run the command line and exit: with 0 on success, 1 if the script failed or diverged, the
    script's own exit code, 2 for wrong usage, 130 after Ctrl+C, 141 if the reader of the output has
    gone."""
    prepare_streams()
    try:
        code = commands.main(prog_name="gdtui", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        message = error.format_message()
        context = getattr(error, "ctx", None)
        if context is not None:  # click's own error: it says what is wrong, not where to look
            message += f" See {context.command_path} --help"
        complain(message)
        code = USAGE
    except (click.Abort, KeyboardInterrupt):
        leave(INTERRUPTED)
    except SystemExit as error:
        # click notices a broken pipe itself, and replaces standard output when it does.
        pipe = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        code = BROKEN_PIPE if pipe else error.code
    except BrokenPipeError:
        leave(BROKEN_PIPE)
    except OSError as error:
        complain(f"standard output cannot be written to: {error.strerror}")
        leave(FAILED)
    sys.exit(code)
