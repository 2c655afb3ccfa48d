"""All findings of a run, the likeliest first."""

from __future__ import annotations

from importlib import import_module

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.diagnose.rules import RULES


def find_findings(facts: Facts) -> list[Finding]:
    """What is wrong with a script, by all the rules in their order. Of several that name the same
    line for the same cause the first one counts."""
    found: list[Finding] = []
    for name in RULES:
        rule = import_module(f"gdtui.analysis.diagnose.rules.{name}")
        for each in rule.find(facts):
            if not any(is_same(each, other) for other in found):
                found.append(each)
    return found


def is_same(one: Finding, other: Finding) -> bool:
    return (one.rule, one.line) == (other.rule, other.line)
