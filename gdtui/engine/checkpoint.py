"""Copies of a running script's state between two epochs, to go back to.

The state of a script lives in its namespace, in the iterator of its loop, and in the random
number generators. A checkpoint is one deep copy of these with one memo, so that what was
shared stays shared: the optimizer still points at the model's tensors.
"""

from __future__ import annotations

import bisect
import copy
import dis
import functools
import gc
import random
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdtui.engine.program import RAN

_SHARED_BYTES = 4096
_PLAIN = (bool, bytes, complex, float, int, str, type(None))
_NOT_STATE = ("__builtins__", RAN)
_KEPT = (*_PLAIN, type, types.BuiltinFunctionType, types.ModuleType)


class NotCopyableError(Exception):
    """Some state of the script cannot be copied so that a run would go on unchanged."""


class GraphLost(BaseException):
    """A resumed run needs an autograd graph from before its checkpoint.

    Graphs cannot be copied. A checkpoint keeps the value of a tensor that has one, which is
    all that most scripts use; a run that needs more is stopped with this. It is no
    ``Exception``, so that a script's own ``except`` lets it through.
    """


@dataclass(frozen=True)
class Checkpoint:
    """The state of a script when ``epoch`` epochs were over.

    Attributes:
        epoch: how many epochs were over.
        namespace: a copy of the script's namespace.
        class_data: copies of the data that the script's own classes hold.
        remaining: a copy of the loop's iterator; None for ``while``.
        surroundings: the random number generators.
        nbytes: about how much memory it takes, without what it shares with others.
    """

    epoch: int
    namespace: Mapping[str, Any]
    class_data: Mapping[type, Mapping[str, Any]]
    remaining: Any
    surroundings: Surroundings
    nbytes: int

    @classmethod
    def take(
        cls,
        epoch: int,
        namespace: Mapping[str, Any],
        remaining: object,
        previous: Checkpoint | None = None,
    ) -> Checkpoint:
        """Copy the state of a script that is between two epochs.

        Large arrays and tensors that have not changed since the ``previous`` checkpoint are
        shared with it.

        Raises:
            NotCopyableError: something has state that cannot be copied, such as a generator,
                an open file, or a function that keeps variables of its own.
        """
        state = {key: value for key, value in namespace.items() if key not in _NOT_STATE}
        _check_functions(state.values())
        memo: dict[int, Any] = {}
        if previous is not None:
            _share_unchanged(state, previous.namespace, memo)
        shared = {id(value) for value in memo.values()}
        copied, data, rest = _copy((state, _class_data(state.values()), remaining), memo)
        return cls(
            epoch=epoch,
            namespace=copied,
            class_data=data,
            remaining=rest,
            surroundings=Surroundings.now(previous.surroundings if previous else None),
            nbytes=sum(_nbytes(value) for value in copied.values() if id(value) not in shared),
        )

    def restore(self) -> tuple[dict[str, Any], Any]:
        """A namespace and an iterator to run on with. Sets the random number generators and
        the data of the script's classes; the checkpoint itself stays as it is.

        Raises:
            NotCopyableError: the copy cannot be copied again.
        """
        self.surroundings.restore()
        state = (self.namespace, self.class_data, self.remaining)
        namespace, class_data, remaining = _copy(state, {})
        for owner, data in class_data.items():
            for name in set(_data_of(owner)) - set(data):
                delattr(owner, name)
            for name, value in data.items():
                setattr(owner, name, value)
        return namespace, remaining


