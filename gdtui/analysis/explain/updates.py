"""How an update changed a number, as formulas whose result is verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from gdtui.analysis.numerals import SHORT, Numerals

_FLOAT32 = float(np.finfo(np.float32).eps)
_FLOAT64 = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Formula:
    """An equation in several lines.

    Attributes:
        left: the left side.
        rights: the right sides: symbols, then numbers, then the result.
    """

    left: str
    rights: tuple[str, ...]

    def __str__(self) -> str:
        return " = ".join((self.left, *self.rights))


@dataclass(frozen=True)
class Update:
    """One number of a parameter, before and after an update.

    Attributes:
        name: the parameter, with an index if it has many numbers.
        old, new: its value before and after.
        gradient: the gradient that the update used; None if unknown.
        gradient_name: the script's name for it.
        rate: the learning rate; None if unknown.
        rate_name: the script's name for it.
    """

    name: str
    old: float
    new: float
    gradient: float | None
    gradient_name: str
    rate: float | None
    rate_name: str


def explain_update(
    update: Update,
    optimizer: str = "",
    options: Mapping[str, object] | None = None,
    kept: Mapping[str, float] | None = None,
    keeps: Mapping[str, float] | None = None,
    write: Numerals = SHORT,
) -> tuple[Formula, ...]:
    """The formulas of an update, with its numbers.

    A rule appears only if its result is the new value, within float32 rounding. Otherwise the
    formulas show the state of the optimizer, then the old and the new value.

    Args:
        update: the number that changed.
        optimizer: the class of the optimizer, such as ``Adam``; empty without an optimizer.
        options: the optimizer's options, by their names in PyTorch.
        kept: the state of the optimizer for the number before the update.
        keeps: the state after it.
        write: writes the numbers.

    Source: the algorithms in PyTorch's documentation of ``torch.optim.SGD``, ``Adam``, ``AdamW``
    and ``RMSprop``.
    """
    rule = _RULES.get(optimizer)
    if update.gradient is not None and update.rate is not None and rule is not None:
        case = _UpdateCase(update, options or {}, kept or {}, keeps or {}, write)
        formulas, result = rule(case)
        if formulas and _is_close(result, update):
            return formulas
    change = update.new - update.old
    sign = "+" if change >= 0 else "-"
    plain = Formula(
        update.name,
        (f"{write(update.old)} {sign} {write(abs(change))}", write(update.new)),
    )
    return (*_states(keeps or {}, write), plain)


@dataclass(frozen=True)
class _UpdateCase:
    update: Update
    options: Mapping[str, object]
    kept: Mapping[str, float]
    keeps: Mapping[str, float]
    write: Numerals

    def option(self, name: str) -> float:
        value = self.options.get(name, 0.0)
        return float(value) if isinstance(value, int | float) else 0.0

    @property
    def gradient(self) -> float:
        return self.update.gradient or 0.0

    @property
    def rate(self) -> float:
        return self.update.rate or 0.0


Explained = tuple[tuple[Formula, ...], float]


def _plain(case: _UpdateCase) -> Explained:
    """``w - learning_rate * gradient``, or with a plus if the script adds."""
    update, write, factor = case.update, case.write, case.write.factor
    down = update.old - case.rate * case.gradient
    up = update.old + case.rate * case.gradient
    sign, result = ("-", down) if _is_close(down, update) else ("+", up)
    formula = Formula(
        update.name,
        (
            f"{update.name} {sign} {update.rate_name}·{update.gradient_name}",
            f"{write(update.old)} {sign} {factor(case.rate)}·{factor(case.gradient)}",
            write(update.new),
        ),
    )
    return (formula,), result


def _sgd(case: _UpdateCase) -> Explained:
    update, write, factor = case.update, case.write, case.write.factor
    momentum, decay = case.option("momentum"), case.option("weight_decay")
    if not momentum and not decay and not case.options.get("maximize"):
        return _plain(case)
    sign = "+" if case.options.get("maximize") else "-"
    gradient, step_name, formulas = case.gradient, update.gradient_name, []
    if sign == "+":
        gradient = -gradient
        sign = "-"
        formulas.append(Formula("g", (f"-{update.gradient_name}", write(gradient))))
        step_name = "g"
    if decay:
        whole = gradient + decay * update.old
        formulas.append(
            Formula(
                "g",
                (
                    f"{step_name} + weight_decay·{update.name}",
                    f"{write(gradient)} + {write(decay)}·{factor(update.old)}",
                    write(whole),
                ),
            )
        )
        gradient, step_name = whole, "g"
    if momentum:
        buffer = gradient
        if "momentum_buffer" in case.kept:
            damped = 1 - case.option("dampening")
            before = case.kept["momentum_buffer"]
            buffer = momentum * before + damped * gradient
            share = "" if damped == 1 else f"{write(damped)}·"
            formulas.append(
                Formula(
                    "v",
                    (
                        f"momentum·v + {share}{step_name}",
                        f"{write(momentum)}·{factor(before)} + {share}{factor(gradient)}",
                        write(buffer),
                    ),
                )
            )
        else:
            formulas.append(Formula("v", (f"{step_name}, at first", write(buffer))))
        if case.options.get("nesterov"):
            ahead = gradient + momentum * buffer
            formulas.append(
                Formula(
                    "n",
                    (
                        f"{step_name} + momentum·v",
                        f"{write(gradient)} + {write(momentum)}·{factor(buffer)}",
                        write(ahead),
                    ),
                )
            )
            gradient, step_name = ahead, "n"
        else:
            gradient, step_name = buffer, "v"
    formulas.append(
        Formula(
            update.name,
            (
                f"{update.name} - {update.rate_name}·{step_name}",
                f"{write(update.old)} - {write(case.rate)}·{factor(gradient)}",
                write(update.new),
            ),
        )
    )
    return tuple(formulas), update.old - case.rate * gradient


def _adam(case: _UpdateCase, *, decoupled: bool = False) -> Explained:
    update, gradient, old = case.update, case.gradient, case.update.old
    write, factor = case.write, case.write.factor
    betas = case.options.get("betas")
    if not isinstance(betas, tuple) or len(betas) != 2 or case.options.get("amsgrad"):
        return (), 0.0
    first, second = (float(each) for each in betas)
    decay, epsilon = case.option("weight_decay"), case.option("eps")
    steps = case.keeps.get("step", 0.0)
    if not steps or case.options.get("maximize"):
        return (), 0.0
    formulas, name = [], update.gradient_name
    if decay and (decoupled or case.options.get("decoupled_weight_decay")):
        shrunk = old * (1 - case.rate * decay)
        formulas.append(
            Formula(
                update.name,
                (
                    f"{update.name}·(1 - {update.rate_name}·weight_decay)",
                    f"{write(old)}·(1 - {write(case.rate)}·{write(decay)})",
                    write(shrunk),
                ),
            )
        )
        old = shrunk
    elif decay:
        whole = gradient + decay * old
        formulas.append(
            Formula(
                "g",
                (
                    f"{name} + weight_decay·{update.name}",
                    f"{write(gradient)} + {write(decay)}·{factor(old)}",
                    write(whole),
                ),
            )
        )
        gradient, name = whole, "g"
    m_before, v_before = case.kept.get("exp_avg", 0.0), case.kept.get("exp_avg_sq", 0.0)
    m = first * m_before + (1 - first) * gradient
    v = second * v_before + (1 - second) * gradient**2
    m_hat, v_hat = m / (1 - first**steps), v / (1 - second**steps)
    result = old - case.rate * m_hat / (np.sqrt(v_hat) + epsilon)
    power = f"^{steps:.0f}"
    formulas += [
        Formula(
            "m",
            (
                f"β1·m + (1 - β1)·{name}",
                f"{write(first)}·{factor(m_before)} + {write(1 - first)}·{factor(gradient)}",
                write(m),
            ),
        ),
        Formula(
            "v",
            (
                f"β2·v + (1 - β2)·{name}²",
                f"{write(second)}·{factor(v_before)} + {write(1 - second)}·{factor(gradient)}²",
                write(v),
            ),
        ),
        Formula("m̂", (f"m / (1 - β1{power})", write(m_hat))),
        Formula("v̂", (f"v / (1 - β2{power})", write(v_hat))),
        Formula(
            update.name,
            (
                f"{update.name} - {update.rate_name}·m̂ / (√v̂ + eps)",
                f"{write(old)} - {write(case.rate)}·{factor(m_hat)} / "
                f"({write(float(np.sqrt(v_hat)))} + {write(epsilon)})",
                write(update.new),
            ),
        ),
    ]
    return tuple(formulas), float(result)


def _adamw(case: _UpdateCase) -> Explained:
    return _adam(case, decoupled=True)


def _rmsprop(case: _UpdateCase) -> Explained:
    update, write, factor = case.update, case.write, case.write.factor
    others = ("momentum", "weight_decay", "centered", "maximize")
    if any(case.options.get(each) for each in others) or not case.keeps.get("step"):
        return (), 0.0
    kept, epsilon = case.option("alpha"), case.option("eps")
    before = case.kept.get("square_avg", 0.0)
    average = kept * before + (1 - kept) * case.gradient**2
    root = float(np.sqrt(average))
    result = update.old - case.rate * case.gradient / (root + epsilon)
    formulas = (
        Formula(
            "v",
            (
                f"alpha·v + (1 - alpha)·{update.gradient_name}²",
                f"{write(kept)}·{factor(before)} + {write(1 - kept)}·{factor(case.gradient)}²",
                write(average),
            ),
        ),
        Formula(
            update.name,
            (
                f"{update.name} - {update.rate_name}·{update.gradient_name} / (√v + eps)",
                f"{write(update.old)} - {write(case.rate)}·{factor(case.gradient)} / "
                f"({write(root)} + {write(epsilon)})",
                write(update.new),
            ),
        ),
    )
    return formulas, result


_RULES: dict[str, Callable[[_UpdateCase], Explained]] = {
    "": _plain,
    "SGD": _sgd,
    "Adam": _adam,
    "AdamW": _adamw,
    "RMSprop": _rmsprop,
}


def _states(keeps: Mapping[str, float], write: Numerals) -> tuple[Formula, ...]:
    return tuple(Formula(name, (write(value),)) for name, value in keeps.items())


def _is_close(result: float, update: Update) -> bool:
    """Whether a result equals the new value within float32 rounding, or within float64 rounding if
    the script computes in float64."""
    old, new = update.old, update.new
    if not (isfinite(result) and isfinite(new)):
        return result == new
    with np.errstate(all="ignore"):
        unit = _FLOAT32 if all(float(np.float32(each)) == each for each in (old, new)) else _FLOAT64
    allowed = 1e-5 * abs(new - old) + 4 * unit * max(abs(old), abs(new))
    return bool(abs(result - new) <= allowed)
