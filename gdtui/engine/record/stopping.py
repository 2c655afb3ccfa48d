"""When a run stops although its script would go on: once the loss is low enough, or once it no
longer falls."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gdtui.engine.errors import SettingError
from gdtui.engine.parsing import literal
from gdtui.engine.script.settings import MAX_EPOCHS, shown

BELOW = "stop when the loss is below"
STALLED = "stop when the loss has not fallen for"


@dataclass(frozen=True)
class StopRule:
    """When to stop. Where both are given, whichever is met first stops the run; no epoch meets
    both, since a loss that is the first below a number is also the lowest so far.

    Attributes:
        below: stop with the first epoch whose recorded loss is below this, a number above 0;
            None for never.
        stalled: stop once the lowest loss is this many epochs old; None for never. A loss that
            equals the lowest has not fallen.
    """

    below: float | None = None
    stalled: int | None = None

    def __post_init__(self) -> None:
        """Check both.

        Raises:
            SettingError: ``below`` is not a finite number above 0, or ``stalled`` not a whole
                number from 1 to ``MAX_EPOCHS``.
        """
        object.__setattr__(self, "below", _checked_below(self.below, BELOW))
        object.__setattr__(self, "stalled", _checked_stalled(self.stalled, STALLED))

    @classmethod
    def parse(
        cls, below: str = "", stalled: str = "", *, names: tuple[str, str] = (BELOW, STALLED)
    ) -> StopRule:
        """The rule as a learner typed its two parts; empty text or ``None`` is never.

        ``names`` are what a message calls the parts.

        Raises:
            SettingError: a part is not what it has to be.
        """
        return cls(
            _checked_below(_literal(below), names[0]),
            _checked_stalled(_literal(stalled), names[1]),
        )

    @property
    def is_on(self) -> bool:
        """Whether it can ever stop a run."""
        return self.below is not None or self.stalled is not None


class LossWatch:
    """Looks at the loss of every epoch of one run until a rule is met."""

    def __init__(self, rule: StopRule) -> None:
        self._rule = rule
        self._lowest = math.inf
        self._lowest_at: int | None = None

    def see(self, epoch: int, loss: float) -> str:
        """Look at the loss of an epoch, counted from 1; of each epoch once, in their order. NaN
        stands for no loss, and never stops.

        Returns why the run stops with this epoch, such as ``the loss 0.00987 is below 0.01``;
        empty where it goes on.
        """
        if math.isnan(loss):
            return ""
        if self._lowest_at is None or loss < self._lowest:
            self._lowest, self._lowest_at = loss, epoch
        below, stalled = self._rule.below, self._rule.stalled
        if below is not None and loss < below:
            return f"the loss {_text_below(loss, below)} is below {_text(below)}"
        age = epoch - self._lowest_at
        if stalled is not None and age >= stalled:
            return f"the loss has not fallen for {age} epoch{'s' if age > 1 else ''}"
        return ""


def _checked_below(value: object, name: str) -> float | None:
    if value is None:
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
            # No mean squared error is below 0, so a run would never stop: mostly a slip.
            if math.isfinite(number) and number > 0:
                return number
    except OverflowError:  # an int may be too large for a float
        pass
    raise _refusal(value, name, "a number above 0, such as 0.01")


def _checked_stalled(value: object, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_EPOCHS:
        return value
    raise _refusal(value, name, f"a whole number of epochs from 1 to {MAX_EPOCHS}")


def _refusal(value: object, name: str, allowed: str) -> SettingError:
    return SettingError(f"{name}: {shown(value)} is not allowed; it takes {allowed}")


def _literal(text: str) -> object:
    """What a text says: None where it is empty, a Python literal, or else the text itself, for a
    message about it."""
    stripped = text.strip()
    try:
        return literal(stripped) if stripped else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return stripped


def _text(number: float) -> str:
    return repr(number).removesuffix(".0")


def _text_below(loss: float, below: float) -> str:
    """A loss in few digits, yet in so many that they too are below the number."""
    loss += 0.0  # no minus before a zero
    texts = (f"{loss:.{digits}g}" for digits in range(3 if abs(loss) < 1000 else 6, 17))
    return next((text for text in texts if float(text) < below), _text(loss))


NO_RULE = StopRule()
"""The rule of a run that only its script ends. It stands below what checks it."""
