"""Random keys, clicks and sizes over the whole app: 5,000 of them, the same every time."""

from __future__ import annotations

import pytest
from monkey import play

ACTIONS = 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_nothing_that_a_monkey_does_breaks_the_app(seed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # it may write files
    try:
        play(seed, ACTIONS, tmp_path)
    except BaseException:
        print(f"to see it again: python tests/ui/monkey.py --seed {seed} --actions {ACTIONS}")
        raise
