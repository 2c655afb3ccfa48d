"""Libraries that only a script imports, looked at once they are whole."""

from __future__ import annotations

import sys
from typing import Any


def loaded(name: str) -> Any:
    """A module, or None where nobody has imported it or another thread is at it."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    return None if module is None or getattr(spec, "_initializing", False) else module
