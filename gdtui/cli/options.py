"""The options and arguments that several commands take."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gdtui.engine.record.stopping import StopRule
    from gdtui.engine.script.script import Script

STAGE_HELP = "STAGE is a stage's name or number, or the path of a .py or .ipynb file."
ARGUMENTS_HELP = (
    "What stands behind -- is given to a script of yours as its arguments, as under Python; an "
    "argument that sets what --set sets as well has the last word."
)
set_option = click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Change a setting of the script, such as learning_rate=0.05. VALUE is a Python "
    "literal; a bare word is a string. May be given more than once.",
)
arguments_argument = click.argument(
    "arguments", metavar="[-- ARGUMENTS]", nargs=-1, type=click.UNPROCESSED
)
_STOP_NAMES = ("--stop-below", "--stop-stalled")


@dataclass(frozen=True)
class Arguments:
    """What a command line gives to the script.

    Attributes:
        words: what stands behind ``--``.
        stray: what stands before it, and is neither an option of gdtui nor the script.
    """

    words: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        """All of it in one text, as it was typed."""
        return shlex.join((*self.stray, *self.words))


_NO_ARGUMENTS = Arguments()


class ScriptCommand(click.Command):
    """A command with :data:`arguments_argument`, which it is given as :class:`Arguments`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        behind = len(args) - args.index("--") - 1 if "--" in args else 0
        left = super().parse_args(ctx, args)
        # Where the script itself stands behind the two dashes, nothing before them is left over.
        given = ctx.params.get("arguments") or ()
        stray = max(0, len(given) - behind)
        ctx.params["arguments"] = Arguments(given[stray:], given[:stray])
        return left


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


theme_option = click.option(
    "--theme",
    metavar="NAME",
    default="",
    help="The colours of the app, such as gdtui-light; t and the palette change and keep them.",
)


def load_script(
    stage: str, settings: tuple[str, ...], arguments: Arguments = _NO_ARGUMENTS
) -> tuple[Script, dict[str, object]]:
    """The script with the settings and the arguments, and the values of the settings."""
    from gdtui.engine.script.script import Script, ScriptError
    from gdtui.engine.script.settings import parse_value, shown

    try:
        script = Script.load(stage)
        if arguments.stray:
            raise ScriptError(
                f"unexpected argument {shown(arguments.stray[0])}; "
                "what is given to a script stands behind --"
            )
        script = script.with_arguments(arguments.words)
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
    from gdtui.engine.record.stopping import StopRule

    try:
        return StopRule.parse(below, stalled, names=_STOP_NAMES)
    except SettingError as error:
        raise click.ClickException(str(error)) from None
