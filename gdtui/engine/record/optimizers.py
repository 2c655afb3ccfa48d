"""What the optimizers of a script keep for each parameter, frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gdtui.engine.kinds import is_a
from gdtui.engine.record.parameters import Parameter
from gdtui.engine.record.quantities import attempt, torch_type, type_name


@dataclass(frozen=True, eq=False)
class OptimizedParameter:
    """How an optimizer updates one parameter.

    Attributes:
        parameter: the parameter's name.
        options: the options of its group by PyTorch's names, such as ``lr`` and ``momentum``.
        state: what is kept for it from update to update, such as ``momentum_buffer``, or
            ``exp_avg`` and ``exp_avg_sq``; empty before the first update. What is too large to copy
            is there as its summary.
    """

    parameter: str
    options: Mapping[str, object]
    state: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class OptimizerState:
    """An optimizer of the script.

    Attributes:
        name: the script's name for it.
        type_name: its class, such as ``SGD`` or ``Adam``.
        parameters: what it updates, in its own order.
    """

    name: str
    type_name: str
    parameters: tuple[OptimizedParameter, ...]


def read_optimizers(
    namespace: Mapping[str, Any],
    parameters: Sequence[Parameter],
    freeze: Callable[[object], object],
) -> tuple[OptimizerState, ...]:
    """The optimizers among the names of a script, each once."""
    kind = torch_type("optim.Optimizer")
    if not kind:
        return ()
    names = {id(attempt(each.value)): each.name for each in parameters}
    found = {id(value): (name, value) for name, value in namespace.items() if is_a(value, kind)}
    return tuple(
        OptimizerState(name, type_name(value), tuple(_parameters(value, names, freeze)))
        for name, value in found.values()
    )


def _parameters(
    optimizer: Any, names: Mapping[int, str], freeze: Callable[[object], object]
) -> list[OptimizedParameter]:
    found = []
    for group in optimizer.param_groups:
        options = {key: freeze(value) for key, value in group.items() if key != "params"}
        for each in group["params"]:
            kept = optimizer.state.get(each, {})
            state = {key: freeze(value) for key, value in kept.items()}
            found.append(OptimizedParameter(names.get(id(each), ""), options, state))
    return found
