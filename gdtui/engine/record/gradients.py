"""The gradients that the updates of an epoch use.

They are read as an update begins: as the ``step`` of an optimizer begins, and before a statement
that updates by hand. So it does not matter what a script does to its gradients before or after,
such as clipping, scaling, accumulating or clearing them in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_a, is_one_of
from gdtui.engine.record.history import ABSENT, Field, was_there
from gdtui.engine.record.own_objects import instance_dict, own_value
from gdtui.engine.record.parameters import Parameter
from gdtui.engine.record.quantities import attempt, is_tensor, learns, shape_of, torch_type
from gdtui.engine.record.reading import numbers_for
from gdtui.engine.record.slots import Numbers, Plan, Slot
from gdtui.engine.record.walking import entries

_MOST_PLANS = 32


class UsedGradients:
    """The gradient of each parameter that the latest update of this epoch used, as numbers.

    Attributes:
        cells: for each gradient that is recorded its numbers, in the order of the columns. It
            stays the same list.
        reported: whether the script has reported gradients or updates. One that does not keeps
            its gradients until the epoch is over, and they are read then.
    """

    def __init__(
        self, by_hand: bool, updated: Collection[str], look_again: Callable[[], None]
    ) -> None:
        """``by_hand``: whether statements of the loop are known to update by hand with what
        autograd has computed. ``updated``: the paths of what its statements update by hand.
        ``look_again`` is called when there is a parameter that is not known; it is expected to
        call :meth:`arrange`."""
        self.cells: list[Numbers] = []
        self.reported = False
        self._by_hand = by_hand
        self._updated_paths = updated
        self._look_again = look_again
        self._namespace: Mapping[str, Any] = {}
        self._slots: list[Slot] = []
        self._blank: list[Numbers] = []
        # Those that no optimizer is known to update.
        self._free: list[Slot] = []
        # Of these the ones whose updates may be out of sight.
        self._guessed: list[Slot] = []
        # The names of those that one has updated.
        self._stepped: set[str] = set()
        # The places of those whose turn has been since the last backward.
        self._taken: set[int] = set()
        # Those that the script was given in this epoch, with the tensors, by their identity.
        self._given: dict[int, tuple[Any, Any]] = {}
        self._by_id: dict[int, Slot] = {}
        self._by_path: dict[str, list[Slot]] = {}
        self._strange_paths: set[str] = set()
        self._plans: dict[int, Plan] = {}

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
            Slot(place, field, by_name.get(field.name)) for place, field in enumerate(fields)
        ]
        self._blank = [(ABSENT,) * each.width for each in fields]
        self.cells[:] = [
            before.get(field.name, blank) for field, blank in zip(fields, self._blank, strict=True)
        ]
        self._plans.clear()
        self._by_path.clear()
        self._strange_paths.clear()
        self._find_tensors()
        self._free = [
            slot
            for slot in self._slots
            if slot.parameter is not None
            and not (slot.parameter.optimized or slot.field.name in self._stepped)
        ]
        self._find_guessed()

    def first_nonfinite(self) -> tuple[str, tuple[int, ...] | None] | None:
        """The name and the place of the first gradient of this epoch that is not finite."""
        for slot in self._slots:
            values = np.array(self.cells[slot.place])
            strange = np.flatnonzero(was_there(values) & ~np.isfinite(values))
            if len(strange):
                place = np.unravel_index(strange[0], slot.field.shape) if slot.field.shape else ()
                return slot.field.name, tuple(map(int, place)) or None
        return None

    def take_given(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """The script has been given gradients, each for one of its tensors, and keeps them in
        names of its own."""
        if not self.reported:
            self._begin()
        self._given |= {id(tensor): pair for pair in pairs for tensor in pair[:1]}

    def take_used(self, path: str, gradient: Any) -> None:
        """What stands at ``path``, which the loop updates, is about to be moved by a gradient that
        only a function has: by that or, where both are held in lists or dicts, each by its own."""
        if not self.reported:
            self._begin()
        for slot in self._slots:
            if slot.parameter is not None and slot.parameter.updated == path:
                found = attempt(lambda slot=slot: slot.read_in(gradient))  # type: ignore[misc]
                if found and found[0] is not ABSENT:
                    self.cells[slot.place] = found

    def clear(self) -> None:
        """The epoch is over."""
        self._given.clear()
        self.cells[:] = self._blank
        self._taken.clear()

    def place(self, field: Field) -> int:
        """Where in ``cells`` the numbers of a field stand."""
        return next(slot.place for slot in self._slots if slot.field == field)

    # What the script reports ----------------------------------------------------------

    def after_backward(self) -> None:
        """The script has just filled gradients in, or changed them."""
        if not self.reported:
            self._begin()
        self._taken.clear()
        if not self._by_hand:
            # As long as nothing is known of any update, these are the ones that will be used.
            for slot in self._guessed:
                self.cells[slot.place] = self._read_now(slot)

    def before_update(self, path: str, owner: object, steps: tuple[str, ...], *keys: Any) -> None:
        """A statement is about to update what stands at ``path``, such as ``w`` or ``model.w``.
        ``owner`` is the value of the first name, ``steps`` say how to get on from there: ``.w``
        for an attribute, ``[`` for an entry with the next of ``keys``, ``?`` where only the
        script knows."""
        if not self.reported:
            self._begin()
        slots = self._by_path.get(path)
        if slots is None or self._namespace.get(path) is not owner:
            slots = self._find_updated(path, owner, steps, keys)
        if slots and not self._by_hand:
            self._by_hand = True
            for slot in self._guessed:
                self.cells[slot.place] = self._blank[slot.place]
        for slot in slots:
            self._taken.add(slot.place)
            self._take(slot)

    def before_step(self, optimizer: Any) -> None:
        """An optimizer of torch is about to update its parameters."""
        if not self.reported:
            self._begin()
        plan = self._plans.get(id(optimizer))
        found = plan.read() if plan is not None and plan.optimizer is optimizer else None
        if found is None:
            plan = self._plan(optimizer)
            found = [slot.read() for slot in plan.slots]
        assert plan is not None
        for place, numbers in zip(plan.places, found, strict=True):
            # A step without a gradient leaves the parameter alone: it is no update of it.
            if not numbers or numbers[0] is not ABSENT:
                self.cells[place] = numbers

    def _begin(self) -> None:
        self.reported = True
        self._look_again()

    def _take(self, slot: Slot) -> None:
        found = self._read_now(slot)
        # An update without a gradient leaves the parameter alone: it is no update of it.
        if not found or found[0] is not ABSENT:
            self.cells[slot.place] = found

    def _read_now(self, slot: Slot) -> Numbers:
        found = slot.read()
        if self._given and found and found[0] is ABSENT:
            return self._read_given(slot)
        return found

    def _read_given(self, slot: Slot) -> Numbers:
        """The gradient that the script was given of a tensor that keeps none."""
        value = attempt(slot.parameter.value) if slot.parameter else None
        tensor, gradient = self._given.get(id(value), (None, None))
        if value is None or tensor is not value:
            return self._blank[slot.place]
        found: list[float] | None = attempt(lambda: numbers_for(gradient, slot.field))
        return self._blank[slot.place] if found is None else tuple(found)

    # Whose they are -------------------------------------------------------------------

    def _plan(self, optimizer: Any) -> Plan:
        plan = Plan(optimizer)
        if any(id(each) not in self._by_id and learns(each) for each in plan.parameters):
            self._look_again()
        plan.use([self._by_id[id(each)] for each in plan.parameters if id(each) in self._by_id])
        new = {slot.field.name for slot in plan.slots} - self._stepped
        if new:
            self._stepped |= new
            self._free = [slot for slot in self._free if slot.field.name not in new]
            self._find_guessed()
        if len(self._plans) >= _MOST_PLANS:  # an optimizer made anew in each epoch
            self._plans.clear()
        self._plans[id(optimizer)] = plan
        return plan

    def _find_guessed(self) -> None:
        self._guessed = [
            slot
            for slot in self._free
            if slot.parameter and slot.parameter.updated not in self._updated_paths
        ]

    def _find_tensors(self) -> None:
        self._by_id = {
            id(value): slot
            for slot in self._slots
            if slot.parameter is not None
            and not slot.parameter.updated
            and (value := attempt(slot.parameter.value)) is not None
        }

    def _find_updated(
        self, path: str, owner: object, steps: tuple[str, ...], keys: tuple[Any, ...]
    ) -> list[Slot]:
        """What a statement that updates ``path`` by hand updates."""
        slots, known = self._updated(path, owner, steps, keys)
        if not known and path not in self._strange_paths:
            self._look_again()
            slots, known = self._updated(path, owner, steps, keys)
            if not known:
                self._strange_paths.add(path)  # until the next look, which may find it
        by_name = known and not steps and self._namespace.get(path) is owner
        if by_name and all(slot.is_at(path) for slot in slots):
            self._by_path[path] = slots  # the name may have another value the next time
        return slots

    def _updated(
        self, path: str, owner: object, steps: tuple[str, ...], keys: tuple[Any, ...]
    ) -> tuple[list[Slot], bool]:
        """What a statement that updates ``path`` by hand updates, and whether that is all known,
        the places where the gradients are kept included."""
        if self._namespace.get(re.split(r"\W", path, maxsplit=1)[0]) is owner:
            named = [slot for slot in self._slots if slot.is_at(path)]
            exact = [slot for slot in named if slot.field.name == _entry_name(path, keys)]
            if named:
                slots = exact or named
                return slots, not any(slot.lacks_gradient for slot in slots)
        target = _follow(owner, steps, keys)
        if is_tensor(target) or own_value(target) is not None:
            if id(target) not in self._by_id:
                self._find_tensors()  # it may have been made anew
            slot = self._by_id.get(id(target))
            return ([slot], True) if slot else ([], False)
        if shape_of(target) is not None:
            return [], False
        held = self._held_by(target)
        if held:
            return held, True
        # Some of what is held by something else: those whose turn has not come.
        return [slot for slot in self._free if slot.place not in self._taken], False

    def _held_by(self, target: Any, depth: int = 3) -> list[Slot]:
        """Those of the tensors that a list, a tuple or a dict holds."""
        found: list[Slot] = []
        for _, each in entries(target):
            slot = self._by_id.get(id(each)) if is_tensor(each) else None
            if slot is not None:
                found.append(slot)
            elif depth:
                found += self._held_by(each, depth - 1)
        return found


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
        if not is_one_of(type(key), (int, str)):
            return None
        held = _held(target)
        if step == "[" and is_one_of(type(target), (list, tuple, dict)):
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


def _entry_name(path: str, keys: tuple[Any, ...]) -> str:
    """``params['w']`` for the path ``params`` and the key of an entry."""
    return f"{path}[{keys[0]!r}]" if keys and is_one_of(type(keys[0]), (int, str)) else path
