"""Mini-batches by hand: gradients of the sum, a rate for the sum, a loss that is the mean, and rows
that are left out of the last batch."""

import numpy as np

rng = np.random.default_rng(21)
x = rng.uniform(-1, 1, size=(50, 2))
y = np.tanh(x[:, :1] * 2)
A, a = rng.normal(size=(2, 5)), np.zeros((1, 5))
B, b = rng.normal(size=(5, 1)), np.zeros((1, 1))
history = []
for epoch in range(40):
    seen = []
    for k in range(0, 48, 12):
        xb, yb = x[k:k + 12], y[k:k + 12]
        h = np.tanh(xb @ A + a)
        d = h @ B + b - yb
        seen.append(float(np.mean(d ** 2)))
        dB, db = h.T @ d, d.sum(0, keepdims=True)
        dh = d @ B.T * (1 - h * h)
        dA, da = xb.T @ dh, dh.sum(0, keepdims=True)
        A = A - 0.02 * dA
        a = a - 0.02 * da
        B = B - 0.02 * dB
        b = b - 0.02 * db
    history.append(sum(seen) / len(seen))
