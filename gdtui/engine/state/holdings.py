"""The table of what a process holds that a run of a script owns while it runs.

Whatever a script can change outside of its own names, and that changes what a script does, is
written down here once. A world reads and writes it, and a checkpoint keeps it.
"""

from __future__ import annotations

import gc
import locale
import operator
import os
import sys
import threading
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gdtui.engine.libraries import imported
from gdtui.engine.state import generators

ABSENT: Final = object()
"""Stands for what is not there, such as a setting of a library that nobody has loaded."""

State = tuple[Any, ...]
"""A value for each line of the table."""


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def _itself(value: Any) -> Any:
    return value


@dataclass(frozen=True, eq=False)
class Holding:
    """One thing that a process holds.

    Attributes:
        name: what it is called here.
        read: what it is now. It gets what it was when last read, which it may return, and torch,
            or None where that is not loaded.
        write: makes it so. It gets what ``read`` has returned, at whatever time, and torch.
        same: whether two values of it are alike.
        keep: a value of it as it is now, for later; the value itself may change.
        of_thread: whether each thread has its own.
    """

    name: str
    read: Callable[[Any, Any], Any]
    write: Callable[[Any, Any], object]
    same: Callable[[Any, Any], bool] = _equal
    keep: Callable[[Any], Any] = _itself
    of_thread: bool = False


# Python -------------------------------------------------------------------------------

_STREAMS = ("stdin", "stdout", "stderr")
_HOOKS = ("excepthook", "unraisablehook", "displayhook")
_OF_SYS = (*_STREAMS, "argv", "path", *_HOOKS)
_SHOWING = ("showwarning", "formatwarning", "_showwarnmsg_impl")
_OF_WARNINGS = ("filters", "onceregistry", "defaultaction", *_SHOWING)
_SLOTS: tuple[tuple[dict[str, Any], str, str], ...] = (
    *((vars(sys), name, f"sys.{name}") for name in _OF_SYS),
    *((vars(warnings), name, f"warnings.{name}") for name in _OF_WARNINGS),
    (vars(threading), "excepthook", "threading.excepthook"),
    (sys.modules, "__main__", "__main__"),
)
_from_sys = operator.itemgetter(*_OF_SYS)
_from_warnings = operator.itemgetter(*_OF_WARNINGS)

ATTRIBUTE_KEYS: Final = tuple(key for _, _, key in _SLOTS)
"""The places that hold one object each, such as ``sys.stdout``. What is there is compared by what
it is, never by what it equals: a script may have put anything there."""


def _attributes(known: Any, torch: Any) -> State:
    now: State
    try:
        now = (
            *_from_sys(vars(sys)),
            *_from_warnings(vars(warnings)),
            threading.excepthook,
            sys.modules["__main__"],
        )
    except (AttributeError, KeyError):  # a script may delete what is there
        now = tuple([names.get(name, ABSENT) for names, name, _ in _SLOTS])
    return known if _are(now, known) else now


def _write_attributes(value: State, torch: Any) -> None:
    for (names, name, _), each in zip(_SLOTS, value, strict=True):
        if each is ABSENT:
            names.pop(name, None)
        else:
            names[name] = each


def _are(one: Any, other: Any) -> bool:
    if one is other or type(one) is not tuple or type(other) is not tuple:
        return one is other
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _copy_plain(value: State) -> State:
    return tuple(each.copy() if type(each) in (list, dict) else each for each in value)


def _folder(known: Any, torch: Any) -> Any:
    try:
        return os.getcwd()  # noqa: PTH109 - a string, since this is asked at every pause
    except OSError:  # it has been deleted
        return ABSENT


def _go_to(folder: Any, torch: Any) -> None:
    if folder is not ABSENT:
        try:
            os.chdir(folder)
        except OSError:
            # It has been deleted while somebody else ran.
            return


# What os.environ keeps, as the system has it: to decode all of it takes far longer.
_environment: dict[Any, Any] = vars(os.environ)["_data"]


def _read_environment(known: Any, torch: Any) -> dict[Any, Any]:
    return known if _environment == known else _environment.copy()


