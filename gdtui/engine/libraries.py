"""Imports the libraries of scripts on a thread of their own, which nothing interrupts.

A run may be ended from outside at any time: by an exception thrown into its thread. In the
middle of ``import torch`` that would leave PyTorch half registered, so that every later import
fails and the process may die by a signal. So a script has its libraries imported by one thread
that lives as long as the process, and only waits for it. Loading is not hanging.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.util
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

_SLICE = 0.02
"""Seconds between two looks at whether whoever waits is still wanted."""

_BOOTSTRAP = "<frozen importlib._bootstrap>"


class Libraries:
    """The thread, and what it has been asked to import.

    A library that cannot be imported is left to the script: its own ``import`` raises what it
    raises under Python.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asked: deque[str] = deque()
        self._thread: threading.Thread | None = None
        self._waiting: tuple[int, str] | None = None
        self.importing = ""

    def bring(self, module: str, folder: str, give_up: Callable[[], object]) -> None:
        """Import a module, unless it is there or lies in the script's ``folder``.

        Calls ``give_up`` again and again while it waits; that may raise, and the import goes
        on without anyone waiting for it.
        """
        if not module or _is_imported(module) or not _is_library(module, folder):
            return
        with self._changed:
            self._asked.append(module)
            if self._thread is None:
                # A daemon: an import that hangs must not keep the process alive.
                self._thread = threading.Thread(
                    target=self._work, name="gdtui libraries", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()
        self._waiting = (threading.get_ident(), module)
        try:
            while module in self._asked or self.importing == module:
                with self._changed:
                    self._changed.wait(_SLICE)
                give_up()
        finally:
            self._waiting = None

    @property
    def is_busy(self) -> bool:
        """Whether an import is under way. A process that ends in the middle of one may crash."""
        return bool(self.importing or self._asked)

    def works_for(self, thread: int) -> bool:
        """Whether this is the importing thread, and another one waits for what it imports now:
        what a library prints as it is imported is then the script's."""
        mine = self._thread is not None and self._thread.ident == threading.get_ident()
        return mine and self._waiting == (thread, self.importing)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._asked:
                    self._changed.wait()
                # In this order: whoever waits looks at both, without the lock.
                self.importing = self._asked[0]
                self._asked.popleft()
            _load_shared_objects(self.importing)
            # Whatever it raises, the script's own import is about to raise as well.
            with contextlib.suppress(BaseException):
                importlib.import_module(self.importing)
            with self._changed:
                self.importing = ""
                self._changed.notify_all()


LIBRARIES = Libraries()
"""The one of this process."""


def imported(module: str) -> Any:
    """A module that a script has imported, such as ``torch``; None where it is not there, or not
    yet: to touch a library while another thread imports it may end the process."""
    return sys.modules.get(module) if _is_imported(module) else None


def imports_library(thread: int, folder: str) -> bool:
    """Whether a thread, given by its number, is importing a library now, so that no exception
    may be thrown into it. A module that lies in the script's ``folder`` is the script's own
    code, even while it is imported.

    Some imports happen far from any ``import`` of the script: the first step of an optimizer
    imports parts of PyTorch.
    """
    frame = sys._current_frames().get(thread)
    inner: FrameType | None = None
    while frame is not None:
        if frame.f_code.co_filename == _BOOTSTRAP:
            own = inner is not None and inner.f_code.co_name == "<module>"
            if not (own and inner and lies_in(inner.f_code.co_filename, folder)):
                return True
            # Of one import there are several frames in a row.
            while frame.f_back is not None and frame.f_code.co_filename.startswith("<frozen"):
                frame = frame.f_back
        inner, frame = frame, frame.f_back
    return False


def lies_in(file: str | None, folder: str) -> bool:
    """Whether a module's file lies in a folder. What is installed does not, even if a virtual
    environment lies there: torch must not be imported a second time."""
    path = Path(str(file))
    inside = path.is_relative_to(folder)
    return inside and not {"site-packages", "dist-packages"} & set(path.relative_to(folder).parts)


_SHARED_OBJECTS = {"torch": "lib/libtorch_cpu.so"}
"""Where the largest shared object of a library lies in its folder, on Linux."""


def _load_shared_objects(module: str) -> None:
    """Load what takes longest of a library ahead of its import. Python would hold on to the
    interpreter meanwhile, for 0.7 s with PyTorch, in which no key is answered."""
    package = module.partition(".")[0]
    place = _SHARED_OBJECTS.get(package)
    if place is None or sys.platform != "linux" or package in sys.modules:
        return
    # If anything is different from what is expected here, the import does it all.
    with contextlib.suppress(OSError, AttributeError, ImportError, ValueError):
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            return
        file = Path(spec.origin).parent / place
        if file.exists():
            # Called as a foreign function, it lets others have the interpreter.
            load = ctypes.CDLL(None).dlopen
            load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
            load(str(file).encode(), os.RTLD_LAZY)


def _is_imported(module: str) -> bool:
    found = sys.modules.get(module)
    spec = getattr(found, "__spec__", None)
    return found is not None and not getattr(spec, "_initializing", False)


def _is_library(module: str, folder: str) -> bool:
    """Whether a module is there and does not lie beside the script."""
    package = module.partition(".")[0]
    if package in sys.modules:
        file = getattr(sys.modules[package], "__file__", None)
        return not lies_in(file, folder)
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError, AttributeError):
        return False
    if spec is None:
        return False
    places = spec.submodule_search_locations or ()
    return not any(lies_in(each, folder) for each in [spec.origin, *places])
