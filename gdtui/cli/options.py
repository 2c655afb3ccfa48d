"""The options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gdtui.engine.script import Script
    from gdtui.engine.stopping import StopRule

STAGE_HELP = "STAGE is a stage's name or number, or the path of a .py or .ipynb file."
set_option = click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a setting of the script, such as learning_rate=0.05. VALUE is a Python "
    "literal; a bare word is a string. May be given more than once.",
)
_STOP_NAMES = ("--stop-below", "--stop-stalled")


def stop_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options that :func:`stop_rule` takes, for a command that runs a script."""
    below = click.option(
        _STOP_NAMES[0],
        metavar="LOSS",
        default="",
        help="Stop with the first epoch whose loss is below this, a number above 0. What follows "
        "the loop still runs.",
    )
    stalled = click.option(
        _STOP_NAMES[1],
        metavar="EPOCHS",
        default="",
        help="Stop once the loss has not fallen for so many epochs: the lowest is that old.",
    )
    return below(stalled(command))


def load_script(stage: str, settings: tuple[str, ...]) -> tuple[Script, dict[str, object]]:
    """The script with the settings, and their values."""
    from gdtui.engine.script import Script, ScriptError
    from gdtui.engine.settings import parse_value

    try:
        script = Script.load(stage)
        values: dict[str, object] = {}
        for setting in settings:
            name, equals, value = setting.partition("=")
            if not equals or not name.strip():
                raise ScriptError(
                    f"--set {setting!r} is not a setting; "
                    "write NAME=VALUE, such as learning_rate=0.05"
                )
            values[name.strip()] = parse_value(name.strip(), value)
        return script.with_settings(values) if values else script, values
    except ScriptError as error:
        raise click.ClickException(str(error)) from None


def stop_rule(below: str, stalled: str) -> StopRule:
    """The rule that the options of :func:`stop_options` give."""
    from gdtui.engine.errors import SettingError
    from gdtui.engine.stopping import StopRule

    try:
        return StopRule.parse(below, stalled, names=_STOP_NAMES)
    except SettingError as error:
        raise click.ClickException(str(error)) from None
