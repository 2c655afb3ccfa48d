"""Going through what a script holds, to find its tensors, modules and optimizers.

They are looked for in names, lists, tuples, dicts and attributes of the script's own objects.
Going through all that takes longer than an epoch of a small model, so a walk notes conditions
under which the next one would find the same; they take a fraction of a microsecond each.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_one_of
from gdtui.engine.libraries import imported
from gdtui.engine.record.own_objects import instance_dict, is_own, own_value
from gdtui.engine.record.quantities import WHOLE, asked, attempt, is_tensor, learns, torch_type
from gdtui.engine.record.reading import Code, EntryOf, Fixed, Named, Read
from gdtui.engine.script.bindings import Bindings

DEPTH = 4
"""How deep a parameter may lie: ``runs[0].trainer.model`` is three below its name."""

_OWN_DEPTH = 8
"""The same for what holds no tensors: ``model.layers[0].neurons[1].w[2]`` is six below."""

_MOST_VISITED = 5000
_LOOKED_AT = 4
PLAIN = frozenset(
    {bool, bytes, complex, float, int, range, slice, str, type(None), type, type(Ellipsis)}
    | {np.ndarray, np.bool_, np.float16, np.float32, np.float64, np.int32, np.int64, np.dtype}
    | {types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType}
)
"""Types of values that hold no tensor, no module and no optimizer."""


class NamespaceWalk:
    """What one walk through a namespace has found, in its order, level by level.

    Attributes:
        modules: the modules that nothing else of torch holds, each with the names and the
            parameters inside it, of which some may be frozen.
        tensors: tensors, with how to read them.
        optimizers: optimizers with their parameters.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        bindings: Bindings,
        code: Code,
    ) -> None:
        """``bindings`` say what may happen to the names. ``code`` gets the conditions under
        which another walk would find the same."""
        self.modules: list[tuple[str, list[tuple[str, Any]]]] = []
        self.tensors: list[tuple[str, Any, Read]] = []
        self.optimizers: list[tuple[str, list[Any]]] = []
        self._code = code
        self._bindings = bindings
        self._seen: set[int] = set()
        self._left: deque[tuple[str, Any, Read, int, bool]] = deque()
        # What a loop goes through by a name of its own, as in `for net in nets`, has a better one.
        names = [name for name in namespace if _is_given(name)]
        for changing in (False, True):
            for name in names:
                if bindings.may_bind(name) is changing:
                    read = Named(namespace, name)
                    self._left.append((name, namespace[name], read, 0, changing))
            while self._left and len(self._seen) < _MOST_VISITED:
                self._visit(*self._left.popleft())

    def _visit(self, path: str, value: Any, read: Read, depth: int, bound: bool) -> None:
        kind = type(value)
        if is_one_of(kind, PLAIN):
            if bound and not self._is_computed(read):
                self._require_harmless(read)
        elif is_tensor(value):
            self._visit_tensor(path, value, read, bound)
        elif issubclass(kind, torch_type("nn.Module")):
            self._require_same(read, value, bound)
            self._visit_module(path, value, depth)
        elif issubclass(kind, torch_type("optim.Optimizer")):
            self._require_same(read, value, bound)
            self._visit_optimizer(path, value)
        elif not may_learn(value, DEPTH - depth):
            self._watch_harmless(value, read, bound)
        elif id(value) in self._seen:
            self._require_same(read, value, bound)
        else:
            self._seen.add(id(value))
            self._visit_inside(path, value, read, depth, bound)

    def _visit_inside(self, path: str, value: Any, read: Read, depth: int, bound: bool) -> None:
        attributes = instance_dict(value)
        if attributes is not None:
            self._require_same(read, value, bound)
            self._require(f"len({self._code.refer_to(attributes)}) == {len(attributes)}")
            for name, each in list(attributes.items())[: 4 * WHOLE]:
                if type(name) is str:
                    inside = EntryOf(Fixed(attributes), name)
                    self._left.append((f"{path}.{name}", each, inside, depth + 1, True))
            return
        here = self._code.expression(read)
        self._require(f"type(v := {here}) is {type(value).__name__} and len(v) == {len(value)}")
        for key, each in entries(value):
            self._left.append((f"{path}[{key!r}]", each, EntryOf(read, key), depth + 1, bound))

    def _visit_tensor(self, path: str, value: Any, read: Read, bound: bool) -> None:
        if learns(value):
            # Nothing gives the name another value, so the tensor is the same one in every epoch.
            fixed = isinstance(read, Named) and not bound
            self.tensors.append((path, value, Fixed(value) if fixed else read))
            return
        self.tensors.append((path, value, read))
        if bound:
            if not self._is_computed(read):
                self._require_harmless(read)
        elif asked(value, "is_leaf"):
            self._require_frozen(value)

    def _visit_module(self, path: str, module: Any, depth: int) -> None:
        if id(module) not in self._seen:
            self.modules.append((path, list(self._inside_module(path, module, "", depth))))

    def _inside_module(
        self, path: str, module: Any, prefix: str, depth: int
    ) -> Iterator[tuple[str, Any]]:
        """The parameters in a module, in the order of ``named_parameters``."""
        self._seen.add(id(module))
        own = vars(module)
        parameters, modules = (own.get(held, {}) for held in ("_parameters", "_modules"))
        # One of torch's own that holds nothing, such as a loss, will not come to hold anything.
        if not (parameters or modules) and _is_library_leaf(type(module)):
            return
        for entries in (parameters, modules):
            known = self._code.refer_to(entries)
            if not _is_library_leaf(type(module)):
                self._require(f"len({known}) == {len(entries)}")
            for key, value in entries.items():
                self._require(f"{known}[{key!r}] is {self._code.refer_to(value)}")
        for key, value in parameters.items():
            if value is not None:
                if not learns(value):
                    self._require_frozen(value)
                yield f"{prefix}{key}", value
        if depth < DEPTH and is_own(type(module)):
            self._visit_own_attributes(f"{path}.{prefix}", own, depth)
        for key, value in modules.items():
            if value is not None and id(value) not in self._seen:
                yield from self._inside_module(path, value, f"{prefix}{key}.", depth)

    def _visit_own_attributes(self, prefix: str, own: dict[str, Any], depth: int) -> None:
        """What a module keeps besides what torch knows of."""
        added = [name for name in own if name not in _module_names()]
        if added:
            self._require(f"len({self._code.refer_to(own)}) == {len(own)}")
        for name in added[:WHOLE]:
            if not is_one_of(type(own[name]), PLAIN):
                read = EntryOf(Fixed(own), name)
                self._left.append((f"{prefix}{name}", own[name], read, depth + 1, True))

    def _visit_optimizer(self, path: str, optimizer: Any) -> None:
        if id(optimizer) in self._seen:
            return
        self._seen.add(id(optimizer))
        groups = vars(optimizer)["param_groups"]
        self._require(f"len({self._code.refer_to(groups)}) == {len(groups)}")
        found = []
        for group in groups:
            found += group["params"]
        self.optimizers.append((path, found))

    # Conditions -----------------------------------------------------------------------

    def _require(self, condition: str) -> None:
        self._code.conditions.append(condition)

    def _is_computed(self, read: Read) -> bool:
        return isinstance(read, Named) and read.name in self._bindings.computed

    def _require_same(self, read: Read, value: object, bound: bool) -> None:
        if not bound and isinstance(read, Named):
            return  # nothing gives the name another value
        self._require(f"{self._code.expression(read)} is {self._code.refer_to(value)}")

    def _require_frozen(self, tensor: Any) -> None:
        """It may be a sample as well. Nothing but a call on itself can let it learn."""
        if not (self._bindings.thaws or self._bindings.any_name):
            return
        frozen = self._code.refer_to(tensor)
        if is_one_of(type(tensor), (torch_type("Tensor"), torch_type("nn.Parameter"))):
            self._require(f"not {frozen}.requires_grad")
        else:
            self._require(f"not {self._code.refer_to(learns)}({frozen})")

    def _require_harmless(self, read: Read) -> None:
        """Whatever it will be, it is to be nothing that learns."""
        plain, tensor = self._code.refer_to(PLAIN), self._code.refer_to(torch_type("Tensor"))
        self._require(
            f"((t := type(v := {self._code.expression(read)})) in {plain}"
            f" or t is {tensor} and not (v.is_leaf and v.requires_grad)"
            f" or not {self._code.refer_to(may_learn)}(v))"
        )

    def _watch_harmless(self, value: Any, read: Read, bound: bool) -> None:
        """A list or an object with nothing that learns may come to hold something."""
        if isinstance(read, Named) and not self._bindings.may_use(read.name):
            return
        learner = self._code.refer_to(may_learn)
        if bound:
            self._require(f"not {learner}({self._code.expression(read)})")
        elif is_one_of(type(value), (list, dict)):
            here = self._code.refer_to(value)
            self._require(f"(len({here}) == {len(value)} or not {learner}({here}))")
        elif instance_dict(value) is not None:
            self._require(f"not {learner}({self._code.refer_to(value)})")


