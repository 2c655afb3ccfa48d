"""Reading files of somebody's: one line says why it cannot be, and what is no file is never opened."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from gdtui import Script
from gdtui.engine.errors import ScriptError
from gdtui.engine.script.files import FileError, read_file

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.fixture
def opened(monkeypatch):
    """What has been opened."""
    found = []
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, *how, **more: found.append(path) or real(path, *how, **more)
    )
    return found


def test_a_file_is_read_up_to_its_last_byte(tmp_path, opened):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    opened.clear()
    assert read_file(path, 5, "a script") == b"12345"
    assert opened == [path]
    with pytest.raises(FileError, match="^too large for a script; at most 4 bytes are read$") as no:
        read_file(path, 4, "a script")
    assert not no.value.is_no_file


@posix
def test_what_is_no_file_is_never_opened(tmp_path, opened, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    # The path of a socket has few characters.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
    kinds = {
        tmp_path / "pipe": "a pipe",
        tmp_path / "link": "a pipe",
        tmp_path / "socket": "a socket",
        tmp_path: "a folder",
        Path("/dev/zero"): "a device",
    }
    for path, kind in kinds.items():
        with pytest.raises(FileError, match=f"^this is {kind}$") as error:
            read_file(path, 5, "a script")
        assert error.value.is_no_file
        with pytest.raises(ScriptError, match=f"^{path}: this is {kind}; give the path of a .py"):
            Script.from_file(path)
    assert opened == []


@pytest.mark.parametrize("name", ["nowhere", "a\0b", "a\ud800b", "a" * 5000])
def test_a_path_that_leads_nowhere_is_said(tmp_path, name):
    with pytest.raises(FileError) as error:
        read_file(tmp_path / name, 5, "a script")
    assert str(error.value).startswith(("there is no such file", "cannot be read: "))
