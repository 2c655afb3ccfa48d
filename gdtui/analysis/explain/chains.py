"""The chain rule at an operation, as formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gdtui.analysis.explain.updates import Formula
from gdtui.analysis.explain.workings import part_text
from gdtui.analysis.numerals import Numerals
from gdtui.engine.workings.chain import Chain


def chain_formulas(
    chain: Chain, node: int, title: Callable[[int], str], write: Numerals
) -> Iterator[Formula]:
    """What goes out of an operation on each way back, as the product of what comes in and the local
    factor; for a leaf, what comes to it. ``title`` names the nodes of the graph."""
    for link in chain.at(node):
        came, goes = f"dJ/d({title(link.node)})", f"dJ/d({title(link.source)})"
        incoming, outgoing = part_text(link.incoming, write), part_text(link.outgoing, write)
        rights = []
        if link.rule:
            rights.append(_ruled(came, link.rule))
            shown = incoming
            if link.factor is not None:
                factor = part_text(link.factor, write)
                factor = f"({factor})" if factor.startswith("-") else factor
                shown = _ruled(incoming, _with(link.rule, factor))
            rights.append(shown)
        else:
            rights.append(f"({came} goes in: {incoming})")
        if outgoing != rights[-1]:
            rights.append(outgoing)
        yield Formula(goes, tuple(rights))


def _ruled(incoming: str, rule: str) -> str:
    """The incoming gradient with a rule: ``it`` stands for it where it does not come first."""
    if " it" in rule:
        return rule.replace(" it", f" {incoming}", 1)
    return f"{incoming} {rule}" if rule[0] in "·@⊗" else f"{incoming}, {rule}"


def _with(rule: str, factor: str) -> str:
    """A rule with the numbers of its factor in the place of its symbols."""
    rule, comma, behind = rule.partition(", ")
    if rule.startswith("· "):
        words = " for each" if rule.endswith(" for each") else ""
        return f"· {factor}{words}{comma}{behind}"
    for name in ("otherᵀ", "other"):
        if name in rule:
            turned = "ᵀ" if name.endswith("ᵀ") else ""
            return f"{rule.replace(name, factor + turned)}{comma}{behind}"
    return f"{rule}{comma}{behind}"
