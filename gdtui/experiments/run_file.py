"""A run made to be written into a file, in whatever process."""

from __future__ import annotations

from typing import NamedTuple

from gdtui.engine.errors import ScriptError
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.experiments.job import Recipe, settle
from gdtui.export.formats import run_pieces
from gdtui.export.output_file import OutputError, OutputFile


class WrittenRun(NamedTuple):
    """A run in a file: how many epochs it has, and why it ended before its script would; empty if
    it did not."""

    epochs: int
    message: str


def write_run(
    recipe: Recipe, stop: StopRule, kind: str, file: OutputFile, parent: int
) -> WrittenRun:
    """Run a script to its end and write the run into a file of one of
    :data:`gdtui.export.formats.FORMATS`. If the script fails or diverges, the epochs until then are
    written.

    Args:
        recipe: the script.
        stop: when the run stops before.
        kind: the format.
        file: the file.
        parent: the process that has ordered it.

    Raises:
        ScriptError: the script cannot begin, or the file cannot be written.
    """
    settle(parent)
    with Timeline(recipe.script(), stop=stop) as timeline:
        try:
            file.write(run_pieces(timeline, kind))
        except OutputError as error:
            raise ScriptError(str(error)) from None
        moment = timeline.moment
        is_whole = moment.status is Status.FINISHED
        return WrittenRun(len(timeline.history), "" if is_whole else moment.message)
