"""Watches a run: its statements, and what it does with torch."""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import FrameType
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.events import Ran, Spread
from gdtui.analysis.diagnose.facts.log import Log
from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.analysis.diagnose.facts.torch_watch import TorchWatch
from gdtui.engine.kinds import is_a, is_one_of
from gdtui.engine.record.own_objects import instance_dict
from gdtui.engine.run.observer import Observer, Place

_WHOLE = 20_000
"""An array of at most so many numbers is copied; of a larger one the object itself is kept."""


_MOST_ENTRIES = 200


class Watcher(Observer):
    """Writes down what happens in a run.

    Attributes:
        log: where it writes.
        owners: the objects of which statements have set attributes, by their identity.
    """

    def __init__(self, log: Log, *, asks_curvature: bool = False) -> None:
        self.log = log
        self._torch = TorchWatch(log, asks_curvature=asks_curvature)
        self.owners: dict[int, Any] = {}
        self._before: dict[tuple[int, int], dict[str, Any]] = {}

    def begin(self, place: Place) -> None:
        self.log.begin(place)

    @contextmanager
    def watching(self) -> Iterator[None]:
        with self._torch.watching():
            yield

    def about(self, index: int) -> None:
        if not self.log.is_on:
            return
        self._torch.install()
        frame = sys._getframe(1)
        self._before[index, id(frame)] = self._held(index, frame)

    def seen(self, index: int) -> None:
        if not self.log.is_on:
            return
        self._torch.install()
        frame = sys._getframe(1)
        before = self._before.pop((index, id(frame)), {})
        spots, _, _ = self.log.spots(1)
        after = self._held(index, frame)
        self.log.add(Ran, spots, index=index, frame=id(frame), before=before, after=after)

    def difference(self, left: Any, right: Any) -> Any:
        result = operator.sub(left, right)
        if self.log.is_on and is_a(left, np.ndarray) and is_a(right, np.ndarray):
            same = left.shape == right.shape or left.size != right.size or left.size < 2
            if not same and is_a(result, np.ndarray) and result.size > left.size:
                spots, _, _ = self.log.spots(1)
                self.log.add(Spread, spots, left=left.shape, right=right.shape, shape=result.shape)
        return result

    def _held(self, index: int, frame: FrameType) -> dict[str, Any]:
        """What the targets of a statement hold now."""
        found = {}
        for path in self.watched[index].targets:
            value = held_in(frame, path)
            if "." in path:
                owner = held_in(frame, path.rpartition(".")[0])
                self.owners[id(owner)] = owner
            if value is not None:
                found[path] = self._kept(value)
        return found

    def _kept(self, value: Any) -> Any:
        if type(value) is list and len(value) <= _MOST_ENTRIES:
            return [self._copied(each) for each in value]
        if type(value) is dict and len(value) <= _MOST_ENTRIES:
            return {key: self._copied(each) for key, each in value.items()}
        return self._copied(value)

    def _copied(self, value: Any) -> Any:
        """A copy of an array that is not large, since it may be changed in place."""
        if type(value) is not np.ndarray or value.size > _WHOLE:
            return value
        self.log.keep(value.nbytes)
        return value.copy()


def held_in(frame: FrameType, path: str) -> Any:
    """What a path such as ``self.layers[0].w`` holds in a frame; None for nothing. No code of the
    script is run for it."""
    base, parts = _parts(path)
    names = frame.f_locals
    value = names[base] if base in names else frame.f_globals.get(base)
    for part in parts:
        if value is None:
            return None
        value = _part(value, part)
    return value


def _part(value: Any, part: tuple[str, Any]) -> Any:
    kind, key = part
    if kind == "entry":
        if is_one_of(type(value), (dict,)):
            return value.get(key)
        if is_one_of(type(value), (list, tuple)) and type(key) is int:
            return value[key] if -len(value) <= key < len(value) else None
        return None
    held = instance_dict(value)
    if held is None and not is_tensor(value):
        held = attributes_of(value)
    if held is None:
        return None
    if key in held:
        return held[key]
    for holder in ("_parameters", "_modules", "_buffers"):
        inside = held.get(holder)
        if type(inside) is dict and key in inside:
            return inside[key]
    return None


def attributes_of(value: Any) -> dict[str, Any] | None:
    """The attributes of an object, without any code of its class; None for none."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None
    return found if type(found) is dict else None


@lru_cache(maxsize=4096)
def _parts(path: str) -> tuple[str, tuple[tuple[str, Any], ...]]:
    import ast

    from gdtui.engine.parsing import parse

    node: ast.expr = parse(path, mode="eval").body
    parts: list[tuple[str, Any]] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(("attribute", node.attr))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            parts.append(("entry", node.slice.value))
        else:
            return "", ()
        node = node.value
    return node.id, tuple(reversed(parts))
