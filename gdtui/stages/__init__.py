"""The stages: the training scripts that come with gdtui, and the table of them.

A script of this folder is read as text and imported by nobody. A new stage is its script and its
line in the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["KEYS", "OWN_NUMBER", "STAGES", "Stage", "stage_of"]


@dataclass(frozen=True)
class Stage:
    """A training script that comes with gdtui.

    Attributes:
        number: its place, from 1, and the key in the app that loads it.
        key: its name on the command line and in lessons; ``KEY.py`` is its script.
        title: the first line of its script.
        linear: whether it fits a linear model to the notebook's samples by their squared errors.
    """

    number: int
    key: str
    title: str
    linear: bool

    @property
    def path(self) -> Path:
        """The file of its script."""
        return Path(__file__).with_name(f"{self.key}.py")


STAGES = (
    Stage(1, "manual", "Everything by hand", linear=True),
    Stage(2, "autograd", "Gradients by autograd", linear=True),
    Stage(3, "optimizer", "Loss and optimizer", linear=True),
    Stage(4, "model", "A model from PyTorch", linear=True),
    Stage(5, "module", "A module of your own", linear=True),
    Stage(6, "logistic", "Logistic regression", linear=False),
)
"""The stages in order."""

KEYS = tuple(stage.key for stage in STAGES)
"""The keys of the stages, in order."""

OWN_NUMBER = len(STAGES) + 1
"""The key in the app that loads the script that gdtui was opened with."""


def stage_of(name: str) -> Stage | None:
    """The stage with a key or a number, such as ``autograd`` or ``2``; None if there is none."""
    wanted = (name, name.lstrip("0"))
    return next((each for each in STAGES if {each.key, str(each.number)} & {*wanted}), None)
