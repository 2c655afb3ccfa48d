"""Objects of the script's own classes, and what they hold."""

from __future__ import annotations

import argparse
import contextlib
import sys
import types
from functools import lru_cache
from pathlib import Path
from typing import Any

from gdtui.engine.kinds import is_one_of

_BUNCHES = (types.SimpleNamespace, argparse.Namespace)


def instance_dict(value: object) -> dict[str, Any] | None:
    """The attributes of an object of the script's own, or of one that only bundles names, those in
    slots as well; None for any other. The object itself is not asked: it may answer anything."""
    kind = type(value)
    if not is_one_of(kind, _BUNCHES) and not is_own(kind):
        return None
    slots: dict[str, Any] = {}
    for each in type.__dict__["__mro__"].__get__(kind):
        names = type.__dict__["__dict__"].__get__(each)
        descriptor = names.get("__dict__")
        if type(descriptor) is types.GetSetDescriptorType:
            found = descriptor.__get__(value)
            return (found | slots if slots else found) if type(found) is dict else None
        for name, slot in names.items():
            if type(slot) is types.MemberDescriptorType and name not in slots:
                with contextlib.suppress(AttributeError):  # nothing has been put there
                    slots[name] = slot.__get__(value)
    return slots or None


def is_own(kind: type) -> bool:
    """Whether a class is the script's: from itself, or from a file that is no library's."""
    module = type.__dict__["__dict__"].__get__(kind).get("__module__")
    if type(module) is not str:
        return False
    return module == "__main__" or _is_beside_script(module.partition(".")[0])


def _is_beside_script(root: str) -> bool:
    file = vars(sys.modules[root]).get("__file__") if root in sys.modules else None
    return root != __name__.partition(".")[0] and type(file) is str and not _is_library(file)


@lru_cache(maxsize=512)
def _is_library(file: str) -> bool:
    path = Path(file)
    return any(path.is_relative_to(each) for each in {sys.prefix, sys.base_prefix}) or (
        "site-packages" in path.parts
    )


def own_value(value: object) -> Any:
    """The number or the array in a value of an autograd of the script's own: an object with the
    attributes ``data`` and ``grad``. None for any other object."""
    kind = type(value)
    if not is_own(kind):
        return None
    held = instance_dict(value)
    if held is None or "grad" not in held:
        return None
    return held.get("data")


def own_gradient(value: object) -> Any:
    """The gradient that such a value keeps; None for any other object."""
    return None if own_value(value) is None else (instance_dict(value) or {}).get("grad")
