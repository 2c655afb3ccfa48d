"""Mini-batches by hand with momentum, weight decay and a coordinate step of the bias."""

import numpy as np

rng = np.random.default_rng(20)
x = rng.normal(size=(70, 3))
y = x @ np.array([1.0, 2.0, -1.0]) + 0.5
w, c = np.zeros(3), 0.0
v = np.zeros(3)
for epoch in range(30):
    order = rng.permutation(70)
    loss = 0.0
    for rows in np.array_split(order, 4):
        e = x[rows] @ w + c - y[rows]
        loss += np.mean(e ** 2) / 4
        v = 0.8 * v + 2 * x[rows].T @ e / len(rows) + 0.02 * w
        w = w - 0.03 * v
        gc = 2 * np.mean(x[rows] @ w + c - y[rows])
        c = c - 0.03 * gc
