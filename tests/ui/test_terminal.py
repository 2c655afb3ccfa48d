"""The app in a real terminal: however it ends, the screen is given back and the process ends."""

from __future__ import annotations

import signal

import pytest
from terminals import GDTUI, LEFT, SHELL, Terminal

pytestmark = pytest.mark.slow

BROKEN = f"import gdtui.ui.app as a; a.GdtuiApp.action_log_scale = lambda self: 1 / 0; {GDTUI}"


ENDS = {
    "q": lambda terminal: terminal.type(b"q"),
    "ctrl+c": lambda terminal: terminal.type(b"\x03"),
    "SIGTERM": lambda terminal: terminal.process.send_signal(signal.SIGTERM),
    "SIGHUP": lambda terminal: terminal.process.send_signal(signal.SIGHUP),
    "SIGQUIT": lambda terminal: terminal.process.send_signal(signal.SIGQUIT),
}


@pytest.mark.parametrize("how", ENDS)
def test_it_ends_while_it_plays_and_gives_the_screen_back(how):
    settings = ["--set", "epochs=9000000", "--set", "print_every=100000"]
    terminal = Terminal(GDTUI, "1", *settings)
    terminal.read_until(b"ready")
    terminal.type(b"G")
    terminal.read_until(b"flat out")
    ENDS[how](terminal)
    assert terminal.end() == 0
    assert LEFT in terminal.seen
    assert b"Traceback" not in terminal.seen
    assert terminal.is_as_before


TAKEN = b"\x1b[?1049h"
STARTS = {
    "before anything": b"",
    "as the screen is taken": TAKEN,
    "as it is drawn": b"gdtui",
}


@pytest.mark.parametrize("when", STARTS)
@pytest.mark.parametrize("how", ENDS)
def test_it_ends_in_the_first_half_second_and_gives_the_screen_back(how, when):
    """A signal before the terminal is taken over ends it as it ends any program."""
    terminal = Terminal(GDTUI, "1")
    terminal.read_until(STARTS[when])
    ENDS[how](terminal)
    code = terminal.end()
    taken, left = terminal.seen.count(TAKEN), terminal.seen.count(LEFT)
    assert code == 0 or (not taken and when == "before anything")
    assert left >= taken
    assert terminal.is_as_before


CHILD = """\
import os, subprocess, sys
w = 8.0
for epoch in range(50):
    dw = 2 * w
    w -= 0.1 * dw
    if epoch == 2:
        os.system("printf 'a child %s\\n' speaks; printf 'and %s\\n' complains >&2")
        os.write(1, b"past \" b"Python\\n")
        subprocess.run([sys.executable, "-c", "print('x' * 300_000)"])
"""


def test_what_a_process_of_the_script_writes_stands_in_the_transcript_alone(tmp_path):
    path = tmp_path / "child.py"
    path.write_text(CHILD)
    terminal = Terminal(GDTUI, str(path))
    terminal.read_until(b"ready")
    terminal.type(b"G")
    terminal.read_until(b"finished")
    for each in (b"child speaks", b"and complains", b"past Python", b"xxxx"):
        assert each not in terminal.seen
    terminal.type(b"ddd")
    terminal.read_until(b"a child speaks")
    terminal.read_until(b"and complains")
    terminal.read_until(b"past Python")
    terminal.type(b"q")
    assert terminal.end() == 0
    assert terminal.is_as_before


def test_outside_the_app_a_process_of_the_script_writes_where_it_would(tmp_path):
    path = tmp_path / "child.py"
    path.write_text(CHILD.replace("300_000", "3"))
    terminal = Terminal(GDTUI, "run", str(path))
    assert terminal.end() == 0
    for each in (b"a child speaks", b"and complains", b"past Python", b"xxx"):
        assert each in terminal.seen


def test_ctrl_z_suspends_and_fg_comes_back():
    terminal = Terminal(SHELL, "1")
    terminal.read_until(b"ready")
    terminal.type(b"\x1a")
    terminal.read_until(b"suspended by")
    assert LEFT in terminal.seen
    assert terminal.is_as_before_now
    terminal.seen = b""
    terminal.type(b"fg\n")
    terminal.read_until(TAKEN)
    terminal.read_until(b"ready")
    terminal.type(b"N")
    terminal.read_until(b"-120")
    terminal.type(b"q")
    assert terminal.end() == 0
    assert terminal.is_as_before


def test_without_a_shell_above_it_ctrl_z_does_no_harm():
    """Nobody could bring it back."""
    terminal = Terminal(GDTUI, "1")
    terminal.read_until(b"ready")
    terminal.type(b"\x1a")
    terminal.read_until(b"No shell has started")
    assert LEFT not in terminal.seen
    terminal.type(b"N")
    terminal.read_until(b"-120")
    terminal.type(b"q")
    assert terminal.end() == 0
    assert terminal.is_as_before


@pytest.mark.parametrize("name", ["dumb", "unknown", "DUMB", ""])
def test_a_terminal_that_can_only_print_is_refused(name):
    terminal = Terminal(GDTUI, "1", environment={"TERM": name})
    assert terminal.end() == 2
    assert f"TERM is '{name}'".encode() in terminal.seen
    assert b"`gdtui run 1`" in terminal.seen
    assert TAKEN not in terminal.seen


def test_a_fault_of_ours_gives_the_screen_back_too():
    terminal = Terminal(BROKEN, "1")
    terminal.read_until(b"ready")
    terminal.type(b"l")
    assert terminal.end() == 1
    assert b"ZeroDivisionError" in terminal.seen[terminal.seen.index(LEFT) :]


def test_a_script_that_asks_for_input_gets_none(tmp_path):
    path = tmp_path / "asks.py"
    path.write_text("w = float(input())\nfor e in range(3):\n    loss = w\n    w -= 0.1 * w\n")
    terminal = Terminal(GDTUI, str(path))
    terminal.read_until(b"EOFError")
    terminal.type(b"q")
    assert terminal.end() == 0


@pytest.mark.parametrize("playing", [False, True])
def test_it_ends_when_the_terminal_is_gone(playing):
    """As when its window is closed: what it writes goes nowhere, and nothing more is read."""
    terminal = Terminal(GDTUI, "1", "--set", "epochs=9000000", "--set", "print_every=100000")
    terminal.read_until(b"ready")
    if playing:
        terminal.type(b"G")
        terminal.read_until(b"flat out")
    terminal.hang_up()
    terminal.process.wait()
