"""The sets of samples that come with gdtui, and what each shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "files"


@dataclass(frozen=True)
class DataSet:
    """A set of samples.

    Attributes:
        name: its name on the command line; ``NAME.csv`` is its file.
        shows: what it shows, in a sentence.
    """

    name: str
    shows: str

    @property
    def path(self) -> Path:
        """Its file."""
        return FOLDER / f"{self.name}.csv"


SETS = (
    DataSet("notebook", "y is twice x, exactly: the four samples of the stages."),
    DataSet("offset", "y = 2x + 3: a weight alone cannot fit it, a weight and a bias can."),
    DataSet("noise", "y = 2x and noise: the loss falls, and not to 0."),
    DataSet("outlier", "One wrong sample pulls a squared error; try L1Loss or HuberLoss."),
    DataSet("large", "x around 100: the curvatures lie so far apart that a bias hardly learns."),
    DataSet("standardised", "The same with mean 0 and deviation 1: both learn equally fast."),
    DataSet("clusters", "Two groups of samples: only the line between their means matters."),
)


def set_named(name: str) -> DataSet | None:
    """The set of a name; None if there is none."""
    return next((each for each in SETS if each.name == name), None)
