"""Standard streams that are closed, or cannot encode what is written: no traceback of gdtui's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell there closes no streams")

SCRIPT = "w, dw = 1.0, 0.0\nprint('caf\\xe9')\nfor epoch in range(2):\n    dw = 2 * w\n    w -= 0.1 * dw\n"
COMMANDS = [
    ["--help"],
    ["--version"],
    ["stages"],
    ["show", "1"],
    ["run", "1"],
    ["run", "1", "--json"],
    ["run", "{script}"],
    ["diagnose", "1"],
    ["lessons"],
    ["lessons", "--reset"],
    ["lessons", "--check", "{lesson}"],
    ["walk", "1", "--plain"],
    ["walk", "{lesson}", "--plain"],
    ["walk", "1"],
    ["nothing"],
]


@pytest.fixture
def shell(tmp_path):
    """Runs commands one after another in a shell that closes a stream; their exit codes, and what
    they wrote."""
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "lesson.md").write_text(
        "---\ntitle: Caf\xe9\nstage: script.py\n---\n\n## S\n\n2 \xb7 {w} \u2026\n",
        encoding="utf-8",
    )
    places = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}

    def run(command, redirect, **environment):
        words = [each.format(script=tmp_path / "script.py", lesson=tmp_path / "lesson.md")
                 for each in command]  # fmt: skip
        quoted = " ".join(f"'{each}'" for each in [sys.executable, "-m", "gdtui", *words])
        done = subprocess.run(
            ["/bin/sh", "-c", f"{quoted} {redirect}"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **places, **environment},
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "redirect"),
    [
        *((each, "<&- >&- 2>&-") for each in COMMANDS),
        (["run", "1"], "2>&-"),
        (["run", "1"], ">&-"),
        (["walk", "1", "--plain"], "2>&-"),
        (["walk", "1", "--plain"], ">&-"),
        (["lessons", "--check", "{lesson}"], "2>&-"),
        (["lessons", "--check", "{lesson}"], ">&-"),
        (["nothing"], "2>&-"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_closed_streams_are_no_fault_of_gdtuis(shell, command, redirect, tmp_path):
    code, output, complaints = shell(command, redirect)
    assert code in (0, 2), (output, complaints)
    assert b"Traceback" not in output + complaints
    assert b"Exception ignored" not in output + complaints
    assert complaints.count(b"gdtui: ") <= 1
    # Nothing was written into a file that took the place of a stream.
    kept = {each.name: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
    assert kept.get("progress.json.lock", b"") == b""
    assert kept.get("progress.json", b"{").startswith(b"{")


@pytest.mark.slow
def test_a_closed_input_is_one_clear_line(shell):
    assert shell(["walk", "1", "--plain"], "<&-") == (
        2,
        b"",
        b"gdtui: standard input is closed; `walk --plain` reads the answers from it\n",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "encoding"),
    [
        (["lessons"], "ascii"),
        (["lessons", "--check", "{lesson}"], "ascii"),
        (["nothing\xe9"], "ascii"),
        (["walk", "{lesson}", "--plain"], "ascii:strict"),
        (["walk", "{lesson}", "--plain"], "cp437"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_what_cannot_be_encoded_is_written_all_the_same(shell, command, encoding):
    code, output, complaints = shell(command, "", PYTHONIOENCODING=encoding)
    assert code in (0, 2)
    assert b"Traceback" not in output + complaints
    if "walk" in command:
        sign = encoding.partition(":")[0]
        assert "2 \xb7 1 \u2026".encode(sign, "backslashreplace") in output


@pytest.mark.slow
def test_a_script_is_refused_what_python_refuses_it(shell, tmp_path):
    plain = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert b"UnicodeEncodeError" in plain.stderr
    ran = shell(["run", "{script}"], "", PYTHONIOENCODING="ascii")
    assert ran == (plain.returncode, plain.stdout, plain.stderr)


@pytest.mark.slow
def test_bytes_that_are_no_text_are_no_answer(shell, tmp_path):
    (tmp_path / "typed").write_bytes(b"\n\xff\xfe\n\x00\n0\n")
    code, output, complaints = shell(
        ["walk", "1", "--plain"], f"< '{tmp_path / 'typed'}'", PYTHONIOENCODING="utf-8:strict"
    )
    assert (code, complaints) == (0, b"")
    assert output.count(b" is not a number;") == 2
    assert b"Right: 0." in output
    assert b"\x00" not in output
