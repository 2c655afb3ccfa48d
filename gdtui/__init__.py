"""Train a small model one statement at a time, forwards and backwards.

The engine is usable as a library::

    from gdtui import Script, Timeline
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.analysis.diagnosis import Diagnosis
    from gdtui.analysis.study import Study
    from gdtui.engine.errors import ScriptError, SettingError
    from gdtui.engine.history import Column, Field, History, Kind
    from gdtui.engine.loop import Phase
    from gdtui.engine.moment import Moment, Status
    from gdtui.engine.report import Report
    from gdtui.engine.script import Script
    from gdtui.engine.stopping import StopRule
    from gdtui.engine.timeline import Timeline
    from gdtui.engine.worker import Worker

__version__ = "0.1.0"
__all__ = [
    "Column",
    "Diagnosis",
    "Field",
    "History",
    "Kind",
    "Moment",
    "Phase",
    "Report",
    "Script",
    "ScriptError",
    "SettingError",
    "Status",
    "StopRule",
    "Study",
    "Timeline",
    "Worker",
    "__version__",
]

_HOME = {
    "Column": "gdtui.engine.history",
    "Diagnosis": "gdtui.analysis.diagnosis",
    "Field": "gdtui.engine.history",
    "History": "gdtui.engine.history",
    "Kind": "gdtui.engine.history",
    "Moment": "gdtui.engine.moment",
    "Phase": "gdtui.engine.loop",
    "Report": "gdtui.engine.report",
    "Script": "gdtui.engine.script",
    "ScriptError": "gdtui.engine.errors",
    "SettingError": "gdtui.engine.errors",
    "Status": "gdtui.engine.moment",
    "StopRule": "gdtui.engine.stopping",
    "Study": "gdtui.analysis.study",
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
