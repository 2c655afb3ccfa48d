"""The diagnosis of a run: a verdict, a line, a text and the numbers behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gdtui.analysis.numerals import SHORT, Numerals, numeral

SAME_LOSS = 1e-4
"""A loss that changes by less than this share of it stays where it is."""


class Verdict(StrEnum):
    """How a run behaves."""

    SMOOTH = "smooth"
    ONE_STEP = "one-step"
    OSCILLATING = "oscillating"
    STALLED = "stalled"
    CONVERGED = "converged"
    DIVERGING = "diverging"
    NOT_FINITE = "not finite"
    TOO_EARLY = "too early"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Diagnosis:
    """The diagnosis of a run.

    The error is the distance of the parameters from the best ones.

    Attributes:
        verdict: how it behaves.
        sentences: the diagnosis in short sentences for one line, the most important first.
        text: the full diagnosis.
        shrink_per_epoch: the factor by which an epoch multiplies the error in the long run; None
            where theory does not apply.
        curvatures: the curvatures of the loss that the updates follow, largest first, without flat
            directions; empty if unknown.
        largest_stable_learning_rate: the learning rate above which the run diverges; None if
            unknown, or if there is none.
        best_learning_rate: the learning rate at which the slowest direction shrinks fastest; None
            in the same cases.
    """

    verdict: Verdict
    sentences: tuple[str, ...]
    text: str
    shrink_per_epoch: float | None = None
    curvatures: tuple[float, ...] = ()
    largest_stable_learning_rate: float | None = None
    best_learning_rate: float | None = None

    @property
    def line(self) -> str:
        """All short sentences in one line."""
        return " ".join(self.sentences)

    def as_json(self) -> dict[str, object]:
        """What ``gdtui diagnose --json`` prints."""
        return {
            "verdict": str(self.verdict),
            "shrink_per_epoch": self.shrink_per_epoch,
            "curvatures": list(self.curvatures),
            "largest_stable_learning_rate": self.largest_stable_learning_rate,
            "best_learning_rate": self.best_learning_rate,
            "text": self.text,
        }


def too_early(epochs: int) -> Diagnosis:
    """The diagnosis of a run with too few epochs."""
    if not epochs:
        said = "No epoch is over yet; a diagnosis takes at least two."
        return Diagnosis(Verdict.TOO_EARLY, (said,), said)
    said = f"Too early to tell after {count(epochs, 'epoch')}: it takes at least two."
    return Diagnosis(Verdict.TOO_EARLY, (said,), said)


# Words --------------------------------------------------------------------------------


def percent(share: float, write: Numerals = SHORT) -> str:
    """A share in percent, with three digits, or with as many as show that it is less than 100 %;
    with all digits if ``write`` writes all."""
    if write.digits is None:
        return f"{write(100 * share)} %"
    for digits in range(3, 8):
        text = numeral(100 * share, digits)
        if abs(float(text) - 100 * share) <= 5 * abs(1 - share):
            return f"{text} %"
    return "over 99.9999 %" if share < 1 else "100 %"


def count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
