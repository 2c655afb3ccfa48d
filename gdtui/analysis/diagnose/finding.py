"""What is wrong with a script: a line, a cause, and what would mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mend:
    """A change of a script's text.

    Attributes:
        lines: for each line that is changed, by number from 1, the lines that take its place; none
            where it is taken away.
    """

    lines: Mapping[int, tuple[str, ...]]

    @property
    def text(self) -> str:
        """The new lines."""
        return "\n".join(line for _, new in sorted(self.lines.items()) for line in new)

    def apply(self, text: str) -> str:
        """A text with the change."""
        old = text.splitlines(keepends=True)
        ending = "\r\n" if old and old[0].endswith("\r\n") else "\n"
        new: list[str] = []
        for number, line in enumerate(old, start=1):
            if number not in self.lines:
                new.append(line)
            else:
                new += [each + ending for each in self.lines[number]]
        return "".join(new)


@dataclass(frozen=True)
class Finding:
    """A fault of a script.

    Attributes:
        rule: the rule that has found it.
        line: the line of the fault, from 1.
        title: what is wrong, in a few words.
        text: the cause, in sentences.
        evidence: the facts that show it, as plain numbers and texts.
        mend: what would mend it; None where that is not known.
    """

    rule: str
    line: int
    title: str
    text: str
    evidence: Mapping[str, object] = field(default_factory=dict)
    mend: Mend | None = None

    def as_json(self) -> dict[str, object]:
        """What ``gdtui diagnose --json`` prints of it, without its proof."""
        return {
            "rule": self.rule,
            "line": self.line,
            "title": self.title,
            "text": self.text,
            "evidence": dict(self.evidence),
            "mend": None if self.mend is None else self.mend.text,
        }
