"""Whose a lesson is: one that comes with gdtui, or one from elsewhere."""

from __future__ import annotations

from pathlib import Path

OWN_LESSONS = Path(__file__).parents[1] / "texts"
"""The folder of the lessons that come with gdtui."""

FOREIGN_CODE = (
    "This lesson is not one of gdtui's own. It runs code as any program does: its scripts, and "
    "what it puts into them. Go on only if you would run a script of whoever wrote it."
)
"""What a learner is told when a lesson from elsewhere is opened."""


def is_own(path: Path) -> bool:
    """Whether the lesson in a file comes with gdtui."""
    return path.parent.resolve() == OWN_LESSONS.resolve()