def own_values(namespace: Mapping[str, Any], bindings: Bindings) -> list[tuple[str, Any]]:
    """The values of an autograd of the script's own (see :func:`own_value`) that are there when a
    turn of its loop begins, each once, with their paths, in the order in which they are held."""
    left = [
        (name, namespace[name], 0)
        for name in reversed(list(namespace))
        if _is_given(name) and not bindings.may_bind(name)
    ]
    found: list[tuple[str, Any]] = []
    seen: set[int] = set()
    while left and len(seen) < _MOST_VISITED:
        path, value, depth = left.pop()
        if is_one_of(type(value), PLAIN) or id(value) in seen:
            continue
        seen.add(id(value))
        if own_value(value) is not None:
            found.append((path, value))
        elif depth < _OWN_DEPTH:
            attributes = instance_dict(value)
            if attributes is not None:
                inside = [(f"{path}.{key}", each) for key, each in attributes.items()]
            else:
                inside = [(f"{path}[{key!r}]", each) for key, each in entries(value)]
            left += [(name, each, depth + 1) for name, each in reversed(inside)]
    return found


def uses_torch(namespace: Mapping[str, Any]) -> bool:
    """Whether anything among a script's names is of torch or may hold something of it."""
    if imported("torch") is None:
        return False
    return any(
        (type(value) is types.ModuleType and value.__name__.partition(".")[0] == "torch")
        or may_learn(value)
        or is_tensor(value)
        for name, value in namespace.items()
        if _is_given(name)
    )


