"""Train a small model one statement at a time, forwards and backwards.

The engine is usable as a library::

    from gdtui import Script, Timeline
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.engine.errors import ScriptError, SettingError
    from gdtui.engine.script import Script
    from gdtui.engine.stopping import StopRule
    from gdtui.engine.timeline import Timeline
    from gdtui.engine.worker import Worker

__version__ = "0.1.0"
__all__ = ["Script", "ScriptError", "SettingError", "StopRule", "Timeline", "Worker", "__version__"]

_HOME = {
    "Script": "gdtui.engine.script",
    "ScriptError": "gdtui.engine.errors",
    "SettingError": "gdtui.engine.errors",
    "StopRule": "gdtui.engine.stopping",
    "Timeline": "gdtui.engine.timeline",
    "Worker": "gdtui.engine.worker",
}


def __getattr__(name: str) -> object:
    # Imported at first use: `gdtui --help` needs none of these, and NumPy alone
    # takes longer to load than the whole command line.
    if name not in _HOME:
        raise AttributeError(f"module 'gdtui' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
