"""Random keys while PyTorch, or a library that takes as long as a test wants, is being imported.

However the keys fall, the process ends by itself, the terminal is given back, and no stage is
broken. A failing seed is printed, and makes the same keys again.
"""

from __future__ import annotations

import os
import random
import signal

import pytest
from terminals import GDTUI, LEFT, Terminal

from gdtui.stages import OWN_NUMBER

pytestmark = pytest.mark.slow

KEYS = [
    *(b"%d" % number for number in range(1, OWN_NUMBER + 1)),
    b"G",
    b"n",
    b" ",
    b"w",
    b"\x1b",
    b"\r",
    b"d",
    b"h",
    b"s",
]
BROKEN = (b"Traceback", b"partially initialized", b"TORCH_LIBRARY", b"gdtui itself failed")
ENDS = {
    "ctrl+c": lambda terminal: terminal.type(b"\x03"),
    "ctrl+c twice": lambda terminal: terminal.type(b"\x03\x03"),
    # Where a lesson takes q for an answer, ctrl+c is what leaves.
    "q": lambda terminal: terminal.type(b"\x1b\x1bqq\x03"),
    "SIGTERM": lambda terminal: terminal.process.send_signal(signal.SIGTERM),
    "SIGHUP": lambda terminal: terminal.process.send_signal(signal.SIGHUP),
    "SIGQUIT": lambda terminal: terminal.process.send_signal(signal.SIGQUIT),
}
LOOP = "w = 1.0\nfor epoch in range(9):\n    loss = w * w\n    w -= 0.1 * w\n"


@pytest.fixture
def slow(tmp_path):
    """A script with a library whose import lasts until the pipe beside it is written to."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (folder / "slow_library.py").write_text(f"open({str(pipe)!r}).read()\n")
    script = tmp_path / "uses_it.py"
    script.write_text(f"import slow_library\n{LOOP}")
    return script, pipe, {"PYTHONPATH": str(folder)}


def _press(terminal: Terminal, chance: random.Random, count: int) -> None:
    for _ in range(count):
        terminal.type(chance.choice(KEYS))
        if chance.random() < 0.5:
            terminal.read_some()


def _check(terminal: Terminal, seed: int) -> None:
    code = terminal.end()
    said = f"seed {seed}: exit code {code}, {terminal.seen[-300:]!r}"
    assert code == 0, said
    assert LEFT in terminal.seen, said
    assert not [each for each in BROKEN if each in terminal.seen], said
    assert terminal.is_as_before, said


@pytest.mark.parametrize("seed", range(36))
def test_keys_while_a_library_is_imported(seed, slow):
    script, pipe, environment = slow
    chance = random.Random(seed)
    terminal = Terminal(GDTUI, str(script), environment=environment)
    terminal.read_until(b"slow_library")  # the script is on the screen
    if chance.random() < 0.5:
        terminal.read_until(b"so far")  # and its import has begun
    _press(terminal, chance, chance.randrange(12))
    if chance.random() < 0.4:
        # Opened for reading as well, so that nobody is waited for.
        writer = os.open(pipe, os.O_RDWR)
        _press(terminal, chance, chance.randrange(4))
        ENDS[chance.choice(list(ENDS))](terminal)
        _check(terminal, seed)
        os.close(writer)
    else:
        ENDS[chance.choice(list(ENDS))](terminal)
        _check(terminal, seed)


@pytest.mark.parametrize("seed", range(4))
def test_keys_while_pytorch_is_imported(seed):
    chance = random.Random(seed)
    terminal = Terminal(GDTUI, "2")
    terminal.read_until(b"loading PyTorch")
    _press(terminal, chance, 3 + chance.randrange(12))
    if seed % 2:  # and the last stage chosen works
        terminal.type(b"\x1b\x1bw\x1bq")
    ENDS[chance.choice(list(ENDS))](terminal)
    _check(terminal, seed)
