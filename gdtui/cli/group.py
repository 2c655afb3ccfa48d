"""The group that all commands belong to."""

from __future__ import annotations

import click

from gdtui import __version__
from gdtui.stages import KEYS, STAGES

_WIDTH = max(map(len, KEYS))
_GROUP_OPTIONS = ("-h", "--help", "--version")


class Commands(click.Group):
    """The group of commands. Any other word names a stage or a file to open."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = any(arg in self.commands for arg in args[:1])
        if not named and not set(args[:1]) & set(_GROUP_OPTIONS):
            args = ["open", *args]
        return super().parse_args(ctx, args)


_LISTED = "\n".join(f"  {each.number} {each.key.ljust(_WIDTH)} {each.title}" for each in STAGES)
_HELP = f"""Train a small model and see what every statement of the training loop does.

The stages lead from gradient descent by hand, in NumPy, to a PyTorch model of your own, and on to
a model that classifies. Each is a plain Python script; yours may be one too, or a Jupyter notebook.

\b
{_LISTED}

`gdtui` opens the app; `gdtui STAGE`, `gdtui FILE.py` or `gdtui FILE.ipynb` opens it there. What
stands behind -- is given to your script: `gdtui FILE.py -- --lr 0.5`.
"""


@click.group(
    cls=Commands,
    help=_HELP,
    subcommand_metavar="[STAGE | COMMAND] [ARGS]...",
    context_settings={"help_option_names": list(_GROUP_OPTIONS[:2]), "max_content_width": 100},
)
@click.version_option(__version__, prog_name="gdtui")
def commands() -> None:
    """The group that all commands belong to."""
