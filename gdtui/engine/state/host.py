"""What Python gives to a script that it runs, given to one that runs inside this process.

A script expects to be ``__main__``, to find its path and its arguments in ``sys.argv``, to
import what lies beside it, and to print. It has these only while it runs; at a pause they are
the host's again.
"""

from __future__ import annotations

import builtins
import contextlib
import linecache
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from gdtui.engine.libraries import lies_in
from gdtui.engine.script.script import Script
from gdtui.engine.state.streams import Heard, Input, Output
from gdtui.engine.state.traces import note_warning
from gdtui.engine.state.world import Surroundings, World

# The notebooks that have run, by their paths. A warning says only the path and the line.
_notebooks: dict[str, Script] = {}


class Host:
    """The surroundings of one script.

    Attributes:
        folder: where the script lies.
        namespace: the global names of the script; always the same dict, since the functions
            of the script look their names up in it.
    """

    def __init__(
        self,
        script: Script,
        heard: Heard,
        heard_errors: Heard,
        flushed: Callable[[], object],
        *,
        reseed: bool = False,
    ) -> None:
        """``heard`` gets what is printed, ``heard_errors`` what is written to standard error, and
        ``flushed`` is called when the script wants it seen. With ``reseed`` the script begins
        with random numbers of its own, as in a process of its own, and else with the host's."""
        self._script = script
        self._reseed = reseed
        self.folder = script.folder
        # A module, so that the classes of a script find their home in sys.modules.
        self._module = types.ModuleType("__main__")
        self.namespace: dict[str, Any] = vars(self._module)
        self._output = Output(heard, flushed, "strict")
        self._errors = Output(heard_errors, flushed, "backslashreplace")
        self._input = Input()
        self._world = World()
        self._at_start: Surroundings | None = None
        # The modules that the script has imported from its own folder: no other script's.
        self._modules: dict[str, Any] = {}
        self._modules_before = 0

    def set_up(self, namespace: dict[str, Any], surroundings: Surroundings | None = None) -> None:
        """Begin anew with these names: in ``surroundings`` that the script had at another time,
        or else as at its start, which is the same each time."""
        script = self._script
        # Without a time of change, so that Python does not look into the file instead.
        lines = [line + "\n" for line in script.lines]
        if script.cells:
            _notebooks[script.path] = script
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
        for stream in (self._output, self._errors, self._input):
            stream.reopen()
        if surroundings is not None:
            self._world.restore(surroundings)
            return
        # As in a process of its own, and not as an earlier pass has left them.
        self._modules.clear()
        if self._at_start is None:
            self._world.begin(self._given(), reseed=self._reseed)
            self._at_start = self._world.surroundings()
        else:
            self._world.restore(self._at_start)

    def _given(self) -> dict[str, Any]:
        """What a script finds in its process that the host's own process does not hold."""
        return {
            "__main__": self._module,
            "sys.stdin": self._input,
            "sys.stdout": self._output,
            "sys.stderr": self._errors,
            "sys.argv": [self._script.path, *self._script.arguments],
            "sys.path": [self.folder, *sys.path],
            "sys.excepthook": sys.__excepthook__,
            "sys.unraisablehook": sys.__unraisablehook__,
            "sys.displayhook": sys.__displayhook__,
            "threading.excepthook": threading.__excepthook__,
            "warnings.onceregistry": {},
            "warnings.showwarning": getattr(warnings, "_showwarning_orig", warnings.showwarning),
            "warnings._showwarnmsg_impl": _show_warning,
        }

    @property
    def writes_elsewhere(self) -> bool:
        """Whether the script has replaced or closed ``sys.stdout`` or ``sys.stderr``."""
        return any(
            self._world.attribute(name) is not stream or stream.closed
            for name, stream in (("sys.stdout", self._output), ("sys.stderr", self._errors))
        )

    def surroundings(self, previous: Surroundings | None = None) -> Surroundings:
        """What the script owns of the process now. What equals the ``previous`` is shared."""
        return self._world.surroundings(previous)

    def abandon(self) -> None:
        """The thread that runs the script hangs. Any thread may call this."""
        self._world.abandon()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While the script runs."""
        with self._world as world:
            self._output.attach(world.outside("sys.stdout"))
            self._errors.attach(world.outside("sys.stderr"))
            self._input.attach(world.outside("sys.stdin"))
            sys.modules.update(self._modules)
            self._modules_before = len(sys.modules)
            try:
                yield
            finally:
                if world.is_entered:
                    if not _shows_warnings():  # the script does, and may have shown some
                        note_warning()
                    self._keep_modules()
                    self._output.detach_from_thread()
                    self._errors.detach_from_thread()

    def mute(self, quiet: bool) -> None:
        """Let what is written be lost, or be heard again."""
        self._output.mute(quiet)
        self._errors.mute(quiet)

    @contextlib.contextmanager
    def aside(self, surroundings: Surroundings | None = None) -> Iterator[None]:
        """While the engine calls code of the script's classes, between two statements: nothing
        that it writes is to be heard, and nothing that it does to ``surroundings`` is to last."""
        self.mute(True)
        try:
            yield
        finally:
            self.mute(False)
            if surroundings is not None:
                self._world.put_back(surroundings)

    def _keep_modules(self) -> None:
        """Take what the script has imported from its own folder out of the process."""
        more = len(sys.modules) - self._modules_before
        for name in list(islice(reversed(sys.modules), max(0, more))):
            if lies_in(getattr(sys.modules[name], "__file__", None), self.folder):
                self._modules[name] = sys.modules[name]
        for name in self._modules:
            sys.modules.pop(name, None)


def _shows_warnings() -> bool:
    """Whether warnings are shown by what a script has been given for it."""
    given = vars(warnings)
    own = given.get("showwarning") is given.get("_showwarning_orig")
    return own and given.get("_showwarnmsg_impl") is _show_warning


def _show_warning(message: warnings.WarningMessage) -> None:
    """Write a warning to standard error, as Python does. Its own function may have been replaced
    by whoever runs this process."""
    note_warning()
    stream = sys.stderr if message.file is None else message.file
    text = warnings.formatwarning(
        message.message,
        message.category,
        message.filename,
        message.lineno,
        message.line,
    )
    script = _notebooks.get(message.filename)
    if script is not None:
        place = f"{message.filename}, {script.place(message.lineno)}:"
        text = text.replace(f"{message.filename}:{message.lineno}:", place, 1)
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.write(text)
