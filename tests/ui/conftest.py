from __future__ import annotations

import pytest
import textual.app
import textual.pilot
from driving import until_idle


@pytest.fixture(autouse=True)
def the_pilot_waits_for_the_app_alone(monkeypatch):
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", until_idle)
