"""The gradients that the updates of an epoch use.

They are read as an update begins: as the ``step`` of an optimizer begins, and before a statement
that updates by hand. So it does not matter what a script does to its gradients before or after,
such as clipping, scaling, accumulating or clearing them in the wrong place.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import is_
from typing import Any

import numpy as np

from gdtui.engine.history import ABSENT, Field, was_there
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported
from gdtui.engine.parameters import Parameter
from gdtui.engine.quantities import (
    UNREADABLE,
    attempt,
    is_tensor,
    learns,
    shape_of,
    torch_type,
)
from gdtui.engine.reading import Code, Fixed, Named, numbers_for
from gdtui.engine.walking import instance_dict

_MOST_PLANS = 32
_running = threading.local()


class UsedGradients:
    """The gradient of each parameter that the latest update of this epoch used, as numbers.

    Attributes:
        cells: for each gradient that is recorded its numbers, in the order of the columns. It
            stays the same list.
        reported: whether the script has reported gradients or updates. One that does not keeps
            its gradients until the epoch is over, and they are read then.
    """

    def __init__(self, by_hand: bool, look_again: Callable[[], None]) -> None:
        """``by_hand``: whether statements of the loop are known to report updates by hand.
        ``look_again`` is called when there is a parameter that is not known; it is expected to
        call :meth:`arrange`."""
        self.cells: list[tuple[float, ...]] = []
        self.reported = False
        self._by_hand = by_hand
        self._look_again = look_again
        self._namespace: Mapping[str, Any] = {}
        self._slots: list[_Slot] = []
        self._blank: list[tuple[float, ...]] = []
        self._after_backward: list[_Slot] = []
        self._stepped: set[str] = set()
        self._taken: set[int] = set()
        self._strange_paths: set[str] = set()
        self._by_id: dict[int, _Slot] = {}
        self._plans: dict[int, _Plan] = {}

    def arrange(
        self,
        namespace: Mapping[str, Any],
        parameters: Sequence[Parameter],
        fields: Sequence[Field],
    ) -> None:
        """Take the gradients of these parameters from now on, one cell for each field. What this
        epoch has brought stays."""
        before = {slot.field.name: self.cells[slot.place] for slot in self._slots}
        by_name = {each.name: each for each in parameters}
        self._namespace = namespace
        self._slots = [
            _Slot(place, field, by_name.get(field.name)) for place, field in enumerate(fields)
        ]
        self._blank = [(ABSENT,) * each.width for each in fields]
        self.cells[:] = [
            before.get(field.name, blank) for field, blank in zip(fields, self._blank, strict=True)
        ]
        self._plans.clear()
        self._strange_paths.clear()
        self._find_tensors()
        self._after_backward = [
            slot
            for slot in self._slots
            if slot.parameter is not None
            and not (slot.parameter.optimized or slot.field.name in self._stepped)
        ]

    def first_nonfinite(self) -> tuple[str, tuple[int, ...] | None] | None:
        """The name and the place of the first gradient of this epoch that is not finite."""
        for slot in self._slots:
            values = np.array(self.cells[slot.place])
            strange = np.flatnonzero(was_there(values) & ~np.isfinite(values))
            if len(strange):
                place = np.unravel_index(strange[0], slot.field.shape) if slot.field.shape else ()
                return slot.field.name, tuple(map(int, place)) or None
        return None

    def clear(self) -> None:
        """The epoch is over."""
        self.cells[:] = self._blank
        self._taken.clear()

    def place(self, field: Field) -> int:
        """Where in ``cells`` the numbers of a field stand."""
        return next(slot.place for slot in self._slots if slot.field == field)

    def after_backward(self) -> None:
        """The script has just filled gradients in, or changed them."""
        self._report()
        self._taken.clear()
        if not self._by_hand:
            # As long as nothing is known of any update, these are the ones that will be used.
            for slot in self._after_backward:
                self.cells[slot.place] = slot.read()

    def before_update(self, path: str, owner: object, steps: tuple[str, ...], *keys: Any) -> None:
        """A statement is about to update what stands at ``path``, such as ``w`` or ``model.w``.
        ``owner`` is the value of the first name, ``steps`` say how to get on from there: ``.w``
        for an attribute, ``[`` for an entry with the next of ``keys``, ``?`` where only the
        script knows."""
        self._report()
        slots, known = self._updated(path, owner, steps, keys)
        if not known and path not in self._strange_paths:
            self._look_again()
            slots, known = self._updated(path, owner, steps, keys)
            if not known:
                self._strange_paths.add(path)  # until the next look, which may find it
        if slots and not self._by_hand:
            self._by_hand = True
            for slot in self._after_backward:
                self.cells[slot.place] = self._blank[slot.place]
        for slot in slots:
            self._taken.add(slot.place)
            self._take(slot)

    def before_step(self, optimizer: Any) -> None:
        """An optimizer of torch is about to update its parameters."""
        self._report()
        plan = self._plans.get(id(optimizer))
        if plan is None or not plan.is_for(optimizer):
            plan = self._plan(optimizer)
        for slot in plan.slots:
            self._take(slot)

    def _take(self, slot: _Slot) -> None:
        found = slot.read()
        # An update without a gradient leaves the parameter alone: it is no update of it.
        if not found or found[0] is not ABSENT:
            self.cells[slot.place] = found

    def _report(self) -> None:
        if not self.reported:
            self.reported = True
            self._look_again()

    def _plan(self, optimizer: Any) -> _Plan:
        plan = _Plan(optimizer)
        if any(id(each) not in self._by_id and learns(each) for each in plan.parameters):
            self._look_again()
        plan.slots = [self._by_id[id(each)] for each in plan.parameters if id(each) in self._by_id]
        new = {slot.field.name for slot in plan.slots} - self._stepped
        if new:
            self._stepped |= new
            self._after_backward = [
                slot for slot in self._after_backward if slot.field.name not in new
            ]
        if len(self._plans) >= _MOST_PLANS:  # an optimizer made anew in each epoch
            self._plans.clear()
        self._plans[id(optimizer)] = plan
        return plan

    def _find_tensors(self) -> None:
        self._by_id = {
            id(value): slot
            for slot in self._slots
            if slot.parameter is not None
            and not slot.parameter.updated
            and (value := attempt(slot.parameter.value)) is not None
        }

    def _updated(
        self, path: str, owner: object, steps: tuple[str, ...], keys: tuple[Any, ...]
    ) -> tuple[list[_Slot], bool]:
        """What a statement that updates ``path`` by hand updates, and whether that is all known,
        the places where the gradients are kept included."""
        if self._namespace.get(path.partition(".")[0]) is owner:
            named = [slot for slot in self._slots if slot.is_at(path)]
            exact = [slot for slot in named if keys and slot.field.name == f"{path}[{keys[0]!r}]"]
            if named:
                slots = exact or named
                return slots, not any(slot.lacks_gradient for slot in slots)
        target = _follow(owner, steps, keys)
        if is_tensor(target):
            if id(target) not in self._by_id:
                self._find_tensors()  # it may have been made anew
            slot = self._by_id.get(id(target))
            return ([slot], True) if slot else ([], False)
        if shape_of(target) is not None:
            return [], False
        # Some of what is held by something else: those whose turn has not come.
        left = [slot for slot in self._after_backward if slot.place not in self._taken]
        return left, False


class _Slot:
    """One recorded gradient and how to read it; without a parameter there is none now."""

    def __init__(self, place: int, field: Field, parameter: Parameter | None) -> None:
        self.place = place
        self.field = field
        self.parameter = parameter
        self._read: Callable[[], tuple[float, ...]] | None = None

    def read(self) -> tuple[float, ...]:
        """The gradient as it is now, as many numbers as the field has."""
        if self.parameter is None:
            return (ABSENT,) * self.field.width
        try:
            if self._read is None:
                code = Code()
                form = gradient_form(self.parameter)
                self._read = code.tuple_of(
                    [code.numbers(self.parameter.gradient, form, self.field)]
                )
            return self._read()
        except UNREADABLE:
            gradient = attempt(self.parameter.gradient)
            found = attempt(lambda: numbers_for(gradient, self.field))
            return (ABSENT,) * self.field.width if found is None else tuple(found)

    @property
    def lacks_gradient(self) -> bool:
        """Whether it is not known where the gradient is kept."""
        return self.parameter is None or self.parameter.gradient == Fixed(None)

    def is_at(self, path: str) -> bool:
        """Whether the parameter is what the script writes as ``path``, or an entry of it."""
        if self.parameter is None:
            return False
        if self.parameter.updated:
            return self.parameter.updated == path
        return isinstance(self.parameter.value, Named) and self.parameter.value.name == path


class _Plan:
    """What an optimizer updates, as long as it has the same parameters."""

    def __init__(self, optimizer: Any) -> None:
        self._optimizer = optimizer
        self._groups = [
            (group["params"], list(group["params"])) for group in optimizer.param_groups
        ]
        self.parameters = [each for _, held in self._groups for each in held]
        self.slots: list[_Slot] = []

    def is_for(self, optimizer: Any) -> bool:
        """Whether it is for this optimizer as it is now."""
        groups = optimizer.param_groups
        return (
            self._optimizer is optimizer
            and len(groups) == len(self._groups)
            and all(
                group["params"] is held and len(held) == len(known) and all(map(is_, held, known))
                for group, (held, known) in zip(groups, self._groups, strict=True)
            )
        )


def gradient_form(parameter: Parameter) -> object:
    """A value of the form that the gradient of a parameter has or will have; None where that is
    not known."""
    gradient, value = attempt(parameter.gradient), attempt(parameter.value)
    if gradient is None and is_tensor(value):
        return attempt(lambda: value.detach())
    return gradient


def _follow(owner: Any, steps: tuple[str, ...], keys: tuple[Any, ...]) -> Any:
    """What stands at the end of some steps from an object; None where that cannot be told. A
    tensor is what is updated, whichever of its elements are."""
    left = iter(keys)
    target = owner
    for step in steps:
        if is_tensor(target):
            break
        if step == "?":
            return None
        key = next(left) if step == "[" else step[1:]
        held = _held(target)
        if step == "[" and type(target) in (list, tuple, dict):
            target = attempt(lambda inside=target, key=key: inside[key])  # type: ignore[misc]
        elif step == "[":
            target = next((names[str(key)] for names in held if str(key) in names), None)
        else:
            target = next((names[key] for names in held if key in names), None)
    return target


def _held(owner: Any) -> list[Mapping[str, Any]]:
    """What an object of the script's own, or a module, holds, without asking it."""
    if is_a(owner, torch_type("nn.Module")):
        own = vars(owner)
        return [own, own.get("_parameters", {}), own.get("_modules", {})]
    return [instance_dict(owner) or {}]


# The steps of optimizers --------------------------------------------------------------


@contextmanager
def hears_steps(gradients: UsedGradients) -> Iterator[None]:
    """While this lasts, the optimizers that step on this thread report to ``gradients``."""
    before = getattr(_running, "gradients", None)
    _running.gradients = gradients
    try:
        yield
    finally:
        _running.gradients = before


def install_hooks() -> None:
    """Let the optimizers of torch report, if torch is loaded and they do not yet. Those that no
    script of ours runs report to nobody."""
    optimizer: Any = imported("torch.optim.optimizer")
    if hasattr(optimizer, "register_optimizer_step_post_hook"):
        hooks = vars(optimizer)["_global_optimizer_pre_hooks"]
        if _before_step not in hooks.values():
            optimizer.register_optimizer_step_pre_hook(_before_step)
            optimizer.register_optimizer_step_post_hook(_after_step)


def _before_step(optimizer: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    gradients = getattr(_running, "gradients", None)
    if gradients is not None and not _changes_gradients(optimizer, given, named):
        gradients.before_step(optimizer)


def _after_step(optimizer: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    gradients = getattr(_running, "gradients", None)
    if gradients is not None and _changes_gradients(optimizer, given, named):
        gradients.before_step(optimizer)


def _changes_gradients(optimizer: Any, given: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Whether the gradients that a step uses are made in it: by a closure, by a hook of the
    optimizer's own, or where it undoes a gradient scaler's factor. They are read behind it."""
    return (
        len(given) > 1
        or bool(named)
        or bool(optimizer._optimizer_step_pre_hooks)
        or getattr(optimizer, "grad_scale", None) is not None
    )