@dataclass(frozen=True)
class Surroundings:
    """State outside of a script's namespace: the random number generators of Python, NumPy
    and torch, and whether torch tracks gradients for the script."""

    python: Any
    numpy: Any
    torch: Any
    tracks_gradients: bool

    @classmethod
    def now(cls, previous: Surroundings | None = None) -> Surroundings:
        """As they are; what equals the ``previous`` state is shared with it."""
        torch: Any = sys.modules.get("torch")
        loaded = hasattr(torch, "get_rng_state")
        python = random.getstate()
        numpy: Any = np.random.get_state(legacy=True)
        generator = torch.get_rng_state() if loaded else None
        if previous is not None:
            if previous.python == python:
                python = previous.python
            if previous.numpy[2:] == numpy[2:] and np.array_equal(previous.numpy[1], numpy[1]):
                numpy = previous.numpy
            if previous.torch is not None and previous.torch.equal(generator):
                generator = previous.torch
        return cls(python, numpy, generator, torch.is_grad_enabled() if loaded else True)

    def restore(self) -> None:
        """Set the random number generators as they were."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch: Any = sys.modules.get("torch")
        if self.torch is not None:
            torch.set_rng_state(self.torch)
        elif hasattr(torch, "initial_seed"):
            # torch was loaded later, and started from a seed that it remembers.
            torch.manual_seed(torch.initial_seed())


# Copying ------------------------------------------------------------------------------


def _copy(state: tuple[Any, ...], memo: dict[int, Any]) -> Any:
    """A deep copy that also takes modules, tensors with a graph and views of arrays."""
    top = [value for part in state if isinstance(part, Mapping) for value in part.values()]
    known = dict(memo)
    try:
        return _copy_prepared(state, top, memo)
    except Exception:
        # There is something to prepare further down, inside a list or an object. Looking
        # everywhere takes longer, so it is done only now.
        memo = known
    try:
        return _copy_prepared(state, _everything_in(state), memo)
    except Exception as error:
        raise NotCopyableError(f"{type(error).__name__}: {error}") from error


def _copy_prepared(state: Any, values: Iterable[object], memo: dict[int, Any]) -> Any:
    _prepare(values, memo)
    copied = copy.deepcopy(state, memo)
    # A copied nn.Parameter has lost its gradient (a plain tensor keeps it). deepcopy holds on
    # to all that it has copied, in a list in the memo, under the memo's own id.
    parameter = getattr(getattr(sys.modules.get("torch"), "nn", None), "Parameter", ())
    for original in memo.get(id(memo), ()):
        if isinstance(original, parameter) and original.grad is not None:
            memo[id(original)].grad = copy.deepcopy(original.grad, memo)
    return copied


def _prepare(values: Iterable[object], memo: dict[int, Any]) -> None:
    """Put into deepcopy's memo what it cannot copy, or not so that it stays the same."""
    torch: Any = sys.modules.get("torch")
    tensor = getattr(torch, "Tensor", ())
    optimizer = getattr(getattr(torch, "optim", None), "Optimizer", ())
    optimizers = []
    for value in values:
        if id(value) in memo:
            continue
        if isinstance(value, optimizer):
            optimizers.append(value)
        elif isinstance(value, types.ModuleType):
            memo[id(value)] = value
        elif isinstance(value, tensor):
            if not value.is_leaf:
                memo[id(value)] = _GraphTensor(value)
        elif isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray):
            _copy_view(value, memo)
        elif isinstance(value, list):
            _copy_flat(value, memo)
        elif isinstance(value, dict):
            for each in value.values():
                if isinstance(each, list):
                    _copy_flat(each, memo)
    for each in optimizers:  # last, since the rest has to be known when their parts are copied
        _copy_optimizer(each, memo)


def _copy_optimizer(optimizer: Any, memo: dict[int, Any]) -> None:
    """Copy an optimizer whole. By itself it gives a copy its state alone: hooks, and the note
    of a scheduler that watches whether ``step`` is called, would be lost."""
    new = object.__new__(type(optimizer))
    memo[id(optimizer)] = new
    for name, value in vars(optimizer).items():
        if name != "step":
            new.__dict__[name] = copy.deepcopy(value, memo)
    if "step" in vars(optimizer):
        # The scheduler's wrapper refers to the original. It only ever asks, in its first
        # step, whether the wrapper is there and has been called.
        step = functools.partial(type(optimizer).step, new)
        step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
        new.step, new._opt_called = step, True


class _GraphTensor:
    """The value of a tensor that has a graph. Its deep copy is such a tensor again, one that
    raises as soon as a gradient is sent back through it."""

    def __init__(self, tensor: Any) -> None:
        self._value = tensor.detach().clone()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        torch: Any = sys.modules["torch"]
        with torch.enable_grad():
            leaf = self._value.clone().requires_grad_()
            leaf.register_hook(_graph_lost)
            return leaf.clone()


def _graph_lost(gradient: object) -> None:
    raise GraphLost


def _copy_view(view: np.ndarray[Any, Any], memo: dict[int, Any]) -> None:
    """Copy a view of an array as the same view of the array's copy."""
    root = view
    while isinstance(root.base, np.ndarray):
        root = root.base
    if not (root.flags.owndata and root.flags.c_contiguous) or root.dtype.hasobject:
        return
    if id(root) not in memo:
        memo[id(root)] = root.copy()
    offset = view.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    memo[id(view)] = np.ndarray(
        view.shape, view.dtype, buffer=memo[id(root)], offset=offset, strides=view.strides
    )


def _copy_flat(values: list[Any], memo: dict[int, Any]) -> None:
    """Copy a list of plain values at once: scripts keep their losses in such lists, and
    deepcopy would look at each of a million."""
    if set(map(type, values)) <= set(_PLAIN):
        memo.setdefault(id(values), values[:])


def _everything_in(state: object) -> Iterator[object]:
    """Every object that can be reached from a state, modules and functions not entered."""
    seen = set()
    left = [state]
    while left:
        value = left.pop()
        if id(value) in seen or isinstance(value, (types.FunctionType, type)):
            continue
        seen.add(id(value))
        yield value
        if not isinstance(value, types.ModuleType):
            left += gc.get_referents(value)


# What a copy leaves out ---------------------------------------------------------------