def _write_environment(wanted: dict[Any, Any], torch: Any) -> None:
    for key in set(_environment) - set(wanted):
        os.unsetenv(key)
        del _environment[key]
    for key, value in wanted.items():
        if _environment.get(key) != value:
            os.putenv(key, value)
            _environment[key] = value


def _interpreter(known: Any, torch: Any) -> tuple[int, bool]:
    return sys.getrecursionlimit(), gc.isenabled()


def _write_interpreter(value: tuple[int, bool], torch: Any) -> None:
    (gc.enable if value[1] else gc.disable)()
    try:
        sys.setrecursionlimit(value[0])
    except RecursionError:  # too low for how deep this is
        return


def _root_logger(known: Any, torch: Any) -> Any:
    logging: Any = sys.modules.get("logging")
    if not hasattr(logging, "root"):
        return ABSENT
    root = logging.root
    now = (root.level, root.disabled, root.manager.disable, len(root.handlers))
    return (*now, *root.handlers, *root.filters)


def _write_root_logger(value: Any, torch: Any) -> None:
    logging: Any = sys.modules.get("logging")
    if not hasattr(logging, "root"):
        return
    root = logging.root
    if value is ABSENT:  # as it is when it has just been loaded
        value = (logging.WARNING, False, 0, 0)
    level, root.disabled, disable, count, *rest = value
    root.handlers[:], root.filters[:] = rest[:count], rest[count:]
    # Each of these two empties the caches of all loggers, of which torch has hundreds.
    if root.level is not level:
        root.setLevel(level)
    if root.manager.disable is not disable:
        logging.disable(disable)


_PYTHON = (
    Holding("attributes", _attributes, _write_attributes, _are, _copy_plain),
    Holding("root logger", _root_logger, _write_root_logger, _are),
    Holding("working folder", _folder, _go_to),
    Holding("environment", _read_environment, _write_environment),
    Holding("interpreter", _interpreter, _write_interpreter),
    Holding(
        "locale",
        lambda known, torch: locale.setlocale(locale.LC_ALL),
        lambda name, torch: locale.setlocale(locale.LC_ALL, name),
    ),
)


def _numpy_print_options() -> tuple[Holding, ...]:
    """NumPy's print options, where they are not a context variable yet."""
    module = sys.modules.get("numpy._core.printoptions")
    if isinstance(getattr(module, "format_options", None), ContextVar):
        return ()
    return (
        Holding(
            "NumPy print options",
            lambda known, torch: np.get_printoptions(),
            lambda value, torch: np.set_printoptions(**value),
            lambda one, other: repr(one) == repr(other),
        ),
    )


# torch --------------------------------------------------------------------------------


def _of_torch(
    name: str,
    read: Callable[[Any], Any],
    write: Callable[[Any, Any], object],
    first: Any = ABSENT,
    *,
    of_thread: bool = False,
) -> Holding:
    """A setting of torch. ``first`` is what it is when torch has just been loaded; one without
    is left alone where it was not known."""

    def read_it(known: Any, torch: Any) -> Any:
        return ABSENT if torch is None else read(torch)

    def write_it(value: Any, torch: Any) -> None:
        value = first if value is ABSENT else value
        if torch is not None and value is not ABSENT:
            write(value, torch)

    return Holding(name, read_it, write_it, of_thread=of_thread)


class _Inference:
    """Inference mode is entered and left, and cannot just be set."""

    def __init__(self) -> None:
        self._guard: Any = None

    def read(self, torch: Any) -> bool:
        return bool(torch.is_inference_mode_enabled())

    def write(self, on: bool, torch: Any) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.__exit__(None, None, None)
        if self.read(torch) != on:
            self._guard = torch._C._InferenceMode(on)
            self._guard.__enter__()


_inference = _Inference()


def _autocast(torch: Any) -> tuple[Any, ...]:
    # The type matters only where it is on, and asking for it takes time.
    return tuple(
        torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else None
        for kind in ("cpu", "cuda")
    )


def _write_autocast(value: tuple[Any, ...], torch: Any) -> None:
    for kind, dtype in zip(("cpu", "cuda"), value, strict=True):
        torch.set_autocast_enabled(kind, dtype is not None)
        if dtype is not None:
            torch.set_autocast_dtype(kind, dtype)


