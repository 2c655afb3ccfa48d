"""What the commands share that run a script to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gdtui.cli.ending import FAILED, complain

if TYPE_CHECKING:
    from gdtui.engine.record.stopping import StopRule
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.run.timeline import Timeline
    from gdtui.engine.script.script import Script
    from gdtui.export.printers import ScriptPrinter


def note(script: Script) -> None:
    if script.notice:
        complain(f"{script.name}: {script.notice}")


def timeline_of(script: Script, stop: StopRule, printer: ScriptPrinter) -> Timeline:
    from gdtui.engine.errors import ScriptError
    from gdtui.engine.run.timeline import Timeline

    try:
        return Timeline(script, stop=stop, output=printer.printed, errors=printer.complained)
    except ScriptError as error:
        raise click.ClickException(str(error)) from None


def finish(timeline: Timeline, printer: ScriptPrinter) -> int:
    moment = timeline.moment
    printer.ended(moment.status, len(timeline.history), moment.message)
    if printer.broken:
        raise printer.broken
    return ended(moment)


def ended(moment: Moment) -> int:
    """The exit code of a run that has come to a moment."""
    from gdtui.engine.run.status import Status

    if moment.failure is not None:
        # Python's own message has been printed already.
        return moment.failure.exit_code
    if moment.status is Status.DIVERGED:
        complain(moment.message)
        return FAILED
    return 0
