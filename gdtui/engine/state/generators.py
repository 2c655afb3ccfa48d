"""The random number generators of a process: Python's, NumPy's, and torch's on each device.

A script that is paused must find them as it left them. Reading the state of one takes up to a
tenth of a millisecond, so whether it has changed is seen by its memory.
"""

from __future__ import annotations

import ctypes
import random
import sys
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from gdtui.engine.libraries import imported

# Some of its functions are not declared.
_numpy: Any = np.random
_python: Any = random

_HEAD = object.__basicsize__
_MT19937_BYTES = 4 * 624 + 4  # key and position, as in NumPy's and in the original C code
_PEEKS = sys.implementation.name == "cpython"


class Stream(NamedTuple):
    """The state of one generator. Two are alike if their ``token`` is."""

    token: Any
    state: Any


def alike(one: Any, other: Any) -> bool:
    """Whether two states, or what stands for a generator that is not there, are the same."""
    if isinstance(one, Stream) and isinstance(other, Stream):
        return bool(one.token == other.token)
    return one is other


def read_python(known: object, torch: Any) -> Stream:
    """The state of the generator behind ``random.random``. It is ``known``, the same object, if
    nothing has changed since."""
    shared: Any = _python._inst
    if not _PEEKS:
        state = random.getstate()
        return Stream(state, state)
    # The C structure holds the position and the 624 words of the Mersenne Twister and no more.
    size = random.Random.__base__.__basicsize__ - _HEAD  # type: ignore[union-attr]
    token = (ctypes.string_at(id(shared) + _HEAD, size), shared.gauss_next)
    if isinstance(known, Stream) and known.token == token:
        return known
    return Stream(token, random.getstate())


def write_python(value: Any, torch: Any) -> None:
    """Set the generator behind ``random.random``."""
    random.setstate(value.state)


def read_numpy(known: object, torch: Any) -> Stream:
    """The state of the generator behind ``np.random.rand``, as :func:`read_python` does."""
    source = _numpy.get_bit_generator()
    token: Any = None
    if _PEEKS and type(source) is np.random.MT19937:
        shared = np.random.mtrand._rand
        # A normal number may be waiting in the object, beside the generator's own state.
        size = type(shared).__basicsize__ - _HEAD
        token = (
            ctypes.string_at(source.ctypes.state_address, _MT19937_BYTES),
            ctypes.string_at(id(shared) + _HEAD, size),
        )
        if isinstance(known, Stream) and known.token == token:
            return known
    state = source, np.random.get_state(legacy=False)
    return Stream(repr_of(state) if token is None else token, state)


def write_numpy(value: Any, torch: Any) -> None:
    """Set the generator behind ``np.random.rand``."""
    source, state = value.state
    if _numpy.get_bit_generator() is not source:
        _numpy.set_bit_generator(source)
    np.random.set_state(state)


def repr_of(value: Any) -> Any:
    """A state of nested dicts, tuples and arrays in a form that compares."""
    if isinstance(value, dict):
        return tuple((key, repr_of(each)) for key, each in value.items())
    if isinstance(value, tuple | list):
        return tuple(map(repr_of, value))
    return value.tobytes() if isinstance(value, np.ndarray) else value


def read_torch(known: object, torch: Any) -> Any:
    """The state of torch's generator on the CPU; None as long as torch is not loaded."""
    return None if torch is None else _stream(torch.default_generator.get_state(), known)


def write_torch(value: Any, torch: Any) -> None:
    """Set torch's generator on the CPU. Where torch was loaded later it starts from the seed
    that it remembers."""
    if torch is not None and value is None:
        torch.default_generator.manual_seed(torch.default_generator.initial_seed())
    elif torch is not None:
        torch.default_generator.set_state(value.state)


def read_devices(known: object, torch: Any) -> Any:
    """The states of torch's generators on all devices that are in use, in one stream, by kind of
    device; None where there are none. A device that nobody uses is not woken."""
    states = dict(_device_states(torch))
    if not states:
        return None
    token = tuple((kind, tuple(map(_bytes, each))) for kind, each in states.items())
    return known if isinstance(known, Stream) and known.token == token else Stream(token, states)


def write_devices(value: Any, torch: Any) -> None:
    """Set torch's generators on all devices that are in use."""
    states = value.state if value is not None else {}
    for kind in _kinds_in_use(torch):
        module = getattr(torch, kind)
        if kind not in states:
            # In use only since: it started from the seed that it remembers.
            seed = torch.default_generator.initial_seed()
            (module.manual_seed if kind == "mps" else module.manual_seed_all)(seed)
        elif kind == "mps":
            module.set_rng_state(states[kind][0])
        else:
            module.set_rng_state_all(list(states[kind]))


def fresh() -> dict[str, Any]:
    """States from new seeds, as those of a process that has just begun, by generator."""
    source = _numpy.get_bit_generator()
    if type(source) is not np.random.MT19937:
        source = np.random.MT19937()
    seeded = np.random.RandomState().get_state(legacy=False)
    states: dict[str, Any] = {
        "python": Stream(object(), random.Random().getstate()),
        "numpy": Stream(object(), (source, seeded)),
    }
    torch = imported("torch")
    if torch is not None:
        generator = torch.Generator()
        generator.seed()
        states["torch"] = _stream(generator.get_state(), None)
    return states


def shared_by_all() -> Iterator[object]:
    """The generators that belong to the process, as objects. A script may hold them, or a method
    of theirs: ``from random import shuffle``. A copy of its state refers to the same ones."""
    yield _python._inst
    yield np.random.mtrand._rand
    yield _numpy.get_bit_generator()
    torch = imported("torch")
    if torch is not None:
        yield torch.default_generator
        for kind in ("cuda", "xpu"):
            yield from getattr(getattr(torch, kind, None), "default_generators", ())


def _device_states(torch: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for kind in _kinds_in_use(torch):
        module = getattr(torch, kind)
        if kind == "mps":
            yield kind, (module.get_rng_state(),)
        else:
            yield kind, tuple(module.get_rng_state_all())


def _kinds_in_use(torch: Any) -> Iterator[str]:
    if torch is None:
        return
    for kind in ("cuda", "xpu"):
        # Asking for a state before that would start the device up.
        if getattr(getattr(torch, kind, None), "is_initialized", bool)():
            yield kind
    mps = getattr(torch.backends, "mps", None)
    if mps is not None and mps.is_built() and mps.is_available():
        yield "mps"


def _stream(state: Any, known: object) -> Stream:
    token = _bytes(state)
    return known if isinstance(known, Stream) and known.token == token else Stream(token, state)


def _bytes(state: Any) -> bytes:
    data: bytes = state.numpy().tobytes()
    return data


GENERATORS: Final = {
    "python": (read_python, write_python),
    "numpy": (read_numpy, write_numpy),
    "torch": (read_torch, write_torch),
    "devices": (read_devices, write_devices),
}
"""How to read and write each of them, by name."""
