"""A file that is written whole or not at all."""

from __future__ import annotations

import os

import pytest

from gdtui.export.output_file import OutputError, OutputFile


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def test_a_new_file_has_the_text_and_the_usual_permissions(tmp_path):
    path = tmp_path / "run.csv"
    OutputFile(str(path)).write(["a\r\n", "b\n"])
    beside = tmp_path / "usual"
    beside.write_text("")
    assert path.read_bytes() == b"a\r\nb\n"
    assert path.stat().st_mode == beside.stat().st_mode
    assert names(tmp_path) == ["run.csv", "usual"]


def test_a_file_that_exists_is_replaced_only_by_force(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("old")
    path.chmod(0o600)
    with pytest.raises(OutputError, match="run.csv exists already; --force replaces it"):
        OutputFile(str(path)).write("new")
    assert path.read_text() == "old"
    OutputFile(str(path), force=True).write("new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_fails_half_way_leaves_nothing_and_the_old_file(tmp_path):
    def pieces():
        yield "first"
        raise OSError(28, "No space left on device")

    path = tmp_path / "run.csv"
    with pytest.raises(OutputError, match="run.csv cannot be written: No space left on device"):
        OutputFile(str(path)).write(pieces())
    assert names(tmp_path) == []
    path.write_text("old")
    with pytest.raises(OutputError):
        OutputFile(str(path), force=True).write(pieces())
    assert path.read_text() == "old"
    assert names(tmp_path) == ["run.csv"]


def test_files_of_the_user_beside_it_stay(tmp_path):
    (tmp_path / "run.csv.new").write_text("mine")
    OutputFile(str(tmp_path / "run.csv")).write("text")
    assert (tmp_path / "run.csv.new").read_text() == "mine"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "run.csv"
    link.symlink_to("there/run.csv")
    OutputFile(str(link)).write("text")
    assert link.is_symlink()
    assert (tmp_path / "there" / "run.csv").read_text() == "text"


@pytest.mark.parametrize("force", [False, True])
def test_only_files_are_written(tmp_path, force):
    os.mkfifo(tmp_path / "pipe.csv")
    for name, said in [
        (str(tmp_path), "it is a folder"),
        (str(tmp_path / "pipe.csv"), "it is a device or a pipe"),
        ("/dev/null", "it is a device or a pipe"),
        (str(tmp_path / "no" / "run.csv"), "there is no folder"),
        (str(tmp_path / ("long" * 100)), "File name too long"),
        ("nul\0l.csv", "null"),
    ]:
        with pytest.raises(OutputError, match=said):
            OutputFile(name, force).check()
