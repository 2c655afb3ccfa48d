"""Findings as text, and as objects for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdtui.analysis.diagnose.finding import Finding
    from gdtui.engine.script.script import Script
    from gdtui.experiments.proof import Proof

    Proved = Sequence[tuple[Finding, Proof | None]]


def finding_lines(script: Script, proved: Proved) -> Iterator[str]:
    """The lines that ``gdtui diagnose`` prints of findings."""
    for finding, proof in proved:
        place = script.place(finding.line)
        yield ""
        yield f"{place[:1].upper()}{place[1:]}: {finding.title}."
        yield f"  {finding.text}"
        if finding.mend is not None:
            yield "  A mend:"
            for line, new in sorted(finding.mend.lines.items()):
                yield from (f"    {line}  {each}" for each in new or ("(left out)",))
        if proof is not None:
            yield f"  Tried: {proof.text}."


def finding_objects(proved: Proved) -> list[dict[str, object]]:
    """The objects that ``gdtui diagnose --json`` prints of findings. JSON has no infinities, so
    these are texts."""
    return [
        {
            **{key: _plain(value) for key, value in finding.as_json().items()},
            "proof": None if proof is None else proof.as_json(),
        }
        for finding, proof in proved
    ]


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
