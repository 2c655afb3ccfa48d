"""The texts of the twelve scripts with a bug, made once more from those without."""

from __future__ import annotations

from torch_oracle import line, script

_EMPTIED = """        w -= learning_rate * w.grad

    # Empty w.grad, or the next backward()
    # would add its slope to this one.
    w.grad.zero_()

"""
_UNDER_NO_GRAD = """, hence no_grad:
    # so a leaf such as w may be changed.
    with torch.no_grad():
        w -= learning_rate * w.grad
"""
_IN_THE_LOOP = """for epoch in range(epochs):
    y_pred = predict(x)
"""
_BEFORE_THE_LOOP = """# The samples stay the same in all epochs.
y_pred = predict(x)

for epoch in range(epochs):  # once through all samples
"""

_STEP_AND_EMPTY = """    # Changes w by w.grad, under no_grad.
    optimizer.step()

    # Empties w.grad. PyTorch sets it to
    # None, which means the same as zero.
    optimizer.zero_grad()
"""
_EMPTY_AND_STEP = """    # Empties w.grad. PyTorch sets it to
    # None, which means the same as zero.
    optimizer.zero_grad()

    # Changes w by w.grad, under no_grad.
    optimizer.step()
"""
_OF_PROBABILITIES = """    # nn.BCEWithLogitsLoss, which takes z itself, also keeps its slope where the
    # sigmoid of z rounds to 0 or 1.
    cross_entropy = nn.BCELoss()
"""
_OF_LOGITS = """    # It also keeps its slope where the sigmoid of z rounds to 0 or 1.
    cross_entropy = nn.BCEWithLogitsLoss()
"""

TEXTS = {
    "b1": script("autograd", (_EMPTIED, "        w -= learning_rate * w.grad\n")),
    "b2": script("autograd", ("w -= learning_rate", "w += learning_rate")),
    "b3": script("autograd", ("** 2).mean()", "** 2).sum()")),
    "b4": script("autograd", (_UNDER_NO_GRAD, ".\n    w -= learning_rate * w.grad\n")),
    "b5": script("optimizer", ("learning_rate = 0.01", "learning_rate = 0.14")),
    "b6": script("autograd", ("y_pred = predict(x)", "y_pred = predict(x).detach()")),
    "b7": script("optimizer", (_IN_THE_LOOP, _BEFORE_THE_LOOP)),
    "b8": script(
        "model", ("targets, dtype=torch.float32).reshape(-1, 1)", "targets, dtype=torch.float32)")
    ),
    "b9": script("optimizer", (_STEP_AND_EMPTY, _EMPTY_AND_STEP)),
    "b10": script(
        "manual",
        ("targets = [2, 4, 6, 8]", "targets = [4, 4, 6, 7]"),
        ("learning_rate = 0.01", "learning_rate = 0.05"),
        ("epochs = 10 ", "epochs = 60 "),
        ('reduction = "sum"', 'reduction = "mean"'),
        ("per_sample = 2 * x * (y_pred - y)", "per_sample = 2 * (y_pred - y)"),
    ),
    "b11": script(
        "logistic", ("use_torch = False", "use_torch = True"), (_OF_PROBABILITIES, _OF_LOGITS)
    ),
    "b12": script(
        "warm_day",
        (
            "nn.ModuleList([nn.Linear(1, width), nn.Linear(width, width)])",
            "[nn.Linear(1, width), nn.Linear(width, width)]",
        ),
    ),
}


def mend(key, code, new, *, below=False):
    """A mend as a learner writes it: ``new`` in the place of the line that begins with ``code``,
    or below it."""
    return f"{'+' if below else ''}{line(TEXTS[key], code)}: {new}"
