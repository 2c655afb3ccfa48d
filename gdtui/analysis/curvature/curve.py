"""The largest curvature of the loss at some epochs of a run, beside the limit of its updates.

The largest eigenvalue of the Hessian is called sharpness as well. The steps of gradient descent
along its direction grow where it is above 2 / learning rate. On a quadratic loss that ends in
divergence. The sharpness of a net often rises until it reaches that limit, and hovers there while
the loss still falls: J. Cohen and others, "Gradient descent on neural networks typically occurs at
the edge of stability", 2021.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from gdtui.analysis.diagnose.diagnosis import Diagnosis
from gdtui.analysis.numerals import SHORT, Numerals, agree
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import Column

_ALIKE = 1e-3
"""The relative change below which a curvature stays what it was: such is the error of the largest
eigenvalue."""


class CurvaturePoint(NamedTuple):
    """The largest curvature in one epoch.

    Attributes:
        epoch: the epoch, from 1. The curvature is that where the epoch computes its loss, before
            its update.
        loss: the loss that is recorded of it.
        largest: the largest eigenvalue of the Hessian of that loss; in a script by hand, of the
            derivative of the gradient that it uses.
        limit: the curvature above which the steps of its update grow; None if none is known.
        momentum: the momentum of that update.
    """

    epoch: int
    loss: float
    largest: float
    limit: float | None = None
    momentum: float = 0.0


@dataclass(frozen=True, eq=False)
class CurvatureCurve:
    """The largest curvature at some epochs of a run.

    Attributes:
        points: the epochs that are known so far, in their order.
        epochs: how many epochs of the run were looked through.
        planned: how many points there are to be.
        other_rule: the class of the optimizer whose limit is not that of gradient descent; empty
            for none.
        of_last: whether an epoch sends several losses back, such as those of batches, and the
            curvature is that of the last.
        model: ``linear`` or ``logistic`` where theory knows the loss: the one is quadratic, the
            other convex; empty for any other.
        times: the multiple of the loss that the curvature is of: the number of samples where a
            script by hand takes the sum of its gradients and the mean of its losses.
    """

    points: tuple[CurvaturePoint, ...] = ()
    epochs: int = 0
    planned: int = 0
    other_rule: str = ""
    of_last: bool = False
    model: str = ""
    times: float = 1.0

    def near(self, epoch: int) -> CurvaturePoint | None:
        """The point next to an epoch; None where there is none at all."""
        return min(self.points, key=lambda each: abs(each.epoch - epoch), default=None)

    @property
    def above(self) -> list[CurvaturePoint]:
        """The points above the limit."""
        return [each for each in self.points if each.limit and each.largest > each.limit]

    @property
    def reached(self) -> CurvaturePoint | None:
        """The first point above the limit; None if none is."""
        return next(iter(self.above), None)

    def is_of(self, losses: Column | FloatArray) -> bool:
        """Whether the curve belongs to the run with these losses, one an epoch, not to another one
        of its script, which draws other random numbers."""
        return all(
            agree(each.loss, float(losses[each.epoch - 1]), abs(each.loss))
            for each in self.points
            if each.epoch <= len(losses)
        )

    def as_json(self) -> list[dict[str, object]]:
        """What ``gdtui diagnose --curve --json`` prints."""
        return [
            {
                "epoch": each.epoch,
                "loss": each.loss,
                "largest": each.largest,
                "limit": each.limit,
            }
            for each in self.points
        ]

    def short(self, write: Numerals = SHORT) -> str:
        """The last point in a short sentence; empty where there is none."""
        if not self.points:
            return ""
        last = self.points[-1]
        told = f"Largest curvature {write(last.largest)}"
        if last.limit is None:
            return f"{told} in epoch {last.epoch}."
        return f"{told}, {rule_text(last.momentum)} {write(last.limit)} in epoch {last.epoch}."

    def text(self, write: Numerals = SHORT) -> str:
        """The course of the curvature beside the limit, in sentences."""
        if not self.points:
            return "No curvature is known."
        return " ".join([self._course(write), *self._of_limit(write)])

    def beside(self, diagnosis: Diagnosis, write: Numerals = SHORT) -> Diagnosis:
        """A diagnosis with the curvature, once all of the curve is known."""
        if not self.points or len(self.points) < self.planned:
            return diagnosis
        return replace(
            diagnosis,
            sentences=(*diagnosis.sentences, self.short(write)),
            text=f"{diagnosis.text} {self.text(write)}",
        )

    def _course(self, write: Numerals) -> str:
        first, last = self.points[0], self.points[-1]
        most = max(self.points, key=lambda each: each.largest)
        least = min(self.points, key=lambda each: each.largest)
        which = "the last loss of each epoch" if self.of_last else "the loss"
        if self.times != 1:
            which = f"{write(self.times)} times the loss, whose gradient the updates take,"
        told = f"The largest curvature (sharpness) of {which}"
        if most.largest - least.largest <= _ALIKE * abs(most.largest):
            told += f" is {write(last.largest)} in every epoch"
        else:
            told += f" goes from {write(first.largest)} in epoch {first.epoch} to "
            told += f"{write(last.largest)} in epoch {last.epoch}"
            if most.epoch not in (first.epoch, last.epoch):
                told += f", and is highest in epoch {most.epoch}, at {write(most.largest)}"
        return f"{told}, while the loss goes from {write(first.loss)} to {write(last.loss)}."

    def _of_limit(self, write: Numerals) -> list[str]:
        reached = self.reached
        known = [each for each in self.points if each.limit is not None]
        told = reached or (known or self.points)[-1]
        if told.limit is None:
            if self.other_rule:
                return [
                    "2 / learning rate is the limit of plain gradient descent; it does not apply "
                    f"directly to {self.other_rule}."
                ]
            return [
                "2 / learning rate is the limit of plain gradient descent; for these updates none "
                "is known."
            ]
        limit = f"{rule_text(told.momentum)} = {write(told.limit)}"
        looked = f"the {len(self.points)} epochs that were looked at"
        if reached is not None:
            above = self.above
            where = f"epoch {told.epoch}"
            if len(above) == len(self.points):
                where = "every epoch" if len(self.points) == self.epochs else looked
            elif len(above) > 1:
                where = f"{len(above)} of {looked}, first in epoch {told.epoch},"
            said = (
                f"In {where} it is above {limit}: there the steps along the steepest "
                "direction grow, and the loss may swing."
            )
        elif len(known) == len(self.points):
            where = "all epochs" if len(self.points) == self.epochs else looked
            said = f"In {where} it is below {limit}: no direction makes the steps grow."
            if len({each.limit for each in self.points}) > 1:
                said = f"In {where} it is below the limit, at last {limit}."
        else:
            said = f"In epoch {told.epoch} it is below {limit}."
        return [said, *self._what_follows(is_above=reached is not None)]

    def _what_follows(self, *, is_above: bool) -> list[str]:
        if self.model == "linear":
            told = "The loss is quadratic, so its curvature is the same everywhere"
            return [f"{told}, and the run diverges." if is_above else f"{told}."]
        if self.model:
            return []
        return [
            "A net may hover at that limit without diverging: its curvature often rises up to "
            "there (progressive sharpening) and stays about there (the edge of stability)."
        ]


def rule_text(momentum: float) -> str:
    """The limit of gradient descent as a formula."""
    return "2 (1 + momentum) / learning rate" if momentum else "2 / learning rate"
