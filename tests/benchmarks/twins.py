"""How many faults are found in pairs of scripts, one with a fault and one without.

    python tests/benchmarks/twins.py FOLDER

The folder has a ``manifest.json``: a list of objects with ``name``, ``kind``, ``buggy``, ``fixed``
and ``lines``, and perhaps a ``healthy.json``: a list of objects with ``file``. A row says where the
fault stands, the line and the title of the first finding, and how long it took.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.script import Script

sys.path.insert(0, str(Path(__file__).parents[1] / "analysis" / "diagnose"))
from examining import findings_of


def found_in(path):
    """The findings of a script; none where it has no loop that gdtui can run."""
    try:
        return findings_of(Script.from_file(path))
    except ScriptError as error:
        print(f"{path.name} cannot be run: {error}")
        return []


def main(folder):
    pairs = json.loads((folder / "manifest.json").read_text())
    hits = 0
    for pair in pairs:
        begun = time.perf_counter()
        found = found_in(folder / pair["buggy"])
        seconds = time.perf_counter() - begun
        first = found[0] if found else None
        is_hit = first is not None and first.line in pair["lines"]
        hits += is_hit
        said = f"{first.line:4} {first.rule}: {first.title}" if first else "   - nothing"
        print(
            f"{'+' if is_hit else '-'} {pair['kind']:29} {pair['lines']!s:22} {said}  {seconds:.2f} s"
        )
    healthy = [pair["fixed"] for pair in pairs]
    if (folder / "healthy.json").exists():
        healthy += [each["file"] for each in json.loads((folder / "healthy.json").read_text())]
    false = 0
    for name in healthy:
        for each in found_in(folder / name):
            false += 1
            print(f"false: {name}:{each.line} {each.rule}: {each.title}")
    print(
        f"{hits} of {len(pairs)} first findings stand on a line of the fault; {false} false findings "
        f"in {len(healthy)} scripts without one"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
