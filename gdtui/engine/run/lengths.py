"""How many turns a loop will have, as far as what it goes through tells without being asked.

Only Python's own iterators are looked at, by their own methods: a length of the script's classes
is code of the script.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

from gdtui.engine.kinds import is_one_of

_EXAMPLES: tuple[Any, ...] = (range(1), range(1 << 70), [], (), {}, {}.values(), {}.items(), set())
_COUNTING = (type(reversed([])), *(type(iter(each)) for each in (*_EXAMPLES, "", "ä", b"")))
_DEEPEST = 5


def turns_left(iterator: object, depth: int = _DEEPEST) -> int | None:
    """The number of items that an iterator has left; None where only its end will tell.

    ``enumerate`` and ``zip`` are as long as what they go through, and a progress bar of tqdm is
    as long as it says.
    """
    kind = type(iterator)
    if is_one_of(kind, _COUNTING):
        return operator.length_hint(iterator)
    if depth and is_one_of(kind, (enumerate, zip)):
        return _shortest(_parts(iterator), depth - 1)
    if kind is types.GeneratorType:
        return _of_progress_bar(iterator)
    return None


def _parts(iterator: Any) -> list[object]:
    """What an ``enumerate`` or a ``zip`` goes through."""
    reduce: Callable[[], tuple[Any, ...]] = iterator.__reduce__
    given = reduce()[1]
    return list(given[:1]) if type(iterator) is enumerate else list(given)


def _shortest(parts: list[object], depth: int) -> int | None:
    # One that counts up without an end does not shorten the others, but cannot be told apart.
    lengths = [turns_left(each, depth) for each in parts]
    known = [each for each in lengths if each is not None]
    return min(known) if known and len(known) == len(lengths) else None


def _of_progress_bar(generator: Any) -> int | None:
    frame = generator.gi_frame
    bar = frame.f_locals.get("self") if frame is not None else None
    module = str(vars(type(bar)).get("__module__", ""))
    total = vars(bar).get("total") if module.partition(".")[0] == "tqdm" else None
    return total if type(total) is int else None
