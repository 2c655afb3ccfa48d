"""How runs have behaved, in a word and as a symbol, and how their values are best drawn."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.engine.arrays import FloatArray
    from gdtui.experiments.job import Outcome

FAILED = "failed"

_SYMBOLS = {
    "smooth": "●",
    "one-step": "◆",
    "converged": "◆",
    "oscillating": "~",
    "stalled": "○",
    "diverging": "×",
    "not finite": "×",
    FAILED: "!",
}
_OTHER = "·"

INFINITE = "×"
"""The symbol of a run that has left all numbers."""

_SPREAD = 50.0
"""Values are drawn on a logarithmic scale if the largest is so many times the smallest."""


def kind_of(outcome: Outcome) -> str:
    """How a run behaved, in a word."""
    return FAILED if outcome.failed else outcome.verdict


def symbol_of(outcome: Outcome) -> str:
    """The symbol of how a run behaved."""
    return _SYMBOLS.get(kind_of(outcome), _OTHER)


def is_settled(outcome: Outcome) -> bool:
    """Whether a run has a value that is worth a place on a scale."""
    return isfinite(outcome.value) and symbol_of(outcome) not in f"{INFINITE}{_SYMBOLS[FAILED]}"


def is_spread(values: FloatArray) -> bool:
    """Whether values are to be drawn on a logarithmic scale: they are positive, and differ by a
    large factor."""
    import numpy as np

    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and finite.max() > _SPREAD * finite.min())
