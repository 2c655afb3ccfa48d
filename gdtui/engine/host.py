"""What Python gives to a script that it runs, given to one that runs inside this process.

A script expects to be ``__main__``, to find its path in ``sys.argv``, to import what lies
beside it, and to print. It has these only while it runs; at a pause they are the host's again.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import linecache
import os
import sys
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdtui.engine.libraries import LIBRARIES, imported, lies_in
from gdtui.engine.script import Script

_PACKAGE = str(Path(__file__).parent.parent) + os.sep

Heard = Callable[[str], object]

# What scripts have imported from their own folders, by folder.
_imported: dict[str, set[str]] = {}


@dataclass(frozen=True)
class Failure:
    """An exception of the script.

    Attributes:
        message: the exception in one line, as ``ValueError: no``.
        line: the line of the script at which it happened; None when not inside the script.
        traceback: the traceback as Python prints it, the engine's own frames left out.
    """

    message: str
    line: int | None
    traceback: str


def failure_of(error: BaseException, path: str) -> Failure:
    """An exception of the script at ``path``, with the engine's frames left out."""
    report = traceback.TracebackException.from_exception(error)
    each: traceback.TracebackException | None = report
    seen = set()
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        each.stack[:] = [
            frame
            for frame in each.stack
            if frame.filename == path or not frame.filename.startswith(_PACKAGE)
        ]
        each = each.__cause__ or each.__context__
    lines = [frame.lineno for frame in report.stack if frame.filename == path]
    text = "".join(report.format())
    if isinstance(error, SystemExit):
        # As Python does: a message is printed, a number is not, and neither is a traceback.
        message = f"the script ended itself with exit code {error.code!r}"
        text = "" if isinstance(error.code, int) else f"{error.code}\n"
    else:
        said = " ".join(str(error).split())
        message = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return Failure(message, lines[-1] if lines else None, text)


class Host:
    """The surroundings of one script.

    Attributes:
        folder: where the script lies.
        namespace: the global names of the script; always the same dict, since the functions
            of the script look their names up in it.
        tracks_gradients: whether torch tracks gradients for the script. A script that pauses
            inside ``torch.no_grad()`` is not to switch it off for anyone else.
    """

    def __init__(self, script: Script, heard: Heard) -> None:
        """``heard`` gets what is printed."""
        self._script = script
        self.folder = script.folder
        # A module, so that the classes of a script find their home in sys.modules.
        self._module = types.ModuleType("__main__")
        self.namespace: dict[str, Any] = vars(self._module)
        self._output = _Output(heard)
        self._stdout: Any = self._output
        self._running = False
        self.tracks_gradients = True

    def set_up(self, namespace: dict[str, Any]) -> None:
        """Begin anew, with these names."""
        script = self._script
        # Without a time of change, so that Python does not look into the file instead.
        lines = [line + "\n" for line in script.lines]
        linecache.cache[script.path] = (len(script.text), None, lines, script.path)
        self.namespace.clear()
        self.namespace.update(
            __name__="__main__",
            __doc__=None,
            __package__=None,
            __loader__=None,
            __spec__=None,
            __annotations__={},
            __builtins__=builtins,
            __file__=script.path,
            __cached__=None,
        )
        self.namespace.update(namespace)
        self._stdout = self._output
        self.tracks_gradients = True

    @contextlib.contextmanager
    def fresh_imports(self) -> Iterator[None]:
        """While the script runs from its first line. Modules that lie beside it are imported
        anew, as in a process of its own, and not as an earlier run has left them."""
        for name in _imported.pop(self.folder, ()):
            sys.modules.pop(name, None)
        before = set(sys.modules)
        try:
            yield
        finally:
            _imported[self.folder] = {
                name
                for name in set(sys.modules) - before
                if lies_in(getattr(sys.modules[name], "__file__", None), self.folder)
            }

    @property
    def writes_elsewhere(self) -> bool:
        """Whether the script has replaced ``sys.stdout``."""
        return (sys.stdout if self._running else self._stdout) is not self._output

    @property
    def tracks_gradients_now(self) -> bool:
        """Whether torch tracks gradients for the script, at a pause or while it runs."""
        return _tracks_gradients() if self._running else self.tracks_gradients

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While the script runs."""
        outside = sys.modules["__main__"], sys.argv, sys.stdout, _tracks_gradients()
        sys.modules["__main__"] = self._module
        sys.argv = [self._script.path]
        sys.path.insert(0, self.folder)
        self._output.attach(sys.stdout)
        # The script may have put something else there and be paused with it.
        sys.stdout = self._stdout
        _track_gradients(self.tracks_gradients)
        self._running = True
        try:
            yield
        finally:
            self._running = False
            self.tracks_gradients = _tracks_gradients()
            self._stdout = sys.stdout
            if self.folder in sys.path:
                sys.path.remove(self.folder)
            sys.modules["__main__"], sys.argv, sys.stdout, tracked = outside
            _track_gradients(tracked)


class _Output(io.TextIOBase):
    """What ``print`` writes to while a script runs. Other threads print where they would, and
    whatever else a script wants of standard output it gets from the real one."""

    encoding = "utf-8"

    def __init__(self, listener: Heard) -> None:
        self._listener = listener
        self._thread = 0
        self._outside: Any = None

    def attach(self, outside: Any) -> None:
        """Listen to this thread and let the others write to ``outside``."""
        self._thread, self._outside = threading.get_ident(), outside

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if threading.get_ident() == self._thread or LIBRARIES.works_for(self._thread):
            self._listener(text)
        else:
            self._outside.write(text)
        return len(text)

    def fileno(self) -> int:
        return int(self._outside.fileno())

    def reconfigure(self, **options: object) -> None:
        """Lines are passed on at once in any case."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outside, name)

    def __deepcopy__(self, memo: object) -> _Output:
        return self


def _tracks_gradients() -> bool:
    torch: Any = imported("torch")
    return bool(torch.is_grad_enabled()) if hasattr(torch, "is_grad_enabled") else True


def _track_gradients(on: bool) -> None:
    torch: Any = imported("torch")
    if hasattr(torch, "set_grad_enabled"):
        torch.set_grad_enabled(on)
