"""Deep copies of a script's state that go on as the original would.

``copy.deepcopy`` does most of it. Left to itself it would refuse modules and tensors with a
graph, drop the gradients of parameters and the hooks of optimizers, and cut views loose from
their arrays.
"""

from __future__ import annotations

import copy
import dis
import functools
import gc
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from gdtui.engine.kinds import is_a, is_of_engine
from gdtui.engine.libraries import imported
from gdtui.engine.state.generators import shared_by_all
from gdtui.engine.state.memory import nbytes_of

_SHARED_BYTES = 4096
_STAND_IN = "_gdtui_stand_in"
_PLAIN = (bool, bytes, complex, float, int, str, type(None))
_KEPT = (*_PLAIN, type, types.BuiltinFunctionType, types.ModuleType)


class NotCopyableError(Exception):
    """Some state of the script cannot be copied so that a run would go on unchanged."""


class GraphLost(BaseException):
    """A resumed run needs an autograd graph from before its checkpoint.

    Graphs cannot be copied. A checkpoint keeps the value of a tensor that has one, which is
    all that most scripts use; a run that needs more is stopped with this. It is no
    ``Exception``, so that a script's own ``except`` lets it through.
    """


def copy_state(state: tuple[Any, ...], memo: dict[int, Any]) -> Any:
    """A deep copy that also takes modules, tensors with a graph and views of arrays."""
    # A script may hold one, or a method of one, as by `from random import shuffle`.
    memo.update((id(each), each) for each in shared_by_all())
    top = [value for part in state if is_a(part, Mapping) for value in part.values()]
    known = dict(memo)
    try:
        return _copy_prepared(state, top, memo)
    except BaseException as error:
        if is_of_engine(error):
            raise
        # There is something to prepare further down, inside a list or an object. Looking
        # everywhere takes longer, so it is done only now.
        memo.clear()
        memo.update(known)
    try:
        return _copy_prepared(state, list(_everything_in(state)), memo)
    except BaseException as error:
        if is_of_engine(error):
            raise
        # Copying calls code of every class there is, which may raise anything.
        raise NotCopyableError(f"a state that raises {type(error).__name__}") from error


def newly_made(memo: Mapping[Any, Any]) -> Iterator[object]:
    """What a deep copy has made, by its memo: not what stands for itself, and not the originals
    that the memo holds on to."""
    for key, value in memo.items():
        if type(key) is int and key not in (id(memo), id(value)):
            yield value._value if type(value) is _GraphTensor else value


def _copy_prepared(state: Any, values: Sequence[object], memo: dict[int, Any]) -> Any:
    _prepare(values, memo)
    copied = copy.deepcopy(state, memo)
    # A copied nn.Parameter has lost its gradient (a plain tensor keeps it). deepcopy holds on
    # to all that it has copied, in a list in the memo, under the memo's own id.
    parameter = getattr(getattr(imported("torch"), "nn", None), "Parameter", ())
    for original in memo.get(id(memo), ()):
        if is_a(original, parameter):
            _check_hooks(original)
            if original.grad is not None:
                memo[id(original)].grad = copy.deepcopy(original.grad, memo)
        elif _is_view(original):
            raise NotCopyableError("a view of an array inside something else")
    return copied


def _prepare(values: Sequence[object], memo: dict[int, Any]) -> None:
    """Put into deepcopy's memo what it cannot copy, or not so that it stays the same."""
    torch: Any = imported("torch")
    tensor = getattr(torch, "Tensor", ())
    optimizer = getattr(getattr(torch, "optim", None), "Optimizer", ())
    optimizers = []
    for value in values:
        if id(value) in memo:
            continue
        if is_a(value, optimizer):
            optimizers.append(value)
        elif is_a(value, tensor):
            _prepare_tensor(value, memo)
        elif is_a(value, types.ModuleType):
            memo[id(value)] = value
        elif _is_view(value):
            _copy_view(value, memo)
        elif type(value) is list:
            _copy_flat(value, memo)
        elif is_a(value, dict):
            for each in value.values():
                if type(each) is list:
                    _copy_flat(each, memo)
    _check_shared_memory(values)
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


