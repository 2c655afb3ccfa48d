"""All findings of a run, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.diagnose.rules import RULES, STOPPING


def find_findings(facts: Facts) -> list[Finding]:
    """What is wrong with a script, by all the rules in their order."""
    found: list[Finding] = []
    for name in RULES:
        if name in STOPPING and any(each.rule in STOPPING for each in found):
            continue
        rule = import_module(f"gdtui.analysis.diagnose.rules.{name}")
        found += _asked(rule.find, facts)
        facts.found |= {each.rule for each in found}
    return found


def _asked(find: Callable[[Facts], Iterable[Finding]], facts: Facts) -> list[Finding]:
    """What a rule finds; nothing where it stumbles over what a script holds, which may be of any
    class and raise anything: then it is not sure."""
    try:
        return list(find(facts))
    except Exception:
        return []
