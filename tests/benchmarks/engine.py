"""How fast the engine runs, measured against the same work without it.

Run with ``python tests/benchmarks/engine.py``; a few minutes. Every ratio is measured in one
process with both sides taking turns, since machines differ and change their pace.
"""

from __future__ import annotations

import gc
import io
import resource
import statistics
import subprocess
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

from gdtui import Script, Timeline
from gdtui.engine.script import STAGES

ROUNDS = 15
EPOCHS = {"manual": 30_000, "autograd": 6_000, "optimizer": 5_000, "model": 4_000, "module": 4_000}


def seconds_of_exec(script: Script) -> float:
    code = compile(script.text, script.path, "exec")
    start = time.perf_counter()
    with redirect_stdout(io.StringIO()):
        exec(code, {"__name__": "__main__"})
    return time.perf_counter() - start


def seconds_of_engine(script: Script) -> float:
    with Timeline(script) as timeline:
        start = time.perf_counter()
        timeline.run_for(float("inf"))
        return time.perf_counter() - start


def throughput() -> None:
    print("epochs a second through the engine / under exec (median of rounds, worst, best)")
    for name in STAGES:
        script = Script.stage(name)
        script = script.with_settings({"epochs": EPOCHS[name]})
        seconds_of_exec(script.with_settings({"epochs": 10}))
        ratios, rates = [], []
        for turn in range(ROUNDS):
            gc.collect()
            if turn % 2:
                plain, ours = seconds_of_exec(script), seconds_of_engine(script)
            else:
                ours, plain = seconds_of_engine(script), seconds_of_exec(script)
            ratios.append(plain / ours)
            rates.append(EPOCHS[name] / ours)
        print(
            f"  {name:10} {statistics.median(ratios):.3f}  ({min(ratios):.3f} to {max(ratios):.3f})"
            f"  {statistics.median(rates):,.0f} epochs a second"
        )


def resident_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


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
        print(f"a million epochs of stage 1, print_every={print_every}")
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
    throughput()
    a_million_epochs(print_every=1_000_000)
    a_million_epochs(print_every=1)
    start_up()
