"""The formats of scripts and runs as files, and the text of a file of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.engine.run.timeline import Timeline
    from gdtui.engine.script.script import Script

FORMATS = {
    "py": "the script with its settings, to be run by Python",
    "ipynb": "a Jupyter notebook that prints what the script prints",
    "csv": "the run as a table: a row for each epoch, a column for each number",
    "jsonl": "the run as JSON objects, one for each epoch, as from `gdtui run --json`",
    "html": "the run as a page that plays it in a browser, by the keys of the app",
}
"""The formats, and what a file of each is. Its name ends with the format."""

OF_SCRIPTS = ("py", "ipynb")
"""The formats of scripts; the others are of runs."""


def script_text(script: Script, kind: str) -> str:
    """The text of a file of a script, in one of :data:`OF_SCRIPTS`.

    Raises:
        ScriptError: the script cannot be written in this format.
    """
    from gdtui.engine.errors import ScriptError

    if kind == "py":
        from gdtui.export.plain_script import plain_text

        if script.arguments:
            from gdtui.engine.script.settings import shown

            raise ScriptError(
                f"{shown(script.typed_arguments)}: a script takes its arguments when it runs, "
                "so none can be exported with it; a notebook keeps them"
            )
        return plain_text(script)
    from gdtui.export.notebook_file import notebook_text

    return notebook_text(script)


def run_pieces(timeline: Timeline, kind: str) -> Iterable[str]:
    """Play a run to its end. Returns the text of its file, in pieces, in one of :data:`FORMATS`
    that is none of :data:`OF_SCRIPTS`."""
    if kind == "html":
        from gdtui.export.page.page import page_text

        return [page_text(timeline)]
    from gdtui.export.history_files import csv_pieces, jsonl_pieces

    timeline.run()
    if kind == "csv":
        return csv_pieces(timeline.history)
    return jsonl_pieces(timeline.history, timeline.epochs_total)
