"""What each operation of PyTorch does to a gradient that goes back through it.

The rules are those of calculus; what they need is what the operation has kept for ``backward``.
Source: PyTorch's ``tools/autograd/derivatives.yaml``, which names the same quantities.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdtui.engine.libraries import imported


@dataclass(frozen=True)
class LocalRule:
    """What an operation does to a gradient on one way back.

    Attributes:
        text: in symbols: ``· 2·in``. ``in`` is what the operation was computed from, ``other`` the
            other of two, ``out`` its result.
        factor: the numbers by which the gradient is multiplied; None where it is only moved.
        apply: gives the outgoing gradient for the incoming one, before it is summed up over what
            was broadcast.
    """

    text: str
    factor: Any
    apply: Callable[[Any], Any]


def local_rule(node: Any, number: int) -> LocalRule | None:
    """The rule of a node for its input of a number, counted from 0; None where there is none.

    Raises:
        RuntimeError: the node has let go of what it had kept.
    """
    name = re.sub(r"Backward\d*$", "", type(node).__name__)
    if name in _MOVED:
        return _moved(node, name)
    make = _RULES.get(name)
    return None if make is None else make(_Saved(node), number)


class _Saved:
    """What a node has kept: ``saved.self`` for ``_saved_self``."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def __getattr__(self, name: str) -> Any:
        return getattr(self.node, f"_saved_{name}")


def _times(text: str, factor: Any) -> LocalRule:
    return LocalRule(f"· {text}", factor, lambda incoming: incoming * factor)


def _constant(value: float) -> LocalRule:
    torch: Any = imported("torch")
    text = f"· {value:g}" if value >= 0 else f"· ({value:g})"
    return LocalRule(text, torch.tensor(float(value)), lambda incoming: incoming * value)


def _add(saved: _Saved, number: int) -> LocalRule:
    return _constant(float(saved.alpha) if number else 1.0)


def _sub(saved: _Saved, number: int) -> LocalRule:
    return _constant(-float(saved.alpha) if number else 1.0)


def _rsub(saved: _Saved, number: int) -> LocalRule:
    return _constant(1.0 if number else -float(saved.alpha))


def _mul(saved: _Saved, number: int) -> LocalRule:
    return _times("other", saved.self if number else saved.other)


def _div(saved: _Saved, number: int) -> LocalRule:
    if number:
        return _times("(-other/in²)", -saved.self / saved.other**2)
    return _times("1/other", 1 / saved.other)


def _pow(saved: _Saved, number: int) -> LocalRule:
    if number:
        return _times("out·log(other)", saved.result * saved.self.log())
    power = saved.exponent
    if isinstance(power, int | float):
        text = f"{power:g}·in" if power == 2 else f"{power:g}·in^{power - 1:g}"
    else:
        text = "other·in^(other - 1)"
    return _times(text, power * saved.self ** (power - 1))


def _exp(saved: _Saved, number: int) -> LocalRule:
    return _times("out", saved.result)


def _log(saved: _Saved, number: int) -> LocalRule:
    return _times("1/in", 1 / saved.self)


def _sqrt(saved: _Saved, number: int) -> LocalRule:
    return _times("1/(2·out)", 1 / (2 * saved.result))


def _sigmoid(saved: _Saved, number: int) -> LocalRule:
    return _times("out·(1 - out)", saved.result * (1 - saved.result))


def _tanh(saved: _Saved, number: int) -> LocalRule:
    return _times("(1 - out²)", 1 - saved.result**2)


def _relu(saved: _Saved, number: int) -> LocalRule:
    return _times("(1 where in > 0, else 0)", (saved.result > 0).to(saved.result.dtype))


def _leaky_relu(saved: _Saved, number: int) -> LocalRule:
    torch: Any = imported("torch")
    value, slope = saved.self, float(saved.negative_slope)
    factor = torch.where(value > 0, torch.ones_like(value), torch.full_like(value, slope))
    return _times(f"(1 where in > 0, else {slope:g})", factor)


def _abs(saved: _Saved, number: int) -> LocalRule:
    return _times("sign(in)", saved.self.sgn())