def _is_given(name: object) -> bool:
    """Whether a name is one that a script gives; there may be odd keys in ``globals()``."""
    return type(name) is str and not name.startswith("__")


def may_learn(value: Any, depth: int = DEPTH) -> bool:
    """Whether a value is, or seems to hold, a tensor that learns, a module or an optimizer. Of a
    long list or dict only the ends are looked at, where what is new would be."""
    kind = type(value)
    if is_one_of(kind, PLAIN):
        return False
    if is_tensor(value):
        return bool(attempt(lambda: learns(value)))
    if issubclass(kind, torch_type("nn.Module")) or issubclass(kind, torch_type("optim.Optimizer")):
        return True
    if depth <= 0:
        return False
    return any(may_learn(each, depth - 1) for each in _ends(value))


def _ends(value: Any) -> Iterator[Any]:
    """What a value holds; of a long list or dict the first and the last of it."""
    attributes = instance_dict(value)
    if attributes is not None:
        yield from list(attributes.values())[: 4 * WHOLE]
    elif type(value) is dict:
        yield from islice(value.values(), _LOOKED_AT)
        left = max(0, min(_LOOKED_AT, len(value) - _LOOKED_AT))
        yield from islice(reversed(value.values()), left)
    elif is_one_of(type(value), (list, tuple)):
        yield from value[:_LOOKED_AT]
        yield from value[max(_LOOKED_AT, len(value) - _LOOKED_AT) :]


def entries(value: Any) -> Iterator[tuple[Any, Any]]:
    """The first entries of a list, a tuple or a dict, with their index or a key that has a name
    a user would write."""
    if type(value) is dict:
        yield from islice(((k, each) for k, each in value.items() if _is_plain_key(k)), WHOLE)
    elif is_one_of(type(value), (list, tuple)):
        yield from enumerate(value[:WHOLE])


def _is_plain_key(key: object) -> bool:
    if type(key) is tuple:
        return len(key) <= _LOOKED_AT and all(map(_is_plain_key, key))
    return is_one_of(type(key), (int, str, float, bool))


def _is_library_leaf(kind: type) -> bool:
    holds = ("ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential")
    return not is_own(kind) and kind.__name__ not in holds


def _module_names() -> frozenset[str]:
    """The attributes that every module of torch has."""
    return frozenset(vars(torch_type("nn.Module")()))
