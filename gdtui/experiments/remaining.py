"""How far many runs have come, in words."""

from __future__ import annotations


def progress_text(done: int, total: int, seconds: float, what: str = "runs") -> str:
    """How far runs have come, and how long the rest will take if it goes on so."""
    told = f"{done} of {total} {what}"
    if not done or done == total:
        return told
    return f"{told}, about {_duration(seconds / done * (total - done))} left"


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
