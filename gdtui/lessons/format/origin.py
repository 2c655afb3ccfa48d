"""Whether a lesson comes with gdtui."""

from __future__ import annotations

from pathlib import Path

OWN_LESSONS = Path(__file__).parents[1] / "texts"
"""The folder of the lessons that come with gdtui."""

FOREIGN_CODE = (
    "This lesson does not come with gdtui. It runs code as any program does: its scripts, and the "
    "lines that it puts into them. Go on only if you would run a script by its author."
)
"""The warning when a learner opens a lesson that does not come with gdtui."""


def is_own(path: Path) -> bool:
    """Whether the lesson in a file comes with gdtui."""
    return path.parent.resolve() == OWN_LESSONS.resolve()