def _clamp(saved: _Saved, number: int) -> LocalRule:
    value, low, high = saved.self, saved.min, saved.max
    inside = value == value
    if low is not None:
        inside = inside & (value >= low)
    if high is not None:
        inside = inside & (value <= high)
    return _times("(1 inside the limits, else 0)", inside.to(value.dtype))


def _sin(saved: _Saved, number: int) -> LocalRule:
    return _times("cos(in)", saved.self.cos())


def _cos(saved: _Saved, number: int) -> LocalRule:
    return _times("(-sin(in))", -saved.self.sin())


def _softplus(saved: _Saved, number: int) -> LocalRule:
    torch: Any = imported("torch")
    return _times("sigmoid(in)", torch.sigmoid(saved.self * saved.beta))


def _softmax(saved: _Saved, number: int) -> LocalRule:
    out, dim = saved.result, _signed(saved.dim)
    return LocalRule(
        "· out, less out times the sum of that",
        out,
        lambda incoming: out * (incoming - (incoming * out).sum(dim, keepdim=True)),
    )


def _log_softmax(saved: _Saved, number: int) -> LocalRule:
    out, dim = saved.result, _signed(saved.dim)
    return LocalRule(
        "less softmax(in) times its sum",
        out.exp(),
        lambda incoming: incoming - out.exp() * incoming.sum(dim, keepdim=True),
    )


def _sum(saved: _Saved, number: int) -> LocalRule:
    sizes = tuple(saved.self_sym_sizes)
    return LocalRule("· 1 for each", None, lambda incoming: _spread(saved, incoming, sizes))


def _mean(saved: _Saved, number: int) -> LocalRule:
    torch: Any = imported("torch")
    sizes = tuple(saved.self_sym_sizes)
    whole = 1
    for each in sizes:
        whole *= int(each)

    def apply(incoming: Any) -> Any:
        return _spread(saved, incoming, sizes) * (incoming.numel() / whole)

    dims = _dims(saved, len(sizes))
    count = whole
    if dims:
        count = 1
        for each in dims:
            count *= int(sizes[each])
    return LocalRule(f"· 1/{count} for each", torch.tensor(1 / count), apply)


def _dims(saved: _Saved, rank: int) -> list[int]:
    try:
        given = saved.dim
    except AttributeError:
        return []
    given = given if isinstance(given, list | tuple) else [] if given is None else [given]
    return [_signed(each) % rank for each in given] if rank else []


def _spread(saved: _Saved, incoming: Any, sizes: tuple[int, ...]) -> Any:
    dims = _dims(saved, len(sizes))
    if dims and incoming.dim() < len(sizes):
        for each in sorted(dims):
            incoming = incoming.unsqueeze(each)
    return incoming.expand(sizes)


def _signed(number: int) -> int:
    """A dimension, which PyTorch keeps as an unsigned number."""
    return number - 2**64 if number >= 2**63 else number


def _mm(saved: _Saved, number: int) -> LocalRule:
    if number:
        left = saved.self
        return LocalRule("otherᵀ @ it", left, lambda incoming: left.t() @ incoming)
    right = saved.mat2
    return LocalRule("@ otherᵀ", right, lambda incoming: incoming @ right.t())


def _addmm(saved: _Saved, number: int) -> LocalRule:
    if number == 0:
        return _constant(float(saved.beta))
    if number == 2:
        left = saved.mat1
        return LocalRule("otherᵀ @ it", left, lambda incoming: left.t() @ incoming)
    right = saved.mat2
    return LocalRule("@ otherᵀ", right, lambda incoming: incoming @ right.t())


def _mv(saved: _Saved, number: int) -> LocalRule:
    if number:
        left = saved.self
        return LocalRule("otherᵀ @ it", left, lambda incoming: left.t() @ incoming)
    right = saved.vec
    return LocalRule("⊗ other", right, lambda incoming: incoming.outer(right))


def _dot(saved: _Saved, number: int) -> LocalRule:
    return _times("other", saved.self if number else saved.tensor)


def _bmm(saved: _Saved, number: int) -> LocalRule:
    if number:
        left = saved.self
        return LocalRule("otherᵀ @ it", left, lambda incoming: left.transpose(1, 2) @ incoming)
    right = saved.mat2
    return LocalRule("@ otherᵀ", right, lambda incoming: incoming @ right.transpose(1, 2))


