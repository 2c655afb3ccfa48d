"""Train a small model one statement at a time, forwards and backwards.

The engine is usable as a library::

    from gdtui import Script, Timeline
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.analysis.diagnose.diagnosis import Diagnosis
    from gdtui.analysis.study import Study
    from gdtui.engine.errors import ScriptError, SettingError
    from gdtui.engine.play.report import Report
    from gdtui.engine.play.worker import Worker
    from gdtui.engine.record.history import Column, Field, History, Kind
    from gdtui.engine.record.stopping import StopRule
    from gdtui.engine.record.summary import Summary
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.run.status import Status
    from gdtui.engine.run.timeline import Timeline
    from gdtui.engine.script.loop import Phase
    from gdtui.engine.script.script import Script

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
    "Summary",
    "Timeline",
    "Worker",
    "__version__",
]

_HOME = {
    "Column": "gdtui.engine.record.history",
    "Diagnosis": "gdtui.analysis.diagnose.diagnosis",
    "Field": "gdtui.engine.record.history",
    "History": "gdtui.engine.record.history",
    "Kind": "gdtui.engine.record.history",
    "Moment": "gdtui.engine.run.moment",
    "Phase": "gdtui.engine.script.loop",
    "Report": "gdtui.engine.play.report",
    "Script": "gdtui.engine.script.script",
    "ScriptError": "gdtui.engine.errors",
    "SettingError": "gdtui.engine.errors",
    "Status": "gdtui.engine.run.status",
    "StopRule": "gdtui.engine.record.stopping",
    "Study": "gdtui.analysis.study",
    "Summary": "gdtui.engine.record.summary",
    "Timeline": "gdtui.engine.run.timeline",
    "Worker": "gdtui.engine.play.worker",
}


def __getattr__(name: str) -> object:
    # Imported at first use: `gdtui --help` needs none of these, and NumPy alone
    # takes longer to load than the whole command line.
    if name not in _HOME:
        raise AttributeError(f"module 'gdtui' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
