"""The learner's own editor, for a script's text."""

from __future__ import annotations

import click

from gdtui.cli.ending import complain


def edited(text: str) -> str | None:
    """A script's text as the learner leaves it in the editor that the environment names; None if it
    is as it was, or if the editor cannot be run."""
    try:
        return click.edit(text, extension=".py")
    except click.ClickException as error:
        complain(f"your editor cannot be run: {error.format_message()}")
        return None
