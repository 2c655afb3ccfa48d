"""Files in the user's state folder, in which gdtui keeps something from one time to the next."""

from __future__ import annotations

import os
from pathlib import Path


def state_file(name: str) -> Path:
    """A file of gdtui in the user's state folder, whether it exists or not."""
    import platformdirs

    return platformdirs.user_state_path("gdtui", appauthor=False) / name


def write_whole(path: Path, text: str) -> None:
    """Write a file under another name and rename it, so that a reader sees the old file or the new
    one, even after a crash. A process that is killed may leave the other file behind; there is only
    one, and the next write uses it again.

    Raises:
        OSError: the file cannot be written; the old one is as it was.
    """
    beside = path.with_name(f"{path.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
