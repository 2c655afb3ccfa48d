"""The sample script does with gdtui what it does by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gdtui import Script, Timeline

SAMPLE = Path(__file__).parent.parent / "assets" / "batches.py"


@pytest.mark.slow
def test_the_sample_script():
    plain = subprocess.run(
        [sys.executable, str(SAMPLE)], capture_output=True, text=True, check=True
    ).stdout
    with Timeline(Script.from_file(SAMPLE)) as timeline:
        assert timeline.run().status == "finished"
        assert timeline.transcript.text == plain
        # What it prints as the loss of an epoch is what is recorded.
        for entry in list(timeline.transcript)[:-1]:
            assert (
                entry.text
                == f"epoch {entry.epoch}: loss = {timeline.history.loss[entry.epoch - 1]:.6f}\n"
            )
        w = timeline.seek(17).parameters["0.weight"]
        assert w.tobytes() == timeline.history.parameters["0.weight"][16].tobytes()
