"""One script with many seeds."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script
from gdtui.experiments.pool import Workers
from gdtui.experiments.seeds import SeedRuns, Spread

LOOP = "for epoch in range(4):\n    loss = w ** 2\n    w -= 0.1 * 2 * w\n"
PLAIN = "import random\nw = random.random()\n" + LOOP
SETTING = "import random\nseed = None\nrandom.seed(seed)\nw = random.random()\n" + LOOP
OWN = "import random\nrandom.seed(7)\nw = random.random()\n" + LOOP


def runs(text, count=3):
    return SeedRuns(Script(text), count, workers=Workers(count=1))


def values(made):
    return [outcome.value for _, outcome in sorted(made.rows())]


@pytest.mark.parametrize("text", [PLAIN, SETTING])
def test_the_runs_differ_and_come_again(text):
    first = values(runs(text))
    assert len(set(first)) == 3
    assert values(runs(text, 2)) == first[:2]


def test_both_ways_lead_to_the_same_random_numbers():
    assert values(runs(PLAIN)) == values(runs(SETTING))


def test_a_script_that_seeds_itself_gives_equal_runs():
    assert len(set(values(runs(OWN)))) == 1


@pytest.mark.parametrize(
    ("text", "setting", "own_seed"),
    [
        (PLAIN, "", None),
        (SETTING, "seed", 3),
        (OWN, "", 2),
        (PLAIN.replace("w =", "RANDOM_SEED = 3\nw ="), "RANDOM_SEED", None),
        (PLAIN.replace("w =", "seed = 'a'\nw ="), "", None),
        ("import numpy as np\nrng = np.random.default_rng()\nw = rng.random()\n" + LOOP, "", None),
        ("import numpy as np\nrng = np.random.default_rng(3)\nw = rng.random()\n" + LOOP, "", 2),
    ],
)
def test_how_a_script_is_seeded(text, setting, own_seed):
    assert (runs(text).setting, runs(text).own_seed) == (setting, own_seed)


def test_the_spread():
    found = Spread.of(np.array([5.0, 1.0, 2.0, 4.0, 3.0]), [10, 11, 12, 13, 14])
    assert found == Spread(1.0, 2.0, 3.0, 4.0, 5.0, lowest_at=11, highest_at=10)
