"""The learning rate of a script that is paused: read, and changed for the statements to come; and
the rules of its optimizers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from gdtui.engine.errors import ScriptError
from gdtui.engine.kinds import is_a
from gdtui.engine.record.own_objects import instance_dict
from gdtui.engine.record.quantities import numbers, shape_of, torch_type, type_name
from gdtui.engine.script.names import loop_names
from gdtui.engine.script.script import Script
from gdtui.engine.script.syntax import Function

_DEPTH = 3
"""How deep an optimizer may be held, as in ``self.trainer.optimizer``."""

_MOST = 20
"""How many entries of a list or a dict are looked at."""

_RATE = "lr"


class RateError(ScriptError):
    """The learning rate of a script cannot be changed while it runs; the text says why."""


class UpdateRule(NamedTuple):
    """The rule by which an optimizer of torch updates a group of parameters.

    Attributes:
        type_name: its class, such as ``SGD`` or ``Adam``.
        options: those of the group that are numbers, or true or false, by PyTorch's names, such as
            ``lr`` and ``momentum``.
    """

    type_name: str
    options: dict[str, float]


def read_rules(names: Mapping[str, Any]) -> list[UpdateRule]:
    """The rules of all optimizers of torch, a rule for each group of parameters.

    Args:
        names: the names of the script's loop.
    """
    return [
        UpdateRule(
            type_name(optimizer),
            {
                key: float(value) if type(value) is bool else numbers(value)[0]
                for key, value in group.items()
                if type(value) is bool or shape_of(value) == ()
            },
        )
        for optimizer in _optimizers(names)
        for group in optimizer.param_groups
    ]


def read_rate(script: Script, names: Mapping[str, Any], setting: str = "") -> float:
    """The present learning rate: that of the first optimizer, or else of the setting.

    Args:
        script: the script.
        names: the names of its loop.
        setting: the setting that holds the rate; empty for the one that looks like it.

    Raises:
        RateError: it has none that can be changed.
    """
    for optimizer in _optimizers(names):
        for group in optimizer.param_groups:
            if _RATE in group:
                return float(group[_RATE])
    return float(names[_setting(script, names, setting)])


def write_rate(
    script: Script,
    names: Mapping[str, Any],
    global_names: dict[str, Any],
    rate: float,
    setting: str = "",
) -> None:
    """Change the learning rate: of all optimizers, whose groups keep their ratios, or else of the
    setting.

    Args:
        script: the script.
        names: the names of its loop.
        global_names: its global names, to be changed.
        rate: the new rate.
        setting: as for :func:`read_rate`.

    Raises:
        RateError: as for :func:`read_rate`.
    """
    groups = [
        group
        for optimizer in _optimizers(names)
        for group in optimizer.param_groups
        if _RATE in group
    ]
    if not groups:
        global_names[_setting(script, names, setting)] = rate
        return
    # All of them first: several groups may hold one tensor.
    held_rates = [(group, group[_RATE], float(group[_RATE])) for group in groups]
    first = held_rates[0][2]
    for group, held, number in held_rates:
        new = rate * number / first if first else rate
        if hasattr(held, "fill_"):  # a tensor, that others may hold as well
            held.fill_(new)
        else:
            group[_RATE] = new


def _optimizers(names: Mapping[str, Any]) -> list[Any]:
    """The optimizers of torch among some names and what they hold, each once."""
    kind = torch_type("optim.Optimizer")
    if not kind:
        return []
    found: dict[int, Any] = {}
    for name, value in names.items():
        if not name.startswith("__"):
            for each in _held(value, _DEPTH):
                if is_a(each, kind):
                    found[id(each)] = each
    return list(found.values())


def _held(value: Any, depth: int) -> Iterator[Any]:
    yield value
    if type(value) in (list, tuple):
        inside = list(value[:_MOST])
    elif type(value) is dict:
        inside = list(islice(value.values(), _MOST))
    else:
        inside = list((instance_dict(value) or {}).values())
    for each in inside if depth else ():
        yield from _held(each, depth - 1)


def _setting(script: Script, names: Mapping[str, Any], setting: str) -> str:
    """The setting whose value the loop reads as its learning rate."""
    name = setting or loop_names(script).learning_rate
    if not name:
        raise RateError(
            f"{script.name}: it has neither an optimizer of torch nor a setting named "
            "learning_rate or lr, so its learning rate cannot be changed while it runs"
        )
    if name not in {each.name for each in script.settings}:
        script.with_settings({name: None})  # raises, and says what there is
    function = script.loop.function
    if function is not None and name in _own_names(function):
        raise RateError(
            f"{script.name}: {name} is a name of the function {function.name}, which cannot be "
            "changed while that runs; at the top level of the script it could"
        )
    if name not in names or not isinstance(names[name], int | float):
        raise RateError(
            f"{script.name}: {name} stands where it is used and has no name while the script runs, "
            "so it cannot be changed then"
        )
    if not _is_read(script, name):
        raise RateError(
            f"{script.name}: {name} is read before the training loop only, so to change it while "
            "the script runs would do nothing"
        )
    return name


def _own_names(function: ast.AST) -> set[str]:
    """The names that a function gives values to, its parameters included."""
    return {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(function)
        if isinstance(node, ast.arg)
        or (isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    }


def _is_read(script: Script, name: str) -> bool:
    """Whether a loop, or a function, reads a global name."""
    places = [
        *(loop.node for loop in script.loops),
        *(
            node
            for node in ast.walk(script.tree)
            if isinstance(node, Function) and name not in _own_names(node)
        ),
    ]
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for place in places
        for node in ast.walk(place)
    )
