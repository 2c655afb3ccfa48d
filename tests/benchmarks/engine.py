"""How fast the engine runs, measured against the same work without it.

Run with ``python tests/benchmarks/engine.py``; it takes a few minutes. Every ratio is measured
in one process with both sides taking turns, since machines differ and change their pace.
"""

from __future__ import annotations

import gc
import io
import statistics
import subprocess
import sys
import time
import types
from contextlib import redirect_stdout
from pathlib import Path

from gdtui import Script, Timeline
from gdtui.stages import KEYS

PAIRS = 200
ROUNDS = 15
EPOCHS_A_TURN = {"manual": 500, "autograd": 60, "optimizer": 50, "model": 40, "module": 40}


KINDS = {
    "a function, NumPy": (
        500,
        """
import numpy as np
epochs = 10
x = np.linspace(-1, 1, 50)
y = 3 * x + 1
def train():
    w, b = 0.0, 0.0
    for epoch in range(epochs):
        error = w * x + b - y
        loss = np.mean(error ** 2)
        dw, db = 2 * np.mean(error * x), 2 * np.mean(error)
        w -= 1e-9 * dw
        b -= 1e-9 * db
    return w, b
train()
""",
    ),
    "a function, PyTorch": (
        60,
        """
import torch
from torch import nn
torch.manual_seed(0)
epochs = 10
def step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()
def main():
    x, y = torch.randn(64, 4), torch.randn(64, 1)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-9)
    for epoch in range(epochs):
        train_loss = step(model, optimizer, x, y)
main()
""",
    ),
    "batches of a DataLoader": (
        4,
        """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
epochs = 10
data = DataLoader(TensorDataset(torch.randn(256, 8), torch.randn(256, 1)), 32, shuffle=True)
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)
for epoch in range(epochs):
    for x, y in data:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
""",
    ),
    "a convolutional net": (
        3,
        """
import torch
from torch import nn
torch.manual_seed(0)
epochs = 10
x, y = torch.randn(32, 1, 14, 14), torch.randint(0, 10, (32,))
model = nn.Sequential(
    nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(288, 10)
)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)
for epoch in range(epochs):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    accuracy = (model(x).argmax(1) == y).float().mean().item()
""",
    ),
}
"""Scripts of other kinds, each with how many of its epochs make a turn."""


def throughput(name: str, *, quiet: bool) -> None:
    """That of a stage, with what it prints or without."""
    script = Script.stage(name)
    print_every = 10**9 if quiet else script.value("print_every")
    how = "silent" if quiet else f"print_every={print_every}"
    script = script.with_settings({"print_every": print_every})
    ratio(f"{name:10} {how:15}", script, EPOCHS_A_TURN[name], PAIRS)


def ratio(name: str, script: Script, epochs: int, pairs: int) -> None:
    """Many short turns, plain and through the engine by turns, and the median of their ratios:
    a neighbour on the machine that slows one turn slows the next as well."""
    plain = script.with_settings({"epochs": epochs})
    code = compile(plain.text, plain.path, "exec")
    # What the script does before its loop belongs to no epoch.
    shortest = script.with_settings({"epochs": 1})
    once = compile(shortest.text, shortest.path, "exec")
    endless = script.with_settings({"epochs": 10**7})
    with Timeline(endless) as timeline:
        timeline.seek(100)

        def seconds_of(what: types.CodeType) -> float:
            start = time.perf_counter()
            with redirect_stdout(io.StringIO()):
                exec(what, {"__name__": "__main__"})
            return time.perf_counter() - start

        def through_the_engine() -> float:
            start = time.perf_counter()
            timeline.run_for(float("inf"), until_epoch=timeline.epoch + epochs)
            return time.perf_counter() - start

        def under_exec() -> float:
            return (seconds_of(code) - seconds_of(once)) * epochs / (epochs - 1)

        ratios, rates = [], []
        for turn in range(pairs):
            if turn % 2:
                bare, ours = under_exec(), through_the_engine()
            else:
                ours, bare = through_the_engine(), under_exec()
            ratios.append(bare / ours)
            rates.append(epochs / ours)
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(
        f"  {name:26} {middle:.3f}  (quartiles {low:.3f}, {high:.3f})"
        f"  {statistics.median(rates):,.0f} epochs a second",
        flush=True,
    )


def resident_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this benchmark reads /proc, which only Linux has")


def a_million_epochs(print_every: int) -> None:
    million = 1_000_000
    script = Script.stage("manual").with_settings({"epochs": million, "print_every": print_every})
    with Timeline(script) as timeline:
        timeline.seek(1000)
        gc.collect()
        before = resident_bytes()
        timeline.seek(million)
        gc.collect()
        grown = resident_bytes() - before
        print(f"a million epochs of stage 1, print_every={print_every}", flush=True)
        print(f"  memory: {grown / million:.1f} bytes an epoch")
        times = []
        for _ in range(40):
            start = time.perf_counter()
            timeline.back()
            times.append((time.perf_counter() - start) * 1000)
        print(
            f"  one statement back: median {statistics.median(times):.1f} ms, "
            f"95th percentile {statistics.quantiles(times, n=20)[-1]:.1f} ms"
        )


def worlds() -> None:
    """What it costs to enter a world and leave it, alone and with others about."""
    import random

    import numpy as np
    import torch

    from gdtui.engine.state.world import World

    def draw() -> None:
        random.random(), np.random.rand(), torch.rand(1)

    one, other = World(), World()
    for world in (one, other):
        world.begin({})

    def visit(world: World) -> float:
        start = time.perf_counter()
        with world:
            pass
        return (time.perf_counter() - start) * 1e6

    print("a world entered and left")
    how = {
        "nobody has drawn a number": lambda: visit(one),
        "the host has": lambda: (draw(), visit(one))[1],
    }
    for name, times in how.items():
        print(f"  {name}: {statistics.median(times() for _ in range(1000)):.0f} us")
    with one:
        draw()
    print(f"  it has one of its own: {statistics.median(visit(one) for _ in range(1000)):.0f} us")
    with other:
        draw()
    by_turns = [visit(world) for _ in range(500) for world in (one, other)]
    print(f"  two by turns: {statistics.median(by_turns):.0f} us")


def start_up() -> None:
    commands = {
        "import click": [sys.executable, "-c", "import click"],
        "gdtui --help": [sys.executable, "-m", "gdtui", "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times[name].append(time.perf_counter() - start)
    print("start-up")
    medians = {name: statistics.median(each) * 1000 for name, each in times.items()}
    for name, median in medians.items():
        print(f"  {name}: {median:.0f} ms")
    print(f"  difference: {medians['gdtui --help'] - medians['import click']:.0f} ms")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        a_million_epochs(int(sys.argv[1]))
    else:
        print("epochs a second through the engine, recording included, as a share of plain exec")
        for each in KEYS:
            throughput(each, quiet=True)
            throughput(each, quiet=False)
        for kind, (epochs, text) in KINDS.items():
            ratio(kind, Script(text.lstrip()), epochs, PAIRS)
        # Each in a process of its own: what one gives back would be measured in the next.
        for print_every in (1_000_000, 1):
            subprocess.run([sys.executable, __file__, str(print_every)], check=True)
        worlds()
        start_up()
