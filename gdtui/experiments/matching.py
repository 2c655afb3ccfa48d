"""Which parameters of two runs belong together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import prod
from typing import NamedTuple

from gdtui.engine.record.history import History

_BIAS = re.compile(r"b\d*|bias\d*|intercept")

Shapes = Mapping[str, tuple[int, ...]]
"""Shapes of parameters, by name."""


class Pair(NamedTuple):
    """What one run calls a parameter, and what the other does."""

    one: str
    other: str


def parameter_shapes(history: History) -> dict[str, tuple[int, ...]]:
    """The shapes of the parameters of a run, also of those that are recorded by their norm."""
    fields = [column.field for column in history.parameters.values()]
    return {each.name: each.shape if each.norm_of is None else each.norm_of for each in fields}


def matched(one: Shapes, other: Shapes) -> list[Pair]:
    """The parameters that belong together, in the order of the first run.

    Those of one name do; then those whose names end alike, such as ``fc.weight`` and ``weight``;
    of the rest, those in the same place among the weights, or the biases, of their size. Parameters
    of different sizes never do.
    """
    left, right = dict(one), dict(other)
    found: dict[str, str] = {}
    for key in (_whole_name, _last_name, _place):
        mine, theirs = _by_key(left, key), _by_key(right, key)
        for held, names in mine.items():
            if len(names) == len(theirs.get(held, ())) == 1:
                found[names[0]] = theirs[held][0]
                del left[names[0]], right[theirs[held][0]]
    return [Pair(name, found[name]) for name in one if name in found]


Key = Callable[[str, Shapes], object]


def _by_key(shapes: Shapes, key: Key) -> dict[object, list[str]]:
    """The names with each key and size."""
    found: dict[object, list[str]] = {}
    for name in shapes:
        found.setdefault((key(name, shapes), prod(shapes[name])), []).append(name)
    return found


def _whole_name(name: str, shapes: Shapes) -> object:
    return name


def _last_name(name: str, shapes: Shapes) -> object:
    return name.rpartition(".")[2]


def _place(name: str, shapes: Shapes) -> object:
    """Whether it is a bias by its name, and the place among those that are alike in size too."""
    kind = _is_bias(name), prod(shapes[name])
    like = [each for each, shape in shapes.items() if (_is_bias(each), prod(shape)) == kind]
    return kind, like.index(name)


def _is_bias(name: str) -> bool:
    return _BIAS.fullmatch(name.rpartition(".")[2]) is not None
