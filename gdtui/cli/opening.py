"""Opens the app."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdtui.cli.ending import leave
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
    theme_option,
)

if TYPE_CHECKING:
    from gdtui.data.samples import Samples
    from gdtui.lessons.walk.progress import Progress


SESSION = ".gdtui"
"""The ending of a session's file."""


@commands.command(
    "open",
    cls=ScriptCommand,
    help=f"Open the app, at a stage if one is given. {STAGE_HELP} A .gdtui file is a session, "
    "as ctrl+s saves it. The word `open` may be left "
    f"out.\n\n{ARGUMENTS_HELP}",
)
@click.argument("stage", required=False)
@arguments_argument
@set_option
@data_options
@click.option(
    "--watch", is_flag=True, help="Read the file of a script again whenever it has changed."
)
@theme_option
def open_app(
    stage: str | None,
    arguments: Arguments,
    settings: tuple[str, ...],
    data: DataOptions,
    watch: bool,
    theme: str,
) -> int:
    # A user who names no stage may want to begin with a lesson.
    offer, stage = stage is None and not data.data, stage or "1"
    if stage.lower().endswith(SESSION):
        return _open_session(stage, bool(settings or arguments.words or data.data or watch), theme)
    try:
        samples = _samples(data)
        script, values = load_script(stage, settings, arguments)
    except click.ClickException as error:
        if not error.message.startswith("unknown stage"):
            raise
        raise click.ClickException(_neither_stage_nor_command(stage, error.message)) from None
    if watch:
        from gdtui.stages import KEYS

        if script.name in KEYS:
            raise click.ClickException(
                f"--watch needs the path of your own script; {script.name} is a stage, "
                "which does not change"
            )
    options = {
        "stage": stage,
        "values": values,
        "samples": samples,
        "arguments": arguments.words,
        "offer": offer,
        "watch": watch,
        "theme": theme,
    }
    from gdtui.engine.printable import clean_line

    behind = f" -- {clean_line(script.typed_arguments, 200)}" if script.arguments else ""
    return run_app(options, f"run {stage}{behind}")


def _open_session(name: str, has_more: bool, theme: str) -> int:
    """Open a session; ``has_more`` tells whether there are options that it cannot take."""
    from gdtui.engine.errors import ScriptError
    from gdtui.ui.control.session_file import read_session

    if has_more:
        raise click.ClickException(
            f"{name}: a session brings its own settings, data and arguments; open it alone"
        )
    try:
        session = read_session(Path(name))
    except ScriptError as error:
        raise click.ClickException(str(error)) from None
    return run_app({"session": session, "theme": theme}, "run STAGE")


def _samples(data: DataOptions) -> Samples | None:
    from gdtui.engine.errors import ScriptError

    try:
        return data.samples()
    except ScriptError as error:
        raise click.ClickException(str(error)) from None


def _neither_stage_nor_command(name: str, message: str) -> str:
    """The error message for a word that is no stage; ``message`` is the error of the stages."""
    import difflib

    from gdtui.stages import KEYS

    names = sorted(commands.commands)
    near = difflib.get_close_matches(name.lower(), [*names, *KEYS], n=1, cutoff=0.5)
    guess = f" (did you mean {near[0]!r}?)" if near else ""
    stages = message.partition("; ")[2]
    listed = f"the commands are {', '.join(names)}"
    return f"unknown stage or command {name!r}{guess}; {stages}; {listed}"


def run_app(options: dict[str, Any], instead: str) -> int:
    """Open the app; ``instead`` is the command to suggest without a terminal."""
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise click.ClickException(
            f"the app needs a terminal for its keys and its screen; `gdtui {instead}` does without"
        )
    from gdtui.ui import terminal

    if terminal.is_dumb():
        raise click.ClickException(
            f"the app needs a terminal that can draw, and TERM is {os.environ.get('TERM', '')!r}; "
            f"`gdtui {instead}` does without"
        )
    from gdtui.engine.errors import SettingError
    from gdtui.engine.libraries import LIBRARIES
    from gdtui.engine.state.streams import ELSEWHERE
    from gdtui.ui.app import GdtuiApp
    from gdtui.ui.edits.recent_files import RecentFiles
    from gdtui.ui.themes import ThemeChoice

    def progress() -> Progress:
        # The first screen does not wait for this.
        from gdtui.lessons.walk.progress import Progress

        return Progress()

    try:
        app = GdtuiApp(
            progress=progress,
            kept_theme=ThemeChoice(),
            recent=RecentFiles(),
            inspects=True,
            **options,
        )
    except SettingError as error:
        raise click.ClickException(str(error)) from None
    streams = sys.stdin, sys.stdout, sys.stderr
    # The app reads the keys, so a script that asks for input meets its end.
    sys.stdin = io.StringIO()
    try:
        with terminal.guarded(app.exit), terminal.screen_for_itself(ELSEWHERE.add):
            app.run()
    finally:
        # An interrupted script may have left its own streams there.
        sys.stdin, sys.stdout, sys.stderr = streams
    if app.is_held_up or LIBRARIES.is_busy:
        # A normal exit would wait for the thread, or end during an import, which may crash.
        leave(app.return_code or 0)
    return app.return_code or 0


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()
