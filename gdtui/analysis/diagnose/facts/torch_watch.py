"""Writes down what a script does with torch: its operations, gradients, and optimizers.

Source: ``torch.overrides.TorchFunctionMode``, and the hooks of ``torch.optim.Optimizer``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gdtui.analysis.diagnose.facts.events import (
    Backward,
    Cleared,
    Clipped,
    Created,
    Op,
    Spot,
    Step,
    Stepped,
)
from gdtui.analysis.diagnose.facts.log import Log
from gdtui.analysis.diagnose.facts.tensors import (
    copy_of,
    graph_of,
    is_empty,
    is_tensor,
    largest_curvature,
    tensors_in,
)
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported

_PROPERTIES = ("grad", "data", "T", "mT", "H", "mH", "requires_grad")
_LEAVES_TORCH = ("item", "tolist", "numpy", "__float__", "__int__", "__array__", "__format__")
"""What gives a value that is no tensor, and is written down all the same."""

_OURS = str(Path(__file__).parents[3]) + os.sep

_FIRST = 2

_CLIPS = ("clip_grad_norm_", "clip_grad_value_")


class TorchWatch:
    """Watches torch while a script runs.

    Attributes:
        log: where it writes.
    """

    def __init__(self, log: Log, *, asks_curvature: bool = False) -> None:
        """With ``asks_curvature`` the largest curvature of every loss is computed, and else only
        that of the first ones."""
        self.log = log
        self._asks_curvature = asks_curvature
        self._undo: list[Callable[[], object]] = []
        # The leaves that are known, by their own identity and by that of their memory.
        self._leaves: dict[int, Any] = {}
        self._memory: dict[int, Any] = {}
        # The gradient that an update has used last, with its version, by the leaf's identity.
        self._used: dict[int, tuple[Any, int]] = {}
        self._sent = 0

    # While the script runs ------------------------------------------------------------

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts, torch is watched, from its start or from :meth:`install` on."""
        try:
            self.install()
            yield
        finally:
            for undo in reversed(self._undo):
                undo()
            self._undo.clear()

    def install(self) -> None:
        """Watch torch from now on, if it is loaded and not yet watched."""
        torch = imported("torch")
        if self._undo or torch is None:
            return
        overrides, optim = imported("torch.overrides"), imported("torch.optim.optimizer")
        if overrides is None or optim is None:
            return
        mode = type(
            "Watching",
            (overrides.TorchFunctionMode,),
            {"__torch_function__": lambda mode, *given, **named: self._see(*given, **named)},
        )()
        mode.__enter__()
        self._undo.append(lambda: _leave(mode, overrides))
        before = optim.register_optimizer_step_pre_hook(self._before_step)
        after = optim.register_optimizer_step_post_hook(self._after_step)
        self._undo += [before.remove, after.remove]
        self._undo.append(_wrapped(optim.Optimizer, "__init__", self._created))
        scheduler = imported("torch.optim.lr_scheduler")
        if scheduler is not None:
            self._undo.append(_wrapped(scheduler.LRScheduler, "_update_lr", self._rates_changed))

    # What happens ---------------------------------------------------------------------

    def _see(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if not self.log.is_on:
            return func(*args, **named)
        name = _name_of(func)
        if not name:
            return func(*args, **named)
        spots, _, inside = self.log.spots(2)
        if not spots or _is_of_engine(inside):
            return func(*args, **named)
        if _is_inside(inside, "optim", "zero_grad") or (
            (name == "grad.set" and is_empty(args[1])) or name in ("zero_", "_foreach_zero_")
        ):
            self._note_clearing(name, args, spots)
        if _is_inside(inside, "optim"):
            return func(*args, **named)
        if any(each.rpartition(":")[2] in _CLIPS for each in inside):
            if not (self.log.events and type(self.log.events[-1]) is Clipped):
                self.log.add(Clipped, spots)
            return func(*args, **named)
        if name == "backward":
            return self._backward(func, args, named, spots)
        return self._operation(name, func, args, named, spots)

    def _operation(
        self, name: str, func: Any, args: Any, named: dict[str, Any], spots: tuple[Spot, ...]
    ) -> Any:
        torch = imported("torch")
        inputs = tuple(tensors_in([*args, *named.values()]))
        facts: dict[str, Any] = {
            "name": name,
            "inputs": inputs,
            "graded": tuple(each.requires_grad for each in inputs),
            "numbers": tuple(
                float(each) for each in args if type(each) in (int, float) and abs(each) < 1e300
            ),
            "flags": tuple(each for each in args if type(each) is bool),
            "options": {key: each for key, each in named.items() if not is_tensor(each)},
            "recorded": torch.is_grad_enabled(),
        }
        if inputs and _changes(name):
            leaf = self._leaf_behind(inputs[0])
            if leaf is not None:
                facts |= {"leaf": leaf, "before": copy_of(leaf)}
        try:
            result = func(*args, **named)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            self.log.add(Op, spots, **facts, error=said)
            if name == "grad" and inputs:
                self._failed_to_ask(inputs[0], spots, said)
            raise
        outputs = tuple(tensors_in([result]))
        if not outputs and name not in _LEAVES_TORCH and not name.endswith((".set", ".get")):
            return result
        facts["outputs"], facts["output"] = outputs, outputs[0] if outputs else None
        notes = [_note_of(each) for each in outputs]
        facts["nodes"] = tuple(each for each in notes if each is not None)
        facts["gives_graph"] = any(each.requires_grad for each in outputs)
        if type(result) in (int, float):
            facts["result"] = float(result)
        if facts.get("leaf") is not None:
            self._note_use(facts["leaf"])
        self.log.keep(sum(_size(each) for each in outputs if each._base is None))
        self.log.add(Op, spots, **facts)
        return result

    def _backward(self, func: Any, args: Any, named: dict[str, Any], spots: Any) -> Any:
        roots = list(tensors_in([*args, *named.values()]))
        root = roots[0]
        nodes, leaves = graph_of(root)
        for leaf in leaves:
            self._know(leaf)
        value = float(root.detach()) if root.numel() == 1 else math.nan
        curvature = None
        if (self._asks_curvature or self._sent < _FIRST) and value == value:
            curvature = largest_curvature(root, leaves)
        self._sent += 1
        facts: dict[str, Any] = {
            "root": root,
            "value": value,
            "nodes": nodes,
            "leaves": leaves,
            "retains": bool(named.get("retain_graph")),
            "unused": tuple(
                each for each in leaves if not self._is_used(each) and not is_empty(each.grad)
            ),
            "leftover": tuple(
                each for each in leaves if self._is_used(each) and not is_empty(each.grad)
            ),
            "curvature": curvature,
            "recorded": True,
        }
        error = ""
        try:
            return func(*args, **named)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
            raise
        finally:
            facts["gradients"] = tuple(copy_of(each.grad) for each in leaves)
            self.log.keep(sum(_size(each) for each in leaves))
            self.log.add(Backward, spots, **facts, error=error)

    def _failed_to_ask(self, root: Any, spots: tuple[Spot, ...], error: str) -> None:
        """``torch.autograd.grad`` has raised something: that is written down as a loss that was
        sent back, since the causes are the same."""
        nodes, leaves = graph_of(root)
        gradients = (None,) * len(leaves)
        facts = {"root": root, "nodes": nodes, "leaves": leaves, "gradients": gradients}
        self.log.add(Backward, spots, **facts, error=error)

    def _before_step(self, optimizer: Any, given: Any, named: Any) -> None:
        if not self.log.is_on:
            return
        spots, _, _ = self.log.spots(1)
        parameters = _held_by(optimizer)
        empty = tuple(each for each in parameters if is_empty(each.grad))
        without = {id(each) for each in empty}
        filled = tuple(each for each in parameters if id(each) not in without)
        by_closure = len(given) > 1 or bool(named)
        self.log.add(
            Step, spots, optimizer=optimizer, filled=filled, empty=empty, by_closure=by_closure
        )

    def _after_step(self, optimizer: Any, given: Any, named: Any) -> None:
        for each in _held_by(optimizer):
            self._know(each)
            self._note_use(each)

    def _created(self, optimizer: Any) -> None:
        if self.log.is_on:
            spots, _, _ = self.log.spots(2)
            parameters = _held_by(optimizer)
            for each in parameters:
                self._know(each)
            self.log.add(Created, spots, optimizer=optimizer, parameters=parameters)

    def _rates_changed(self, scheduler: Any) -> None:
        if self.log.is_on:
            spots, _, inside = self.log.spots(2)
            if not any(each.endswith(":_initial_step") for each in inside):
                optimizer = getattr(scheduler, "optimizer", None)
                self.log.add(Stepped, spots, optimizer=optimizer, scheduler=scheduler)

    # Leaves and their gradients -------------------------------------------------------

    def _know(self, leaf: Any) -> None:
        self._leaves[id(leaf)] = leaf
        self._memory[leaf.data_ptr()] = leaf

    def _leaf_behind(self, tensor: Any) -> Any:
        """The leaf whose values a tensor has; None for none."""
        if tensor.is_leaf and tensor.requires_grad:
            self._know(tensor)
            return tensor
        if tensor.requires_grad or tensor.is_sparse:
            return None
        return self._memory.get(tensor.data_ptr())

    def _note_use(self, leaf: Any) -> None:
        if leaf.grad is not None:
            self._used[id(leaf)] = leaf.grad, leaf.grad._version

    def _is_used(self, leaf: Any) -> bool:
        used = self._used.get(id(leaf))
        return used is not None and used[0] is leaf.grad and used[1] == leaf.grad._version

    def _note_clearing(self, name: str, args: Any, spots: tuple[Spot, ...]) -> None:
        if name == "grad.set":
            cleared = [args[0]]
        elif name in ("zero_", "_foreach_zero_"):
            gradients = {id(each.grad): each for each in self._leaves.values()}
            cleared = [gradients[id(each)] for each in tensors_in(args) if id(each) in gradients]
        else:
            return
        cleared = [each for each in cleared if not is_empty(each.grad)]
        if not cleared:
            return
        last = self.log.events[-1] if self.log.events else None
        if type(last) is Cleared and last.spots == spots:
            last.leaves += tuple(cleared)
        else:
            self.log.add(Cleared, spots, leaves=tuple(cleared))


def _note_of(tensor: Any) -> Any:
    """Autograd's note on a tensor; None for none. Of a view that was made and changed without
    recording, as in an initialisation, PyTorch refuses to say."""
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


def _held_by(optimizer: Any) -> tuple[Any, ...]:
    return tuple(each for group in optimizer.param_groups for each in group["params"])


def _name_of(func: Any) -> str:
    """The name of a function of torch; empty for one that does not matter here."""
    name = getattr(func, "__name__", "")
    if name in ("__get__", "__set__"):
        held = getattr(getattr(func, "__self__", None), "__name__", "")
        kind = "get" if name == "__get__" else "set"
        return f"{held}.{kind}" if held in _PROPERTIES else ""
    return name if type(name) is str else ""


def _changes(name: str) -> bool:
    """Whether a function changes its first argument."""
    return name in ("__setitem__", "data.set") or (name.endswith("_") and not name.endswith("__"))


def _is_inside(inside: list[str], folder: str, function: str = "") -> bool:
    """Whether a call came by way of a file in a folder of torch, and of a function there."""
    for each in inside:
        file, _, name = each.rpartition(":")
        parts = file.replace("\\", "/").split("/")
        if "torch" in parts and folder in parts and (not function or name == function):
            return True
    return False


def _is_of_engine(inside: list[str]) -> bool:
    """Whether it is gdtui that reads, to record a quantity."""
    return (
        bool(inside)
        and inside[0].startswith((_OURS, "<gdtui>"))
        and not inside[0].endswith(":difference")
    )


def _size(tensor: Any) -> int:
    return 0 if tensor.is_sparse else int(tensor.numel()) * int(tensor.element_size())


def _wrapped(holder: Any, name: str, heard: Callable[[Any], object]) -> Callable[[], object]:
    """Let ``heard`` get the object of each call of a method, after it. Returns what undoes it."""
    method = vars(holder).get(name)
    if not is_a(method, type(_size)):
        return lambda: None

    def calling(self: Any, *given: Any, **named: Any) -> Any:
        result = method(self, *given, **named)  # type: ignore[operator,unused-ignore]
        heard(self)
        return result

    calling.__name__ = name
    calling.__wrapped__ = method  # type: ignore[attr-defined]
    setattr(holder, name, calling)
    return lambda: setattr(holder, name, method)


def _leave(mode: Any, overrides: Any) -> None:
    """Take a mode away, wherever it stands among those that are on."""
    above = []
    while stack := overrides._get_current_function_mode_stack():
        top = overrides._pop_mode()
        if top is mode:
            break
        above.append(top)
        del stack
    for each in reversed(above):
        overrides._push_mode(each)
