"""Syntax trees are made and compiled by one thread at a time.

CPython counts how deep it is in a tree in one place for all threads. Where two of them convert
trees at once, as the app and its worker may, one of them fails with a ``SystemError``.
"""

from __future__ import annotations

import threading
from typing import Final

PARSING: Final = threading.RLock()
"""Held around ``ast.parse``, and around ``compile`` of a tree."""
