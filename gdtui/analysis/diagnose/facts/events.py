"""What happens in a run, event by event, as a watcher writes it down.

Tensors and arrays stand in events as the objects themselves, which the log keeps alive, so that one
that is the same object is the same tensor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Spot(NamedTuple):
    """A line of the script, and the function in which it stands; empty at the top level."""

    line: int
    function: str


@dataclass(eq=False)
class Event:
    """Something that happened.

    Attributes:
        number: its place among all events.
        epoch: the epoch that was running or had just ended; 0 before the first.
        in_epoch: whether the epoch was not over.
        spots: the script's lines that were being run, the innermost first.
        recorded: whether autograd was recording.
    """

    number: int
    epoch: int
    in_epoch: bool
    spots: tuple[Spot, ...]
    recorded: bool

    @property
    def line(self) -> int:
        """The innermost line; 0 where no line of the script was being run."""
        return self.spots[0].line if self.spots else 0


@dataclass(eq=False)
class Op(Event):
    """A call of a function of torch, outside of optimizers.

    Attributes:
        name: PyTorch's name, such as ``sub`` or ``mse_loss``; ``grad.set`` where an attribute is
            set, and ``grad.get`` where it is read.
        inputs: the tensors among its arguments.
        graded: for each of them whether it required a gradient.
        numbers: the plain numbers among its arguments.
        flags: the truth values among its arguments without a name.
        options: its named arguments that are no tensors.
        output: the tensor that it returned, the first one of several; None for no tensor.
        outputs: all tensors that it returned.
        gives_graph: whether what it returned requires a gradient.
        nodes: autograd's notes on what it returned.
        result: what it returned, where that is a plain number.
        before: of a leaf that it changed in place a copy from before; None elsewhere.
        leaf: that leaf.
        error: what it raised, in words; empty for nothing.
    """

    name: str = ""
    inputs: tuple[Any, ...] = ()
    graded: tuple[bool, ...] = ()
    numbers: tuple[float, ...] = ()
    flags: tuple[bool, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    output: Any = None
    outputs: tuple[Any, ...] = ()
    gives_graph: bool = False
    nodes: tuple[Any, ...] = ()
    result: float | None = None
    before: Any = None
    leaf: Any = None
    error: str = ""


@dataclass(eq=False)
class Backward(Event):
    """A loss was sent back.

    Attributes:
        root: the loss.
        value: its value; NaN where it is no single number.
        leaves: the leaves of its graph.
        nodes: the nodes of its graph, by identity.
        retains: whether the graph was to be kept.
        unused: the leaves whose gradients no update had used yet.
        leftover: the leaves with a gradient that an update had used and nobody had cleared since.
        gradients: for each leaf its gradient afterwards, a copy; None for none.
        curvature: the largest curvature of the loss over the leaves; None where it was not asked
            for.
        error: what it raised; empty for nothing.
    """

    root: Any = None
    value: float = float("nan")
    leaves: tuple[Any, ...] = ()
    nodes: Mapping[int, Any] = field(default_factory=dict)
    retains: bool = False
    unused: tuple[Any, ...] = ()
    leftover: tuple[Any, ...] = ()
    gradients: tuple[Any, ...] = ()
    curvature: float | None = None
    error: str = ""


@dataclass(eq=False)
class Step(Event):
    """An optimizer has updated its parameters.

    Attributes:
        optimizer: the optimizer.
        filled: its parameters that had a gradient other than zero.
        empty: those that had none, or zero.
        by_closure: whether it called a closure, which may have filled them after that look.
    """

    optimizer: Any = None
    filled: tuple[Any, ...] = ()
    empty: tuple[Any, ...] = ()
    by_closure: bool = False


@dataclass(eq=False)
class Cleared(Event):
    """Gradients were cleared.

    Attributes:
        leaves: whose.
    """

    leaves: tuple[Any, ...] = ()


@dataclass(eq=False)
class Created(Event):
    """An optimizer was made.

    Attributes:
        optimizer: the optimizer.
        parameters: what it was given.
    """

    optimizer: Any = None
    parameters: tuple[Any, ...] = ()


@dataclass(eq=False)
class Ran(Event):
    """A statement has run.

    Attributes:
        index: its number among those that are watched.
        frame: in which call of its function, by identity.
        before: what it was to give values to, before, by path; what was not there is missing.
        after: the same afterwards.
    """

    index: int = 0
    frame: int = 0
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Spread(Event):
    """A difference of arrays of the same size in other shapes, which has more entries than either.

    Attributes:
        left: the shape of what is on the left.
        right: of what is on the right.
        shape: of the difference.
    """

    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()


@dataclass(eq=False)
class Stepped(Event):
    """A scheduler has changed learning rates.

    Attributes:
        optimizer: whose.
        scheduler: the scheduler.
    """

    optimizer: Any = None
    scheduler: Any = None


class Clipped(Event):
    """Gradients were clipped, or would have been."""
