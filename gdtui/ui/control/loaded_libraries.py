"""The libraries that scripts bring into the process."""

from __future__ import annotations

import gc
import sys

from gdtui.engine.libraries import imported

_MANY = 200
_set_aside = 0


def is_ready(module: str) -> bool:
    """Whether a module has been imported by anyone, and wholly."""
    return imported(module) is not None


def set_aside() -> None:
    """Have Python's garbage collection leave out the objects of libraries that have been brought
    in since it was last asked to.

    They never go, and looking through those of torch takes 0.2 s, which would come again and
    again as a key that answers late.
    """
    global _set_aside
    if len(sys.modules) > _set_aside + _MANY:
        _set_aside = len(sys.modules)
        gc.collect()
        gc.freeze()
