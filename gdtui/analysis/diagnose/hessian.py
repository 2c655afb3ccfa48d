"""The largest curvature of the loss of a script that PyTorch differentiates.

The last epoch is run once more. When the script sends its loss back, the graph behind it is still
there, and PyTorch differentiates it twice: along a direction v that gives H v, the product of the
Hessian with v, for about the price of two more gradients. Lanczos' method (C. Lanczos, 1950) finds
the largest eigenvalue of H from a few such products.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.engine.arrays import FloatArray
from gdtui.engine.libraries import imported
from gdtui.engine.record.optimizers import OptimizerState
from gdtui.engine.record.quantities import is_tensor
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline

_MOST = 1_000_000
"""Models of more parameters are not asked."""

_KEPT = 30_000_000
"""The most numbers of all directions together: 240 MB."""

_STEPS = 100
_EXACT = 1e-3
"""The relative error of the eigenvalue, by Lanczos' own bound, at which it is good enough."""

_TOLERATED = 1e-2
"""With a larger one there is no answer."""

_LONGEST = 1.0
"""Seconds after which no further product is made."""

_SIZE = 1e-30

Product = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Curvature:
    """The largest curvature of a loss at one point.

    Attributes:
        largest: the largest eigenvalue of the Hessian of the loss that the script sent back last.
        limit: the curvature above which the steps of the script's rule grow: 2 / learning rate for
            gradient descent, and 2 (1 + momentum) / learning rate with a momentum (B. Polyak,
            1964); None for another rule, or if the rate is not known.
        momentum: that momentum; 0 without one.
        of_last: whether that loss is the last of several in the epoch, such as those of batches.
    """

    largest: float
    limit: float | None = None
    momentum: float = 0.0
    of_last: bool = False

    def as_json(self) -> dict[str, object]:
        """What ``gdtui diagnose --json`` prints."""
        return {"largest": self.largest, "limit": self.limit}

    def text(self, write: Numerals = SHORT) -> str:
        """The curvature beside the limit, in sentences."""
        which = "the last loss of the last epoch" if self.of_last else "the loss in the last epoch"
        told = f"The largest curvature of {which} is {write(self.largest)}"
        if self.limit is None:
            return (
                f"{told}. The limit 2 / learning rate is that of plain gradient descent; for these "
                "updates none is known."
            )
        rule = "2 (1 + momentum) / learning rate" if self.momentum else "2 / learning rate"
        if self.largest <= self.limit:
            return (
                f"{told}, below {rule} = {write(self.limit)}: no direction makes its steps grow. A "
                "net may come up to that limit, and hover there without diverging."
            )
        return (
            f"{told}, above {rule} = {write(self.limit)}: along the steepest direction the steps "
            "grow, as long as the curvature stays that large. A net may hover at that limit "
            "without diverging."
        )


def largest_curvature(
    timeline: Timeline, learning_rate: float | None, optimizers: Sequence[OptimizerState]
) -> Curvature | None:
    """The largest curvature of the loss in the last epoch of a run that is over; the timeline goes
    to the end of that epoch. None where the script's loss has no graph, or none that can be
    differentiated twice, where the model is too large or where a second is not enough."""
    epoch = len(timeline.history)
    if timeline.outcome not in (Status.FINISHED, Status.STOPPED) or not epoch:
        return None
    if len(timeline.history.losses) > 1:
        return None  # each is of other parameters
    found: list[float | None] = []

    def hear(loss: Any, parameters: Sequence[Any]) -> None:
        of_loss = curvature_of_loss(loss, parameters) if len(found) + 1 >= sent else None
        found.append(None if of_loss is None else of_loss[0])

    # With several losses in an epoch, only the last is looked at.
    sent = 0
    timeline.seek(epoch - 1)
    timeline.hear_losses(lambda loss, parameters: found.append(None))
    try:
        timeline.seek(epoch)
        sent, found = len(found), []
        if sent:
            timeline.seek(epoch - 1)
            timeline.hear_losses(hear)
            timeline.seek(epoch)
    finally:
        timeline.hear_losses(None)
    if not found or found[-1] is None:
        return None
    rules = [
        (each.type_name, parameter.options) for each in optimizers for parameter in each.parameters
    ]
    limit, momentum = limit_of(learning_rate, rules)
    return Curvature(found[-1], limit, momentum, of_last=sent > 1)


