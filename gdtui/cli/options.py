"""Options and arguments that several commands share."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gdtui.data.samples import Samples
    from gdtui.engine.record.stopping import StopRule
    from gdtui.engine.script.script import Script

STAGE_HELP = "STAGE is a stage's name or number, or the path of a .py or .ipynb file."
ARGUMENTS_HELP = (
    "Everything after -- goes to your own script as its arguments, as under Python; an argument "
    "overrides --set for the same setting."
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
    """The arguments of a command line that go to the script.

    Attributes:
        words: the arguments after ``--``.
        stray: words before it that are neither an option of gdtui nor the script.
    """

    words: tuple[str, ...] = ()
    stray: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        """All of them in one text, as typed."""
        return shlex.join((*self.stray, *self.words))


_NO_ARGUMENTS = Arguments()


class ScriptCommand(click.Command):
    """Give a command :data:`arguments_argument`, passed as :class:`Arguments`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        behind = len(args) - args.index("--") - 1 if "--" in args else 0
        left = super().parse_args(ctx, args)
        # If the script itself follows the two dashes, no stray words precede them.
        given = ctx.params.get("arguments") or ()
        stray = max(0, len(given) - behind)
        ctx.params["arguments"] = Arguments(given[stray:], given[:stray])
        return left


def stop_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of :func:`stop_rule` to a command."""
    below = click.option(
        _STOP_NAMES[0],
        metavar="LOSS",
        default="",
        help="Stop with the first epoch whose loss is below this, a number above 0. The code after "
        "the loop still runs.",
    )
    stalled = click.option(
        _STOP_NAMES[1],
        metavar="EPOCHS",
        default="",
        help="Stop once the loss has not fallen for so many epochs.",
    )
    return below(stalled(command))


theme_option = click.option(
    "--theme",
    metavar="NAME",
    default="",
    help="The colours of the app, such as gdtui-light; t and the palette change and keep them.",
)


@dataclass(frozen=True)
class DataOptions:
    """The options of :func:`data_options`.

    Attributes:
        data: a file, or the name of a set; empty for none.
        x, y: the names of the columns; empty for the only ones.
    """

    data: str = ""
    x: str = ""
    y: str = ""

    def samples(self) -> Samples | None:
        """The samples; None without ``--data``.

        Raises:
            ScriptError: they cannot be had.
        """
        from gdtui.data.loading import load_samples
        from gdtui.engine.errors import ScriptError

        if self.data:
            return load_samples(self.data, self.x, self.y)
        if self.x or self.y:
            raise ScriptError("--x and --y name columns of a file, which --data names")
        return None

    def put_into(self, scripts: Sequence[Script]) -> list[Script]:
        """The scripts with the samples, if there are any. What they are goes to standard error.

        Raises:
            ScriptError: the samples cannot be had, or a script cannot learn from them.
        """
        samples = self.samples()
        if samples is None:
            return list(scripts)
        from gdtui.data.loading import with_samples

        found = [with_samples(script, samples) for script in scripts]
        click.echo(f"gdtui: {samples.said}", err=True)
        return found


_NO_DATA = DataOptions()


def data_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add ``--data``, ``--x`` and ``--y`` to a command, passed as :class:`DataOptions`."""

    @functools.wraps(command)
    def taking(*args: Any, data: str, x_name: str, y_name: str, **kwargs: Any) -> int:
        return command(*args, data=DataOptions(data, x_name, y_name), **kwargs)

    source = click.option(
        "--data",
        metavar="FILE.csv|SET",
        default="",
        help="Other samples, put into the script's inputs and targets: a CSV file with two columns "
        "of numbers, or one of the sets that `gdtui data` lists.",
    )
    x = click.option("--x", "x_name", metavar="NAME", default="", help="The column of the inputs.")
    y = click.option("--y", "y_name", metavar="NAME", default="", help="The column of the targets.")
    return source(x(y(taking)))


def load_script(
    stage: str,
    settings: tuple[str, ...],
    arguments: Arguments = _NO_ARGUMENTS,
    data: DataOptions = _NO_DATA,
) -> tuple[Script, dict[str, object]]:
    """The script with the data, the settings and the arguments, and the values of the settings."""
    from gdtui.engine.script.script import Script, ScriptError
    from gdtui.engine.script.settings import shown

    try:
        script = Script.load(stage)
        if arguments.stray:
            raise ScriptError(
                f"unexpected argument {shown(arguments.stray[0])}; "
                "what is given to a script stands behind --"
            )
        script = script.with_arguments(arguments.words)
        (script,) = data.put_into([script])
        values = dict(map(setting_of, settings))
        return script.with_settings(values) if values else script, values
    except ScriptError as error:
        raise click.ClickException(str(error)) from None


def setting_of(text: str) -> tuple[str, object]:
    """The name and the value in ``NAME=VALUE``.

    Raises:
        SettingError: the text is not of this form, or the value is no Python literal.
    """
    from gdtui.engine.errors import SettingError
    from gdtui.engine.script.settings import parse_value

    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise SettingError(
            f"--set {text!r} is not a setting; write NAME=VALUE, such as learning_rate=0.05"
        )
    return name.strip(), parse_value(name.strip(), value)


def stop_rule(below: str, stalled: str) -> StopRule:
    """The rule that the options of :func:`stop_options` describe."""
    from gdtui.engine.errors import SettingError
    from gdtui.engine.record.stopping import StopRule

    try:
        return StopRule.parse(below, stalled, names=_STOP_NAMES)
    except SettingError as error:
        raise click.ClickException(str(error)) from None
