"""Files in the user's state folder, in which gdtui keeps something from one time to the next."""

from __future__ import annotations

from pathlib import Path


def state_file(name: str) -> Path:
    """A file of gdtui in the user's state folder, whether it exists or not."""
    import platformdirs

    return platformdirs.user_state_path("gdtui", appauthor=False) / name