def _prepare_tensor(tensor: Any, memo: dict[int, Any]) -> None:
    _check_hooks(tensor)
    if tensor.is_leaf:
        return
    base = tensor._base
    if tensor.retains_grad or (base is not None and base.is_leaf):
        # A gradient is to be kept at it, or its value follows that of a parameter.
        raise NotCopyableError("a tensor that is tied to its graph")
    memo[id(tensor)] = _GraphTensor(tensor)


def _check_hooks(tensor: Any) -> None:
    if tensor._backward_hooks or getattr(tensor, "_post_accumulate_grad_hooks", None):
        raise NotCopyableError("a tensor with hooks")


def _check_shared_memory(values: Iterable[object]) -> None:
    """Arrays and tensors may share their memory. Copied one by one they would not."""
    tensor: Any = getattr(imported("torch"), "Tensor", ())
    arrays = {_address(each) for each in values if is_a(each, np.ndarray)}
    if arrays and any(is_a(each, tensor) and _storage(each) in arrays for each in values):
        raise NotCopyableError("a tensor that shares its memory with an array")


def _address(array: np.ndarray[Any, Any]) -> int:
    while is_a(array.base, np.ndarray):
        array = array.base
    address: int = array.__array_interface__["data"][0]
    return address


def _storage(tensor: Any) -> int | None:
    """The address of a tensor's memory; None for one without a plain block of it."""
    try:
        address: int = tensor.untyped_storage().data_ptr()
    except (NotImplementedError, RuntimeError):
        return None
    return address


def _is_view(value: object) -> TypeGuard[np.ndarray[Any, Any]]:
    return type(value) is np.ndarray and is_a(value.base, np.ndarray)


class _GraphTensor:
    """The value of a tensor that has a graph. Its deep copy is such a tensor again, one that
    raises as soon as a gradient is sent back through it."""

    def __init__(self, tensor: Any) -> None:
        self._value = tensor.detach().clone()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        torch: Any = imported("torch")
        with torch.enable_grad():
            leaf = self._value.clone().requires_grad_()
            leaf.register_hook(_graph_lost)
            setattr(leaf, _STAND_IN, True)
            return leaf.clone()


def is_stand_in(leaf: object) -> bool:
    """Whether a leaf of a graph only stands where a graph was that could not be copied."""
    return hasattr(leaf, _STAND_IN)


def _graph_lost(gradient: object) -> None:
    raise GraphLost


def _copy_view(view: np.ndarray[Any, Any], memo: dict[int, Any]) -> None:
    """Copy a view of an array as the same view of the array's copy."""
    root = view
    while is_a(root.base, np.ndarray):
        root = root.base
    whole = root.flags.c_contiguous or root.flags.f_contiguous
    if type(root) is not np.ndarray or not (whole and root.flags.owndata) or root.dtype.hasobject:
        raise NotCopyableError("a view of an array that is not a plain block of memory")
    if id(root) not in memo:
        memo[id(root)] = root.copy(order="K")
    memory = memo[id(root)] if root.flags.c_contiguous else memo[id(root)].T
    offset = view.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    memo[id(view)] = np.ndarray(
        view.shape, view.dtype, buffer=memory, offset=offset, strides=view.strides
    )


def _copy_flat(values: list[Any], memo: dict[int, Any]) -> None:
    """Copy a list of plain values at once: scripts keep their losses in such lists, and
    deepcopy would look at each of a million."""
    if set(map(type, values)) <= set(_PLAIN):
        memo.setdefault(id(values), values[:])


def _everything_in(state: object) -> Iterator[object]:
    """Every object that can be reached from a state, besides plain numbers and texts; modules,
    functions and classes are not entered."""
    closed = (types.ModuleType, types.FunctionType, type)
    seen = set()
    left = [state]
    while left:
        value = left.pop()
        if id(value) not in seen:
            seen.add(id(value))
            yield value
            if not is_a(value, closed):
                # Of numbers and texts there may be a hundred thousand, and they hold nothing.
                left += [each for each in gc.get_referents(value) if type(each) not in _PLAIN]


# What is kept instead ----------------------------------------------------------------


