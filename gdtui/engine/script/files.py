"""Reading a text of somebody's from a file, and from nothing that only looks like one."""

from __future__ import annotations

import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode), "a device"),
)


class FileError(Exception):
    """A file cannot be had; the text says why in a clause, such as ``this is a folder``.

    Attributes:
        is_no_file: whether there is no file in that place, so that another path may have been
            meant.
    """

    def __init__(self, reason: str, *, is_no_file: bool = False) -> None:
        super().__init__(reason)
        self.is_no_file = is_no_file


def check_file(path: Path) -> None:
    """Make sure that there is a regular file. No other is ever to be opened: a pipe may have no
    end, and to open a device may do something.

    Raises:
        FileError: there is no such file, or it is none.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise FileError("there is no such file", is_no_file=True) from None
    except (OSError, ValueError) as error:  # a ValueError is about the path
        raise FileError(_unreadable(error)) from None
    if not stat.S_ISREG(mode):
        found = next((name for is_one, name in _KINDS if is_one(mode)), "no file")
        raise FileError(f"this is {found}", is_no_file=True)


def read_file(path: Path, most: int, kind: str) -> bytes:
    """The bytes of a regular file.

    Args:
        path: the file.
        most: how many bytes it may have.
        kind: what the file is to be, such as ``a script``, for a message.

    Raises:
        FileError: there is no such file, it is none, it is too large or it cannot be read.
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise FileError("there is no such file", is_no_file=True) from None
    except OSError as error:
        raise FileError(_unreadable(error)) from None
    if len(data) > most:
        raise FileError(f"too large for {kind}; at most {most} bytes are read")
    return data


def _unreadable(error: OSError | ValueError) -> str:
    return f"cannot be read: {getattr(error, 'strerror', None) or error}"
