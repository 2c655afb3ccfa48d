"""How long sweeps take: computed at once, in two processes, and one script after another.

Not a test: run it by hand on a quiet machine.
"""

from __future__ import annotations

import time

from gdtui import Script
from gdtui.experiments.grid import parse_axis
from gdtui.experiments.job import LOSS
from gdtui.experiments.pool import Workers
from gdtui.experiments.sweep import Sweep

SETTINGS, NETS, PLAIN = 1000, 64, 20


def seconds(script: Script, axis: str, **options: object) -> tuple[float, Sweep]:
    """How long a sweep takes, and the sweep."""
    sweep = Sweep(script, (parse_axis(axis, script),), LOSS, **options)
    begun = time.perf_counter()
    found = list(sweep.rows())
    assert len(found) == sweep.count
    return time.perf_counter() - begun, sweep


def computed() -> None:
    """Settings of stage 4 over 200 epochs, computed at once and by the script."""
    script = Script.stage("model")
    one = Workers(count=1)
    seconds(script, "learning_rate=0.01,0.02", workers=one)  # loads PyTorch
    at_once, sweep = seconds(script, f"learning_rate=0.001:1:{SETTINGS}:log", workers=one)
    plain, _ = seconds(script, f"learning_rate=0.001:0.1:{PLAIN}:log", workers=one, makes_all=True)
    each = plain / PLAIN
    print(f"{sweep.computed} settings of stage 4 over 200 epochs: {at_once:.2f} s in all, of it")
    print(
        f"  {sweep.computing_seconds:.2f} s to compute them; a script takes {each * 1000:.0f} ms,"
    )
    print(
        f"  so all of them {each * SETTINGS:.0f} s, {each * SETTINGS / at_once:.0f} times as long"
    )


def in_processes() -> None:
    """Runs of a small net one after another, and in two processes that are there already."""
    script = Script.load("assets/batches.py").with_settings({"epochs": 300})
    axis = f"learning_rate=0.01:0.1:{NETS}"
    seconds(script, "learning_rate=0.01,0.02", workers=Workers(count=2))
    one, _ = seconds(script, axis, workers=Workers(count=1))
    two, _ = seconds(script, axis, workers=Workers(count=2))
    print(
        f"{NETS} runs of a small net: {one:.1f} s one after another, {two:.1f} s in two processes"
    )
    print(f"  {one / two:.2f} times as fast")


if __name__ == "__main__":
    computed()
    in_processes()
