"""Finding the parameters of a running script.

Nothing is declared by the script. Parameters are the tensors that require a gradient, under
the names their module gives them, wherever the script keeps them: in a name, a list, a dict or
an attribute of an object. In a script without such tensors they are the names that the training
loop updates. torch is looked at only if the script uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from gdtui.engine.kinds import is_one_of
from gdtui.engine.printable import clean_line
from gdtui.engine.record.history import History, Kind
from gdtui.engine.record.own_objects import instance_dict, own_value
from gdtui.engine.record.quantities import attempt, learns, shape_of
from gdtui.engine.record.reading import Code, EntryOf, Fixed, GradientOf, Named, Read
from gdtui.engine.record.walking import NamespaceWalk, entries, own_values, uses_torch
from gdtui.engine.script.loop import TrainingLoop
from gdtui.engine.script.paths import ITEMS
from gdtui.engine.script.statements import gradient_names

_LONGEST_NAME = 200
_DEEPEST = 3


@dataclass(frozen=True)
class Parameter:
    """A parameter of the running script: how to get at its value and at its gradient.

    Both return whatever the script keeps there: a float, an array, a tensor. The gradient is
    None while there is none.

    Attributes:
        name: its name, as a user of the script would write it.
        value: reads its value.
        gradient: reads its gradient.
        updated: the name that the loop updates; empty for a tensor.
        key: the keys of the entry that it is of what that name holds.
        held_by: the name of the script whose value it is; empty where it is inside something.
        optimized: whether an optimizer of torch has it.
    """

    name: str
    value: Read
    gradient: Read
    updated: str = ""
    key: tuple[object, ...] = ()
    held_by: str = ""
    optimized: bool = False


class ParameterFinder:
    """Finds the parameters in the namespaces of one run, and gives each the same name in every
    epoch: what has a column keeps it."""

    def __init__(self, loop: TrainingLoop, history: History) -> None:
        self._loop = loop
        self._history = history
        # The module whose parameters go by their own names, since it was the only one once.
        self._plain_owner: str | None = None

    def follow(self, loop: TrainingLoop) -> None:
        """Look at another loop of the script from now on."""
        self._loop = loop

    def find(self, namespace: Mapping[str, Any], code: Code | None = None) -> list[Parameter]:
        """The parameters, each once. ``code`` gets the conditions under which looking again
        would find the same."""
        code = code or Code()
        code.conditions.append(f"len({code.refer_to(namespace)}) == {len(namespace)}")
        if uses_torch(namespace):
            found = self._tensors(namespace, code)
            if found:
                return found
        return self._own(namespace, code) or list(self._updated(namespace, code))

    def find_loss(self, namespace: Mapping[str, Any], code: Code | None = None) -> str | None:
        """The name that holds the loss: of the names that may, the first that is a number."""
        for name in self._loop.loss_names:
            if is_single(namespace.get(name)):
                return name
            if code is not None and name in namespace:
                single = code.refer_to(is_single)
                code.conditions.append(f"not {single}({code.expression(Named(namespace, name))})")
        return None

    # Tensors --------------------------------------------------------------------------

    def _tensors(self, namespace: Mapping[str, Any], code: Code) -> list[Parameter]:
        """The leaf tensors that require a gradient, each once: those of modules, then those in
        the namespace itself or in what it holds, then those only an optimizer knows. A tensor
        that has been one keeps its place, though it may be frozen, or the result of an
        operation, for a while."""
        walk = NamespaceWalk(namespace, self._loop.bindings, code)
        optimized = {id(each) for _, tensors in walk.optimizers for each in tensors}
        found: dict[int, Parameter] = {}
        names: set[str] = set()

        def add(name: str, path: str, value: Any, read: Read, held_by: str = "") -> None:
            if id(value) not in found:
                chosen = _free(name, path, names)
                names.add(chosen)
                found[id(value)] = Parameter(
                    chosen,
                    read,
                    GradientOf(read),
                    held_by=held_by,
                    optimized=id(value) in optimized,
                )

        recorded = {each.name for each in self._history.fields if each.kind is Kind.PARAMETER}
        claimed: set[int] = set()
        owners = []
        for path, tensors in walk.modules:
            own = [(key, each) for key, each in tensors if id(each) not in claimed]
            own = [
                (key, each)
                for key, each in own
                if learns(each) or recorded & {key, f"{path}.{key}"}
            ]
            claimed |= {id(each) for _, each in own}
            if own:
                owners.append((path, own))
        if len(owners) == 1 and self._plain_owner is None:
            self._plain_owner = owners[0][0]
        if owners and self._plain_owner is None:
            self._plain_owner = ""  # several from the start: each goes by its full name
        for path, own in owners:
            for key, each in own:
                name = key if path == self._plain_owner else f"{path}.{key}"
                add(name, f"{path}.{key}", each, Fixed(each))
        # One that has a column keeps it, though it may have come into a list since.
        for path, value, read in sorted(walk.tensors, key=lambda each: each[0] not in recorded):
            if learns(value) or path in recorded:
                add(path, path, value, read, held_by=path if path in namespace else "")
        for path, tensors in walk.optimizers:
            for number, each in enumerate(tensors):
                if learns(each):
                    add(f"{path}[{number}]", f"{path}[{number}]", each, Fixed(each))
        return list(found.values())

    # Values of an autograd of the script's own ----------------------------------------

    def _own(self, namespace: Mapping[str, Any], code: Code) -> list[Parameter]:
        """Where the loop updates such values: all that it finds when it begins a turn, wherever
        the script keeps them. What it computes is none."""
        if not any(own_value(namespace.get(name)) is not None for name in self._loop.updated_names):
            return []
        bindings = self._loop.bindings
        found = own_values(namespace, bindings)
        known = code.refer_to([id(value) for _, value in found])
        again = code.refer_to(lambda: [id(v) for _, v in own_values(namespace, bindings)])
        code.conditions.append(f"{again}() == {known}")
        return [
            Parameter(_shown(path), Fixed(value), GradientOf(Fixed(value)))
            for path, value in found
            if shape_of(value) is not None
        ]

    # Names that the loop updates ------------------------------------------------------

    def _updated(self, namespace: Mapping[str, Any], code: Code) -> Iterator[Parameter]:
        for updated in self._loop.updated_names:
            inside = list(_parts(namespace, updated))
            found = [each for each in inside if shape_of(each[2]) is not None]
            complete = bool(found) and len(found) == len(inside)
            self._watch_updated(updated, namespace, complete, code)
            for name, key, _, read_entry in found:
                gradient = self._gradient(namespace, updated, key, code)
                yield Parameter(_shown(name), read_entry, gradient, updated, key)

    def _watch_updated(
        self, updated: str, namespace: Mapping[str, Any], complete: bool, code: Code
    ) -> None:
        read = _path(namespace, updated.partition(ITEMS)[0])
        value = attempt(read)
        if is_one_of(type(value), (list, tuple, dict)):
            # A change of length is one of the entries.
            code.conditions.append(f"len({code.expression(read)}) == {len(value)}")
        if not complete:
            quantities = code.refer_to(lambda: _quantities(namespace, updated))
            code.conditions.append(f"{quantities}() == {_quantities(namespace, updated)}")

    def _gradient(
        self, namespace: Mapping[str, Any], name: str, key: tuple[object, ...], code: Code
    ) -> Read:
        """Reads the gradient of an updated name or, with keys, of that entry of it."""
        for each in self._loop.gradient_names(name):
            found = _of_key(_parts(namespace, each), key)
            if found is not None:
                return found[1]
        owner = instance_dict(namespace.get(name.partition(".")[0]))
        if owner is not None and "." in name:  # `model.dw` may come later
            code.conditions.append(f"len({code.refer_to(owner)}) == {len(owner)}")
        return Fixed(None)


def gradient_in(held: object, key: tuple[object, ...]) -> object:
    """The gradient of the entry with these keys in what holds the gradients of all; None where it
    has none."""
    found = _of_key(_entries("", held, Fixed(held), ()), key)
    return None if found is None else found[0]


def _of_key(
    parts: Iterable[tuple[str, tuple[object, ...], object, Read]], key: tuple[object, ...]
) -> tuple[object, Read] | None:
    """The gradient of the entry with these keys, and how to read it. A dict may have the gradient
    of ``W1`` as ``W1`` or by one of the names that gradients have, such as ``dW1``."""
    by_key = {its: (value, read) for _, its, value, read in parts if shape_of(value) is not None}
    keys = [key]
    if key and type(key[-1]) is str:
        keys += [(*key[:-1], name) for name in gradient_names(key[-1])]
    return next((by_key[each] for each in keys if each in by_key), None)


def is_single(value: object) -> bool:
    """Whether a value is a single real number, in however many brackets."""
    shape = shape_of(value)
    return shape is not None and prod(shape) == 1


def _free(name: str, path: str, taken: set[str]) -> str:
    """A name that no other parameter has."""
    chosen = _shown(name)
    if chosen in taken:
        chosen = _shown(path)
    number = 2
    while chosen in taken:
        chosen = f"{_shown(path)} ({number})"
        number += 1
    return chosen


def _shown(name: str) -> str:
    return clean_line(name, _LONGEST_NAME)


def _quantities(namespace: Mapping[str, Any], path: str) -> int:
    """How many numbers, arrays or tensors there are to read."""
    return sum(shape_of(value) is not None for _, _, value, _ in _parts(namespace, path))


def _parts(
    namespace: Mapping[str, Any], path: str
) -> Iterator[tuple[str, tuple[object, ...], object, Read]]:
    """What is at a path: each with the name that a user would write, its keys, its value and how
    to read it. That is the one value, or the entries of a list, a tuple or a dict; of
    ``layers[].w`` it is an attribute of each entry."""
    owner, _, attribute = path.partition(ITEMS)
    read = _path(namespace, owner)
    value = attempt(read)
    if not attribute:
        yield from _entries(owner, value, read, ())
        return
    name = attribute.removeprefix(".")
    for key, each in entries(value):
        held = instance_dict(each)
        if held is not None and name in held:
            inside = EntryOf(Fixed(held), name)
            yield from _entries(f"{owner}[{key!r}]{attribute}", held[name], inside, (key,))


def _path(namespace: Mapping[str, Any], dotted: str) -> Read:
    first, *attributes = dotted.split(".")
    if not attributes:
        return Named(namespace, first)

    def read() -> object:
        value = namespace[first]
        try:
            for attribute in attributes:
                value = getattr(value, attribute)
        except Exception as error:  # a property of the script's may raise anything
            raise AttributeError(dotted) from error
        return value

    return read


def _entries(
    name: str, value: object, read: Read, keys: tuple[object, ...]
) -> Iterator[tuple[str, tuple[object, ...], object, Read]]:
    """A value itself, or the entries of a list, tuple or dict and of those in it."""
    if is_one_of(type(value), (list, tuple, dict)) and len(keys) < _DEEPEST:
        for key, each in entries(value):
            inside = EntryOf(read, key)
            yield from _entries(f"{name}[{key!r}]", each, inside, (*keys, key))
    elif value is not None:
        yield name, keys, value, read