def check_all_functions(state: object) -> None:
    """Check the script's functions wherever they are, in lists and objects too. That takes a
    while, and once is enough: functions are not made over and over."""
    for each in _everything_in(state):
        of_script = is_a(each, types.FunctionType) and each.__module__ == "__main__"
        if of_script or is_a(each, types.BuiltinFunctionType):
            check_functions([each])


def check_functions(values: Iterable[object]) -> None:
    """Functions are kept, not copied. That is right as long as they have no state."""
    for value in values:
        if is_a(value, types.FunctionType) and not _is_stateless(value):
            raise NotCopyableError(f"the function {value.__name__} keeps variables of its own")
        if is_a(value, types.BuiltinFunctionType) and not _is_stateless(value):
            raise NotCopyableError(f"the method {value.__name__} belongs to an object")
        if _is_of_the_script(value):
            check_functions(getattr(each, "__func__", each) for each in vars(value).values())


def _is_stateless(value: object) -> bool:
    if is_a(value, types.FunctionType):
        cells = [_content(cell) for cell in value.__closure__ or ()]
        defaults = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        rebinds = value.__closure__ and _rebinds(value.__code__)
        notes = set(vars(value)) - {"__wrapped__"}
        return not (rebinds or notes) and all(
            _is_stateless(each) for each in [*cells, *defaults] if each is not value
        )
    if is_a(value, types.MethodType):
        # Of a library's object, as in the closure of a torch.no_grad() decorator.
        return type(value.__self__).__module__ != "__main__"
    if is_a(value, types.BuiltinFunctionType):
        # `append = losses.append` goes on filling the list that was copied, not the copy.
        owner = value.__self__
        shared = any(owner is each for each in shared_by_all())
        return shared or is_a(owner, _KEPT)
    if is_a(value, tuple) or is_a(value, frozenset):
        return all(map(_is_stateless, value))
    return is_a(value, _KEPT)


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


def class_data(values: Iterable[object]) -> dict[type, dict[str, Any]]:
    found: dict[type, dict[str, Any]] = {}
    for value in values:
        if _is_of_the_script(value):
            found[value] = data_of(value)
            found |= class_data(vars(value).values())
    return found


def _is_of_the_script(value: Any) -> TypeGuard[type]:
    # A class with a metaclass, such as an Enum, has rules of its own for its attributes.
    return type(value) is type and value.__module__ == "__main__"


def data_of(owner: type) -> dict[str, Any]:
    """The attributes of a class that hold data: no methods, no descriptors, no dunders."""
    return {
        name: value
        for name, value in vars(owner).items()
        if not (name.startswith("__") or hasattr(value, "__get__") or is_a(value, type))
    }


# Sharing -----------------------------------------------------------------------------


def is_shareable(value: object) -> bool:
    """Whether checkpoints may share an array or a tensor: a large one of plain data."""
    if is_a(value, np.ndarray):
        return value.base is None and value.nbytes >= _SHARED_BYTES
    tensor: Any = getattr(imported("torch"), "Tensor", ())
    if not is_a(value, tensor):
        return False
    one: Any = value
    plain = not one.requires_grad and one.device.type == "cpu"
    return plain and nbytes_of(one) >= _SHARED_BYTES


def share_unchanged(
    state: Mapping[str, Any], previous: Mapping[str, Any], memo: dict[int, Any]
) -> None:
    """Let the memo answer for large data sets with the copies there are already."""
    tensor: Any = getattr(imported("torch"), "Tensor", ())
    storages = [_storage(each) for each in state.values() if is_a(each, tensor)]
    for name, value in state.items():
        # A tensor that shares its memory with another must be copied together with it.
        alone = not is_a(value, tensor) or storages.count(_storage(value)) == 1
        old = previous.get(name)
        if alone and is_shareable(value) and type(old) is type(value) and _same(old, value):
            memo[id(value)] = old


def _same(one: Any, other: Any) -> bool:
    """Whether two arrays or tensors are alike to the last bit."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    try:
        return memoryview(one.data if is_a(one, np.ndarray) else one.numpy()).cast(
            "B"
        ) == memoryview(other.data if is_a(other, np.ndarray) else other.numpy()).cast("B")
    except (TypeError, ValueError, RuntimeError):  # a layout that has no plain buffer
        return False
