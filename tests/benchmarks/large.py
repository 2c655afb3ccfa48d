"""How gdtui does with a net of 10 million parameters and Adam, on one thread.

Run with ``python tests/benchmarks/large.py``; it takes about two minutes. Plain ``python`` and
``gdtui run`` take turns; each run is a process of its own, whose peak memory is its own.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gdtui import Script, Timeline
from gdtui.engine.state.memory import allowed_bytes

ROUNDS = 3
EPOCHS = 40
SCRIPT = """\
import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
epochs = {epochs}
x, y = torch.randn(8, 1000), torch.randn(8, 10)
model = nn.Sequential(
    nn.Linear(1000, 3000), nn.ReLU(), nn.Linear(3000, 2300), nn.ReLU(), nn.Linear(2300, 10)
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
for epoch in range(epochs):
    optimizer.zero_grad()
    prediction = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    loss.backward()
    optimizer.step()
"""
MOVES = "moves"


def seconds(command: list[str]) -> tuple[float, float]:
    """How long a process takes, and how many MiB it had at most."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def epochs(folder: Path) -> None:
    """Seconds of an epoch, without those of the start."""
    how = {"python": [sys.executable], "gdtui run": [sys.executable, "-m", "gdtui", "run"]}
    short, long = folder / "short.py", folder / "long.py"
    short.write_text(SCRIPT.format(epochs=1))
    long.write_text(SCRIPT.format(epochs=1 + EPOCHS))
    taken: dict[str, list[float]] = {name: [] for name in how}
    peak = dict.fromkeys(how, 0.0)
    for _ in range(ROUNDS):
        for name, command in how.items():
            start, _ = seconds([*command, str(short)])
            whole, memory = seconds([*command, str(long)])
            taken[name].append((whole - start) / EPOCHS)
            peak[name] = max(peak[name], memory)
    for name, each in taken.items():
        print(f"  {name}: {statistics.median(each) * 1000:.0f} ms an epoch, {peak[name]:.0f} MiB")
    ratios = [ours / bare for bare, ours in zip(*taken.values(), strict=True)]
    print(f"  ratio: median {statistics.median(ratios):.2f}", flush=True)


def moves() -> None:
    """Milliseconds of the moves of a timeline in this process, and its memory."""

    def timed(move: Callable[[], object]) -> float:
        start = time.perf_counter()
        move()
        return (time.perf_counter() - start) * 1000

    with Timeline(Script(SCRIPT.format(epochs=200), "large")) as timeline:
        timeline.seek(30)
        by_line: dict[str, list[float]] = {}
        for _ in range(15):
            taken = timed(timeline.step)
            by_line.setdefault(_code(timeline), []).append(taken)
        for code, each in by_line.items():
            print(f"  step, {code}: {statistics.median(each):.0f} ms")
        print(f"  the first step back: {timed(timeline.back):.0f} ms")
        backs = [timed(timeline.back) for _ in range(12)]
        print(f"  another: median {statistics.median(backs):.0f} ms, at most {max(backs):.0f} ms")
        print(f"  an epoch on: {timed(timeline.next_epoch):.0f} ms")
        print(f"  to the start: {timed(lambda: timeline.seek(0)):.0f} ms")
        kept = timeline._checkpoints
        assert kept is not None
        print(f"  {len(kept)} checkpoints, {kept.nbytes >> 20} MiB of {allowed_bytes() >> 20}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory: {peak:.0f} MiB")


def _code(timeline: Timeline) -> str:
    moment = timeline.moment
    return timeline.script.lines[(moment.line or 1) - 1].strip()


if __name__ == "__main__":
    if sys.argv[1:] == [MOVES]:
        moves()
    else:
        print("a net of 10 million parameters with Adam")
        with tempfile.TemporaryDirectory() as folder:
            epochs(Path(folder))
        subprocess.run([sys.executable, __file__, MOVES], check=True)
