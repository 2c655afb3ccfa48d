"""The copy of the notebook's figures is whole."""

from __future__ import annotations

import json
from pathlib import Path


def test_there_are_six_tables_and_65_rows():
    figures = json.loads((Path(__file__).parent / "reference" / "notebook.json").read_text())
    assert len(figures["runs"]) == 6
    assert sum(len(run["rows"]) for run in figures["runs"]) == 65