def curvature_of_loss(
    loss: Any, parameters: Sequence[Any], *, wanted: bool = True
) -> tuple[float | None, FloatArray] | None:
    """The largest eigenvalue of the Hessian of a loss that PyTorch is about to send back, and its
    gradient, shape (parameters,).

    Args:
        loss: a tensor of one element, with its graph.
        parameters: the parameters; those that learn count, in their order.
        wanted: whether the eigenvalue is wanted; None stands for it where it is not, or was not
            found in time.

    Returns:
        None where the loss has no graph, or one that cannot be differentiated twice, and for a
        model of more than a million parameters.
    """
    torch: Any = imported("torch")
    if torch is None or not is_tensor(loss) or loss.numel() != 1 or not loss.requires_grad:
        return None
    learning = [each for each in parameters if is_tensor(each) and each.requires_grad]
    size = sum(each.numel() for each in learning)
    if not 0 < size <= _MOST:
        return None
    try:
        with torch.enable_grad():
            gradients = torch.autograd.grad(loss, learning, create_graph=True, allow_unused=True)
            largest = None
            if wanted:
                largest = lanczos(
                    lambda vector: _product(torch, gradients, learning, vector),
                    size,
                    time.monotonic() + _LONGEST,
                )
            return largest, _flat(torch, gradients, learning)
    except (RuntimeError, NotImplementedError):
        return None  # an operation of the graph cannot be differentiated twice


def limit_of(
    learning_rate: float | None, rules: Sequence[tuple[str, Mapping[str, object]]]
) -> tuple[float | None, float]:
    """The curvature above which the steps of a rule grow, and the rule's momentum.

    Args:
        learning_rate: the learning rate; None if it is not known.
        rules: the class of an optimizer and its options, for each of its groups; none for plain
            updates by hand.

    Returns:
        None for the limit of another rule than gradient descent, with a momentum or without one.
    """
    if not learning_rate or learning_rate <= 0:
        return None, 0.0
    momenta = {0.0} if not rules else set()
    for type_name, options in rules:
        others = ("nesterov", "weight_decay", "dampening", "maximize")
        if type_name != "SGD" or any(options.get(name) for name in others):
            return None, 0.0
        if options.get("lr", learning_rate) != learning_rate:
            return None, 0.0
        momentum = options.get("momentum", 0.0)
        momenta.add(momentum if isinstance(momentum, float | int) else 0.0)
    if len(momenta) != 1:
        return None, 0.0
    (momentum,) = momenta
    return 2 * (1 + momentum) / learning_rate, momentum


def lanczos(product: Product, size: int, ends: float = np.inf) -> float | None:
    """The largest eigenvalue of a symmetric matrix.

    Args:
        product: the product of the matrix with a vector, shape (size,).
        size: the number of its rows.
        ends: when, by ``time.monotonic``, no further product is to be made.

    Returns:
        It, to one part in a hundred or better; None where that takes too long, or where a product
        is not finite.
    """
    random = np.random.default_rng(0)
    steps = min(size, _STEPS, max(2, _KEPT // size))
    basis = np.empty((steps, size))
    diagonal: list[float] = []
    beside: list[float] = []
    vector = random.normal(size=size)
    largest, bound = 0.0, np.inf
    for step in range(steps):
        basis[step] = vector / np.linalg.norm(vector)
        vector = product(basis[step])
        if not np.isfinite(vector).all():
            return None
        diagonal.append(float(basis[step] @ vector))
        known = basis[: step + 1]
        for _ in range(2):  # once more, for rounding brings back what was taken away
            vector = vector - known.T @ (known @ vector)
        rest = float(np.linalg.norm(vector))
        values, vectors = np.linalg.eigh(
            np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
        )
        largest, bound = float(values[-1]), rest * abs(float(vectors[-1, -1]))
        size_now = max(abs(float(values[0])), abs(largest))
        if rest <= _EXACT * _EXACT * size_now + _SIZE or step + 1 == size:
            return largest
        if bound <= _EXACT * abs(largest) or time.monotonic() > ends:
            break
        beside.append(rest)
    return largest if bound <= _TOLERATED * abs(largest) else None


def _product(
    torch: Any, gradients: Sequence[Any], parameters: Sequence[Any], vector: FloatArray
) -> FloatArray:
    """The product of the Hessian with a vector over all parameters, shape (size,)."""
    parts, at = [], 0
    for each in parameters:
        part = torch.as_tensor(vector[at : at + each.numel()])
        parts.append(part.to(each.device, each.dtype).reshape(each.shape))
        at += each.numel()
    # A gradient that no longer depends on the parameters adds nothing.
    curved = [
        (gradient, part)
        for gradient, part in zip(gradients, parts, strict=True)
        if gradient is not None and gradient.requires_grad
    ]
    if not curved:
        return np.zeros(at)
    products = torch.autograd.grad(
        [gradient for gradient, _ in curved],
        parameters,
        [part for _, part in curved],
        retain_graph=True,
        allow_unused=True,
    )
    return _flat(torch, products, parameters)


def _flat(torch: Any, parts: Sequence[Any], parameters: Sequence[Any]) -> FloatArray:
    """Tensors of the parameters' shapes as one array, shape (size,); None stands for zeros."""
    found = [
        torch.zeros_like(each) if part is None else part.detach()
        for each, part in zip(parameters, parts, strict=True)
    ]
    flat = [each.detach().reshape(-1).cpu().to(torch.float64).numpy() for each in found]
    return np.concatenate(flat)
