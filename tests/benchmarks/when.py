"""How long it takes to find the first moment at which a condition holds: 20 seeded origins in runs
of 10,000 epochs, in a run that has not begun and in one that is over.

Not a test: run it by hand on a quiet machine.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from gdtui import Script, Timeline
from gdtui.experiments.condition import Condition
from gdtui.experiments.first_moment import first_moment

EPOCHS, ORIGINS, SEED = 10_000, 20, 0

BY_HAND = f"""
import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
w = 0.5
factor = 1.0
for epoch in range({EPOCHS}):
    y_pred = w * x
    loss = float(((y_pred - 2 * x) ** 2).mean())
    grad = float((2 * x * (y_pred - 2 * x)).mean())
    if epoch + 1 == CHOSEN:
        WHAT
    w -= 1e-5 * factor * grad
"""
BY_TORCH = f"""
import torch
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
w = torch.tensor(0.5, requires_grad=True)
factor = 1.0
for epoch in range({EPOCHS}):
    y_pred = w * x
    loss = ((y_pred - 2 * x) ** 2).mean()
    loss.backward()
    if epoch + 1 == CHOSEN:
        WHAT
    with torch.no_grad():
        w -= 1e-5 * factor * w.grad
    w.grad = None
"""
PLANTED = {
    BY_HAND: [
        ("loss = float('inf')", "not finite"),
        ("w = 9.0", "w > 3"),
        ("factor = 0.0", "stopped(w)"),
        ("grad = 100.0", "w.grad > 50"),
        ("factor = 0.0", "factor == 0"),
    ],
    BY_TORCH: [
        ("w.data.fill_(9.0)", "w > 3"),
        ("w.data.fill_(float('nan'))", "not finite(w)"),
        ("factor = 0.0", "stopped(w)"),
        ("w.grad.fill_(100.0)", "w.grad > 50"),
        ("factor = 0.0", "factor == 0"),
    ],
}


def found_in(timeline: Timeline, condition: str, line: int, epoch: int) -> float:
    """How long the search takes, in seconds; it has to come to the line that was planted, or to the
    end of its epoch where only that can tell."""
    begun = time.perf_counter()
    found = first_moment(timeline, Condition(condition))
    took = time.perf_counter() - begun
    assert found is not None
    assert found.epoch == epoch, (condition, found.epoch, epoch)
    assert found.line == line or found.epoch_over, (condition, found.place)
    return took


def main() -> None:
    chance = random.Random(SEED)
    kinds = [(text, *planted) for text, each in PLANTED.items() for planted in each]
    print("origin                       condition        epoch  not begun   run is over")
    slowest = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ORIGINS):
            text, what, condition = kinds[number % len(kinds)]
            epoch = chance.randrange(1, EPOCHS + 1)
            text = text.replace("CHOSEN", str(epoch)).replace("WHAT", what)
            path = Path(folder, f"planted_{number}.py")
            path.write_text(text)
            script = Script.load(str(path))
            line = next(n for n, each in enumerate(script.lines, 1) if each.strip() == what)
            with Timeline(script) as timeline:
                timeline.start()  # imports what it imports
                fresh = found_in(timeline, condition, line, epoch)
            with Timeline(script) as timeline:
                timeline.run()
                over = found_in(timeline, condition, line, epoch)
            slowest = [max(slowest[0], fresh), max(slowest[1], over)]
            print(f"{what:28} {condition:15} {epoch:6} {fresh:8.3f} s {over:9.3f} s")
    print(
        f"slowest                                             {slowest[0]:.3f} s {slowest[1]:9.3f} s"
    )


if __name__ == "__main__":
    main()
