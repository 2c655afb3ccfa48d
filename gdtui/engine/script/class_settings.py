"""Settings that are classes: the optimizer and the loss function that a script makes.

``optimizer = torch.optim.SGD([w], lr=0.1)`` gives the setting ``optimizer`` with the value ``SGD``.
Another value puts another class of PyTorch into that call, with what this class takes.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from gdtui.engine.script.literals import outside_data
from gdtui.engine.script.settings import LineOffsets, Setting
from gdtui.engine.script.syntax import dotted


@dataclass(frozen=True)
class _Choice:
    """A class of PyTorch, and the keywords with which a call of it is this choice."""

    type_name: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Family:
    """Classes that can take each other's place.

    Attributes:
        module: the module of PyTorch that has them.
        choices: the classes, by the name of the choice.
        shared: the keywords that all of them take, and that stay.
        dropped: the keywords that only some of them take.
        positional: the most arguments without a keyword that mean the same to all of them.
        hint: what the setting is, in words.
    """

    module: str
    choices: dict[str, _Choice]
    shared: frozenset[str]
    dropped: frozenset[str]
    positional: int
    hint: str


_FAMILIES = (
    _Family(
        module="optim",
        choices={
            "SGD": _Choice("SGD"),
            "momentum": _Choice("SGD", ("momentum=0.9",)),
            "Nesterov": _Choice("SGD", ("momentum=0.9", "nesterov=True")),
            "RMSprop": _Choice("RMSprop"),
            "Adam": _Choice("Adam"),
            "AdamW": _Choice("AdamW"),
        },
        shared=frozenset({"params", "lr", "weight_decay"}),
        dropped=frozenset(
            {"momentum", "nesterov", "dampening", "betas", "eps", "amsgrad", "alpha", "centered"}
        ),
        positional=2,
        hint="how the gradient changes the parameters; momentum and Nesterov are SGD with momentum",
    ),
    _Family(
        module="nn",
        choices={
            "MSELoss": _Choice("MSELoss"),
            "L1Loss": _Choice("L1Loss"),
            "HuberLoss": _Choice("HuberLoss"),
        },
        shared=frozenset({"reduction"}),
        dropped=frozenset({"delta"}),
        positional=0,
        hint="the loss of an error: its square, its size, or its square where it is small",
    ),
)


@dataclass(frozen=True)
class ClassSetting(Setting):
    """A call whose class a learner may change. ``start`` and ``end`` are those of the call.

    Attributes:
        is_optimizer: whether it is an optimizer and not a loss.
        calls: the call's text for each choice.
        node: the call.
    """

    is_optimizer: bool = False
    calls: tuple[str, ...] = ()
    node: ast.Call | None = field(default=None, compare=False, repr=False)

    def literal(self, value: object, present: str) -> str:
        """The text of the call for a choice."""
        return present if value == self.value else self.calls[self.choices.index(value)]


def find_class_settings(
    tree: ast.Module, text: str, taken: Collection[str]
) -> Iterator[ClassSetting]:
    """The optimizers and the loss functions of a parsed script that are made in one place, under
    their names there; but for names that are ``taken``. A call with arguments that other classes
    would understand in another way is none."""
    found = list(_made(tree))
    count = Counter(name for name, _ in found)
    offsets = LineOffsets(text)
    for name, call in found:
        family = _family_of(call)
        if count[name] == 1 and name not in taken and family is not None:
            start = offsets.at(call.lineno, call.col_offset)
            end = offsets.at(call.end_lineno or 0, call.end_col_offset or 0)
            yield ClassSetting(
                name=name,
                value=_value(call, family),
                line=call.lineno,
                comment=family.hint,
                start=start,
                end=end,
                choices=tuple(family.choices),
                node=call,
                is_optimizer=family.module == "optim",
                calls=tuple(_call(text, call, family, each) for each in family.choices.values()),
            )


def _made(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Each name, or attribute, that is given the result of a call."""
    for node in outside_data(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(value, ast.Call) and isinstance(target, ast.Name | ast.Attribute):
                yield target.id if isinstance(target, ast.Name) else target.attr, value


def _family_of(call: ast.Call) -> _Family | None:
    """The classes that may stand in a call; None for none."""
    *modules, name = dotted(call.func).split(".")
    keywords = [each.arg or "" for each in call.keywords]
    for family in _FAMILIES:
        known = {choice.type_name for choice in family.choices.values()}
        if (
            modules[-1:] == [family.module]
            and name in known
            and len(call.args) <= family.positional
            and not any(isinstance(each, ast.Starred) for each in call.args)
            and family.shared | family.dropped >= set(keywords)
        ):
            return family
    return None


def _value(call: ast.Call, family: _Family) -> str:
    """The choice that a call is: of those of its class the one with most of its keywords."""
    name = dotted(call.func).rpartition(".")[2]
    given = {
        each.arg
        for each in call.keywords
        if not (isinstance(each.value, ast.Constant) and not each.value.value)
    }
    fitting = [
        (len(choice.keywords), value)
        for value, choice in family.choices.items()
        if choice.type_name == name
        and {each.partition("=")[0] for each in choice.keywords} <= given
    ]
    return max(fitting)[1]


def _call(text: str, call: ast.Call, family: _Family, choice: _Choice) -> str:
    """The call with another class. What all classes take stays as it is written."""

    def source(node: ast.expr) -> str:
        return ast.get_source_segment(text, node) or ast.unparse(node)

    kept = [source(each) for each in call.args]
    kept += [
        f"{each.arg}={source(each.value)}" for each in call.keywords if each.arg in family.shared
    ]
    module = source(call.func).rpartition(".")[0]
    return f"{module}.{choice.type_name}({', '.join([*kept, *choice.keywords])})"
