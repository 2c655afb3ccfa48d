"""Mini-batches as a setting: a script that takes all samples at once, in batches instead.

The setting ``batch_size`` is None as long as the text knows no batches. A number puts them there::

    torch.manual_seed(batch_seed)
    for epoch in range(epochs):
        # A batch at a time, in a new order each epoch.
        for batch in torch.randperm(len(x)).split(batch_size):
            y_pred = model(x[batch])
            loss = criterion(y_pred, y[batch])
            ...

From then on ``batch_size`` and ``batch_seed`` are literals of the text like others.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from gdtui.engine.errors import SettingError
from gdtui.engine.script.loop import Phase, TrainingLoop
from gdtui.engine.script.settings import Setting, shown, split_lines
from gdtui.engine.script.syntax import names, stored_names

BATCH_SIZE, BATCH_SEED = "batch_size", "batch_seed"

_COMMENT = "how many samples one update looks at; None looks at all of them"
_TRAINS = (Phase.PREDICT, Phase.LOSS, Phase.GRADIENT, Phase.UPDATE, Phase.ZERO)
_INDENT = "    "


@dataclass(frozen=True)
class BatchSetting(Setting):
    """The size of batches that a text does not have yet.

    Attributes:
        place: where they would go.
    """

    place: BatchPlace | None = field(default=None, compare=False, repr=False)

    @property
    def allowed(self) -> str:
        """What this setting takes, in words."""
        return "None or a whole number of samples from 1"

    def check(self, value: object) -> object:
        """The value as it is; None and whole numbers from 1 are.

        Raises:
            SettingError: it is another one.
        """
        if value is None or (type(value) is int and value >= 1):
            return value
        raise SettingError(
            f"setting {self.name}: {shown(value)} is not allowed; it takes {self.allowed}"
        )


@dataclass(frozen=True)
class BatchPlace:
    """Where batches go in a script.

    Attributes:
        loop: the training loop.
        train: its statements that train, which follow one another.
        uses: the names of inputs and targets where they are used.
        inputs: the name of the inputs.
        setting_line: the line, from 0, before which new settings stand.
    """

    loop: ast.For
    train: Sequence[ast.stmt]
    uses: Sequence[ast.Name]
    inputs: str
    setting_line: int


def find_batch_setting(
    tree: ast.Module, loop: TrainingLoop, settings: Collection[Setting], *, has_optimizer: bool
) -> BatchSetting | None:
    """The setting of a script that predicts from a name, computes the loss from the prediction and
    another name, and updates by an optimizer of PyTorch; None for any other script."""
    known = {each.name: each for each in settings}
    place = _place(tree, loop, known) if has_optimizer and BATCH_SIZE not in known else None
    if place is None:
        return None
    after = known["epochs"]
    return BatchSetting(
        name=BATCH_SIZE,
        value=None,
        line=after.line,
        comment=_COMMENT,
        start=after.end,
        end=after.end,
        place=place,
    )


def with_batches(text: str, place: BatchPlace, size: object) -> str:
    """The text with batches of ``size`` samples."""
    lines = split_lines(text)
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    for use in sorted(place.uses, key=lambda each: (-each.lineno, -each.col_offset)):
        # Columns of a syntax tree count bytes.
        line = lines[use.lineno - 1].encode()
        cut = use.end_col_offset or 0
        lines[use.lineno - 1] = (line[:cut] + b"[batch]" + line[cut:]).decode()
    first, last = place.train[0], place.train[-1]
    indent = lines[first.lineno - 1][: first.col_offset]
    start = place.loop.iter.end_lineno or place.loop.lineno
    stop = last.end_lineno or last.lineno
    for number in range(start, stop):
        if lines[number].strip():
            lines[number] = _INDENT + lines[number]
    outer = lines[place.loop.lineno - 1][: place.loop.col_offset]
    lines[start:start] = [
        f"{indent}# A batch at a time, in a new order each epoch.{end}",
        f"{indent}for batch in torch.randperm(len({place.inputs})).split({BATCH_SIZE}):{end}",
    ]
    at = place.loop.lineno - 1
    lines[at:at] = [f"{outer}torch.manual_seed({BATCH_SEED}){end}"]
    lines[place.setting_line : place.setting_line] = [
        f"{BATCH_SIZE} = {size!r}  # how many samples one update looks at{end}",
        f"{BATCH_SEED} = 0  # the order of the samples, the same for the same number{end}",
    ]
    return "".join(lines)


def _place(tree: ast.Module, loop: TrainingLoop, settings: dict[str, Setting]) -> BatchPlace | None:
    node = loop.node
    is_plain = isinstance(node, ast.For) and loop.function is None and not loop.path
    has_samples = {"inputs", "targets"} <= stored_names(tree)
    if not is_plain or not has_samples or "epochs" not in settings:
        return None
    assert isinstance(node, ast.For)
    train = [each for each in node.body if loop.phase(each) in _TRAINS]
    predict, loss = (
        [each for each in train if loop.phase(each) is phase]
        for phase in (Phase.PREDICT, Phase.LOSS)
    )
    if len(predict) != 1 or len(loss) != 1 or node.body[: len(train)] != train:
        return None
    inputs, targets = _argument(predict[0]), _argument(loss[0])
    if inputs is None or targets is None or inputs.id in stored_names(node):
        return None
    if "batch" in names(tree) | stored_names(tree) or not _imports_torch(tree):
        return None
    return BatchPlace(node, train, (inputs, targets), inputs.id, settings["epochs"].line - 1)


def _argument(node: ast.stmt) -> ast.Name | None:
    """The last argument of ``name = call(..., argument)``, if it is a name."""
    value = node.value if isinstance(node, ast.Assign) else None
    if not isinstance(value, ast.Call) or not value.args or value.keywords:
        return None
    last = value.args[-1]
    return last if isinstance(last, ast.Name) else None


def _imports_torch(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Import)
        and any((each.name, each.asname) == ("torch", None) for each in node.names)
        for node in tree.body
    )