def _check_functions(values: Iterable[object]) -> None:
    """Functions are kept, not copied. That is right as long as they have no state."""
    for value in values:
        if isinstance(value, types.FunctionType) and not _is_stateless(value):
            raise NotCopyableError(f"the function {value.__name__} keeps variables of its own")


def _is_stateless(value: object) -> bool:
    if isinstance(value, types.FunctionType):
        cells = [_content(cell) for cell in value.__closure__ or ()]
        defaults = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        return not (value.__closure__ and _rebinds(value.__code__)) and all(
            _is_stateless(each) for each in [*cells, *defaults] if each is not value
        )
    if isinstance(value, types.MethodType):
        # Of a library's object, as in the closure of a torch.no_grad() decorator.
        return type(value.__self__).__module__ != "__main__"
    if isinstance(value, tuple | frozenset):
        return all(map(_is_stateless, value))
    return isinstance(value, _KEPT)


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


@functools.lru_cache(maxsize=256)
def _rebinds(code: types.CodeType) -> bool:
    """Whether code assigns to a variable of the function around it."""
    return any(
        instruction.opname in ("STORE_DEREF", "DELETE_DEREF")
        and instruction.argval in code.co_freevars
        for instruction in dis.get_instructions(code)
    )


def _class_data(values: Iterable[object]) -> dict[type, dict[str, Any]]:
    return {
        value: _data_of(value)
        for value in values
        if isinstance(value, type) and value.__module__ == "__main__"
    }


def _data_of(owner: type) -> dict[str, Any]:
    """The attributes of a class that hold data: no methods, no descriptors, no dunders."""
    return {
        name: value
        for name, value in vars(owner).items()
        if not name.startswith("__") and not hasattr(value, "__get__") and not callable(value)
    }


# Sharing and measuring ----------------------------------------------------------------


def _share_unchanged(
    state: Mapping[str, Any], previous: Mapping[str, Any], memo: dict[int, Any]
) -> None:
    """Let the memo answer for large data sets with the copies there are already."""
    tensor: Any = getattr(sys.modules.get("torch"), "Tensor", ())
    storages = [
        each.untyped_storage().data_ptr() for each in state.values() if isinstance(each, tensor)
    ]
    for name, value in state.items():
        if isinstance(value, tensor):
            # A tensor that shares its memory with another must be copied together with it.
            alone = storages.count(value.untyped_storage().data_ptr()) == 1
            if value.requires_grad or value.device.type != "cpu" or not alone:
                continue
        elif not isinstance(value, np.ndarray) or value.base is not None:
            continue
        old = previous.get(name)
        if _nbytes(value) >= _SHARED_BYTES and type(old) is type(value) and _same(old, value):
            memo[id(value)] = old


def _same(one: Any, other: Any) -> bool:
    """Whether two arrays or tensors are alike to the last bit."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    try:
        return memoryview(one.data if isinstance(one, np.ndarray) else one.numpy()).cast(
            "B"
        ) == memoryview(other.data if isinstance(other, np.ndarray) else other.numpy()).cast("B")
    except (TypeError, ValueError, RuntimeError):  # a layout that has no plain buffer
        return False


def _nbytes(value: object) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    torch: Any = sys.modules.get("torch")
    if isinstance(value, getattr(torch, "Tensor", ())):
        return int(value.nbytes)  # type: ignore[attr-defined]
    if isinstance(value, getattr(getattr(torch, "nn", None), "Module", ())):
        # The parameters, their gradients and two moments of an optimizer.
        return 4 * sum(each.nbytes for each in value.parameters())  # type: ignore[attr-defined]
    return sys.getsizeof(value, 0)


class Checkpoints:
    """The checkpoints of a run, by epoch.

    Together they take at most ``max_bytes`` and number at most ``max_count``. When there are
    more, every other one of the older half goes, so that going back a little stays quick
    however long the run is. The first one always stays.
    """

    def __init__(self, max_bytes: int = 128 * 2**20, max_count: int = 600) -> None:
        self._max_bytes = max_bytes
        self._max_count = max_count
        self._sorted: list[Checkpoint] = []

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, epoch: int) -> bool:
        nearest = self.nearest(epoch)
        return nearest is not None and nearest.epoch == epoch

    def nearest(self, epoch: int) -> Checkpoint | None:
        """The latest checkpoint at or before an epoch."""
        place = bisect.bisect_right(self._sorted, epoch, key=_epoch)
        return self._sorted[place - 1] if place else None

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint; there is none yet at its epoch."""
        bisect.insort(self._sorted, checkpoint, key=_epoch)
        while len(self._sorted) > 2 and (
            len(self._sorted) > self._max_count
            or sum(each.nbytes for each in self._sorted) > self._max_bytes
        ):
            half = max(2, len(self._sorted) // 2)
            self._sorted[:half] = self._sorted[:half:2]


def _epoch(checkpoint: Checkpoint) -> int:
    return checkpoint.epoch