def _default_device(torch: Any) -> Any:
    context = getattr(getattr(torch, "_GLOBAL_DEVICE_CONTEXT", None), "device_context", None)
    return None if context is None else context.device


def _flags(torch: Any) -> tuple[Any, ...]:
    return (
        torch.get_default_dtype(),
        torch.get_num_threads(),
        torch.is_anomaly_enabled(),
        torch.is_anomaly_check_nan_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch._C._get_cudnn_deterministic(),
        torch._C._get_cudnn_benchmark(),
    )


_FLAGS_AT_THE_START = (False, True, False, False, False, False)
"""All of them behind the type and the number of threads."""


def _write_flags(value: tuple[Any, ...], torch: Any) -> None:
    dtype, threads, anomaly, nan, deterministic, warn, cudnn, benchmark = value
    torch.set_default_dtype(dtype)
    if threads != torch.get_num_threads():
        torch.set_num_threads(threads)
    torch.autograd.set_detect_anomaly(anomaly, nan)
    torch.use_deterministic_algorithms(deterministic, warn_only=warn)
    torch._C._set_cudnn_deterministic(cudnn)
    torch._C._set_cudnn_benchmark(benchmark)


_TORCH = (
    # First: entering it changes whether gradients are tracked.
    _of_torch("inference mode", _inference.read, _inference.write, False, of_thread=True),
    _of_torch(
        "gradients tracked",
        lambda torch: torch.is_grad_enabled(),
        lambda on, torch: torch.set_grad_enabled(on),
        True,
        of_thread=True,
    ),
    _of_torch("autocast", _autocast, _write_autocast, (None, None), of_thread=True),
    _of_torch(
        "default device",
        _default_device,
        lambda device, torch: torch.set_default_device(device),
        None,
        of_thread=True,
    ),
    _of_torch("torch flags", _flags, _write_flags),
    _of_torch(
        "torch print options",
        lambda torch: vars(torch._tensor_str.PRINT_OPTS).copy(),
        lambda value, torch: vars(torch._tensor_str.PRINT_OPTS).update(value),
    ),
)


# All ----------------------------------------------------------------------------------

HOLDINGS: Final = (
    *_PYTHON,
    *_numpy_print_options(),
    *_TORCH,
    *(
        Holding(name, read, write, generators.alike)
        for name, (read, write) in generators.GENERATORS.items()
    ),
)
"""All of them, in the order in which they are written."""

PLACES: Final = {holding.name: place for place, holding in enumerate(HOLDINGS)}
"""Where in the table a holding stands, by name."""


def read_all(known: State) -> State:
    """What the process holds now, given what it may still hold."""
    torch = imported("torch")
    return tuple([each.read(value, torch) for each, value in zip(HOLDINGS, known, strict=True)])


def write_where(now: State, wanted: State) -> None:
    """Let the process hold what is ``wanted``, where it holds something else ``now``."""
    torch = imported("torch")
    for each, here, there in zip(HOLDINGS, now, wanted, strict=True):
        if here is not there and not each.same(here, there):
            each.write(there, torch)


def as_at_the_start(state: State) -> State:
    """A state with the modes and types of torch as a process of its own begins with them, whatever
    the code around has set. The number of threads stays."""
    # A mode is what each thread has for itself, and where it is not known it is as at the start.
    begun = [
        ABSENT if each.of_thread else value for each, value in zip(HOLDINGS, state, strict=True)
    ]
    flags = PLACES["torch flags"]
    torch = imported("torch")
    if torch is not None and state[flags] is not ABSENT:
        begun[flags] = (torch.float32, state[flags][1], *_FLAGS_AT_THE_START)
    return tuple(begun)


def keep_all(state: State, previous: State | None) -> State:
    """A copy of a state, for later. What equals the ``previous`` one is shared with it."""
    kept = []
    for place, (each, value) in enumerate(zip(HOLDINGS, state, strict=True)):
        shared = previous is not None and each.same(value, previous[place])
        kept.append(previous[place] if shared and previous else each.keep(value))
    return tuple(kept)


NOTHING: Final[State] = (ABSENT,) * len(HOLDINGS)
"""What is known of a process of which nothing is known."""
