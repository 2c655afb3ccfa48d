"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(
    path: Path, text: str | Iterable[str], *, mode: int = 0o600, beside: str = "{}.new"
) -> None:
    """Write a file under another name and rename it, so that a reader sees the old file or the new
    one, even after a crash. A process that is killed may leave the other file behind; there is only
    one, and the next write uses it again.

    Args:
        path: the file.
        text: its text, or pieces of it. Line endings are written as they are.
        mode: the permissions of the file, before the user's mask takes some away.
        beside: the other name; ``{}`` stands for that of the file.

    Raises:
        OSError: the file cannot be written; the old one is as it was.
    """
    other = path.with_name(beside.format(path.name))
    handle = os.open(other, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.writelines([text] if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        other.replace(path)
    except BaseException:
        other.unlink(missing_ok=True)
        raise
