"""The libraries that scripts have imported into the process."""

from __future__ import annotations

import gc
import sys

from gdtui.engine.libraries import imported

_MANY = 200
_set_aside = 0


def is_ready(module: str) -> bool:
    """Whether a module has been imported completely, by whichever code."""
    return imported(module) is not None


def set_aside() -> None:
    """Make Python's garbage collector skip the objects of libraries imported since the last call.

    These objects are never freed. A collection that scans those of torch takes 0.2 s, and would
    delay keys again and again.
    """
    global _set_aside
    if len(sys.modules) > _set_aside + _MANY:
        _set_aside = len(sys.modules)
        gc.collect()
        gc.freeze()
