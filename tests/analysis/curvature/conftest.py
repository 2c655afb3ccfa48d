"""Shared by the tests of the curvature: they wait as long as it takes, on any machine."""

from __future__ import annotations

import pytest

from gdtui.analysis.curvature import differences
from gdtui.analysis.diagnose import hessian


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    for module in (differences, hessian):
        monkeypatch.setattr(module, "_LONGEST", 600.0)
