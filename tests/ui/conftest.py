from __future__ import annotations

from time import monotonic, thread_time

import pytest
import textual.app
import textual.pilot
from textual._wait import SLEEP_GRANULARITY, sleep

_LOOK = SLEEP_GRANULARITY
_IDLE = _LOOK / 20


async def _until_the_app_is_idle(min_sleep: float = SLEEP_GRANULARITY, max_sleep: float = 1):
    """What Textual's pilot waits for, but for the app's own thread: a run that goes flat out on
    the worker's does not make it wait a whole second for each key."""
    begun = monotonic()
    while True:
        before = thread_time()
        await sleep(_LOOK)
        waited = monotonic() - begun
        if waited >= max_sleep or (waited > min_sleep and thread_time() - before < _IDLE):
            return


@pytest.fixture(autouse=True)
def the_pilot_waits_for_the_app_alone(monkeypatch):
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", _until_the_app_is_idle)
