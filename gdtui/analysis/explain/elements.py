"""How many numbers of the parameters are written out, and what stands for the rest."""

from __future__ import annotations

import numpy as np

MOST_PARAMETERS = 4
MOST_ELEMENTS = 2


def more_numbers(count: int) -> str:
    """What stands for the numbers of a parameter that are left out."""
    return f"{count} more number" + "s" * (count > 1)


def index_text(value: object, place: int) -> str:
    """The place of a number in an array, such as ``[0,1]``; the numbers are counted from 0."""
    shape = value.shape if isinstance(value, np.ndarray) else ()
    where = np.unravel_index(place, shape)
    return f"[{','.join(str(int(each)) for each in where)}]"
