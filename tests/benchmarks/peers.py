"""How fast a script runs under gdtui and under other tools that watch a script run.

Run with ``python tests/benchmarks/peers.py`` after ``pip install '.[peers]'``. Each tool runs the
same script, as often as there are rounds, and all take turns: machines differ, and change their
pace. What counts is the time of an epoch against that of plain ``python``; the start of the process
and the imports are taken away, measured with a script of no epochs. Tools that take long run fewer
epochs, so that each has a few seconds.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
EPOCHS = 4_000
FEW_EPOCHS = 150
"""For those that write down every line."""

SCRIPT = """\
import torch
torch.manual_seed(0)
epochs = {epochs}
x = torch.linspace(-1, 1, 100).reshape(-1, 1)
y = 3 * x + 1
model = torch.nn.Sequential(torch.nn.Linear(1, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
def train():
    for epoch in range(epochs):
        y_pred = model(x)
        loss = torch.nn.functional.mse_loss(y_pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
train()
"""
SETTRACE = "import sys\ndef tell(*_):\n    return tell\nsys.settrace(tell)\n"
DECORATED = {
    "PySnooper": ("pysnooper", "import pysnooper\n", "@pysnooper.snoop(SINK)\n"),
    "snoop": ("snoop", "import snoop\nsnoop.install(out=SINK)\n", "@snoop\n"),
    "birdseye": ("birdseye", "from birdseye import eye\n", "@eye\n"),
}


def commands(folder: Path, epochs: int) -> dict[str, list[str]]:
    """What runs the script under each of the tools that are installed."""
    text = SCRIPT.format(epochs=epochs)
    sink = f"{str(folder / 'trace.txt')!r}"

    def file(name: str, source: str) -> str:
        path = folder / f"{name}-{epochs}.py"
        path.write_text(source)
        return str(path)

    plain = file("plain", text)
    found = {
        "python": [sys.executable, plain],
        "gdtui": [sys.executable, "-m", "gdtui", "run", plain],
        "sys.settrace": [sys.executable, file("settrace", SETTRACE + text)],
    }
    if importlib.util.find_spec("coverage"):
        data = f"--data-file={folder / 'coverage'}"
        found["coverage"] = [sys.executable, "-m", "coverage", "run", data, plain]
    for name, (module, head, mark) in DECORATED.items():
        if importlib.util.find_spec(module):
            source = head.replace("SINK", sink) + text.replace("def train", f"{mark}def train")
            found[name] = [sys.executable, file(name, source.replace("SINK", sink))]
    return found


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    # birdseye keeps what it has seen in a database.
    env = {**os.environ, "BIRDSEYE_DB": f"sqlite:///{folder / 'birdseye.db'}"}
    where = {"cwd": folder, "env": env}
    subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, **where
    )
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        many, few = commands(folder, EPOCHS), commands(folder, FEW_EPOCHS)
        empty = commands(folder, 0)
        taken: dict[str, list[float]] = {tool: [] for tool in many}
        for _ in range(ROUNDS):
            for tool, times in taken.items():
                full, epochs = (few, FEW_EPOCHS) if tool in DECORATED else (many, EPOCHS)
                took = seconds(full[tool], folder) - seconds(empty[tool], folder)
                times.append(took / epochs)
        plain = statistics.median(taken["python"])
        print(f"epochs a second as a share of plain python, {ROUNDS} rounds")
        for tool, times in taken.items():
            print(f"  {tool:14} {plain / statistics.median(times):.3f}")


if __name__ == "__main__":
    main()