def _reduced(saved: _Saved, count: int) -> tuple[float, str]:
    """What a loss divides by: its ``reduction`` is 0 for none, 1 for the mean and 2 for a sum."""
    return (1 / count, f"/{count}") if saved.reduction == 1 else (1.0, "")


def _mse(saved: _Saved, number: int) -> LocalRule:
    error = saved.self - saved.target
    share, text = _reduced(saved, error.numel())
    sign = -2 if number else 2
    return _times(f"{'(-2)' if number else '2'}·(in - target){text}", sign * share * error)


def _bce(saved: _Saved, number: int) -> LocalRule | None:
    if number:
        return None
    out, target = saved.self, saved.target
    share, text = _reduced(saved, out.numel())
    return _times(f"(in - target)/(in·(1 - in)){text}", share * (out - target) / (out * (1 - out)))


def _bce_logits(saved: _Saved, number: int) -> LocalRule | None:
    if number:
        return None
    value, target = saved.self, saved.target
    share, text = _reduced(saved, value.numel())
    return _times(f"(sigmoid(in) - target){text}", share * (value.sigmoid() - target))


def _nll(saved: _Saved, number: int) -> LocalRule:
    torch: Any = imported("torch")
    value, target = saved.self, saved.target
    share, text = _reduced(saved, target.numel())
    chosen = torch.zeros_like(value).scatter(-1, target.unsqueeze(-1), 1.0)
    return _times(f"(-1 at the target, else 0){text}", -share * chosen)


def _select_largest(saved: _Saved, number: int) -> LocalRule:
    value = saved.self
    chosen = (value == value.max()).to(value.dtype)
    chosen = chosen / chosen.sum()
    return _times("(1 at the largest, else 0)", chosen)


def _select_least(saved: _Saved, number: int) -> LocalRule:
    value = saved.self
    chosen = (value == value.min()).to(value.dtype)
    chosen = chosen / chosen.sum()
    return _times("(1 at the least, else 0)", chosen)


_MOVED = {
    "T": "turned round",
    "Transpose": "turned round",
    "Permute": "turned round",
    "View": "in the shape before",
    "UnsafeView": "in the shape before",
    "ReshapeAlias": "in the shape before",
    "Squeeze": "in the shape before",
    "Unsqueeze": "in the shape before",
    "Clone": "as it is",
    "Alias": "as it is",
    "ToCopy": "as it is",
    "Expand": "as it is",
    "Select": "at its place, else 0",
    "Slice": "at its place, else 0",
    "Index": "at its place, else 0",
    "Gather": "at its place, else 0",
}
"""Operations that only move numbers, and what becomes of a gradient there."""


def _moved(node: Any, name: str) -> LocalRule:
    def apply(incoming: Any) -> Any:
        # PyTorch's own function is asked to move it; that it moves nothing else is its meaning.
        result = node(incoming)
        return result[0] if isinstance(result, tuple) else result

    return LocalRule(_MOVED[name], None, apply)


_RULES: dict[str, Callable[[_Saved, int], LocalRule | None]] = {
    "Abs": _abs,
    "Add": _add,
    "Addmm": _addmm,
    "BinaryCrossEntropy": _bce,
    "BinaryCrossEntropyWithLogits": _bce_logits,
    "Bmm": _bmm,
    "Clamp": _clamp,
    "ClampMin": _clamp,
    "Cos": _cos,
    "Div": _div,
    "Dot": _dot,
    "Exp": _exp,
    "LeakyRelu": _leaky_relu,
    "Log": _log,
    "LogSoftmax": _log_softmax,
    "Max": _select_largest,
    "Mean": _mean,
    "Min": _select_least,
    "Mm": _mm,
    "MseLoss": _mse,
    "Mul": _mul,
    "Mv": _mv,
    "Neg": lambda saved, number: _constant(-1.0),
    "NllLoss": _nll,
    "Pow": _pow,
    "Relu": _relu,
    "Rsub": _rsub,
    "Sigmoid": _sigmoid,
    "Sin": _sin,
    "Softmax": _softmax,
    "Softplus": _softplus,
    "Sqrt": _sqrt,
    "Sub": _sub,
    "Sum": _sum,
    "Tanh": _tanh,
}
