import numpy as np

rng = np.random.default_rng(6)
x = rng.uniform(0, 2, 50)
y = 1.4 * x - 0.6


def slopes(w, b):
    miss = w * x + b - y
    of_b = 2 * np.mean(miss)
    of_w = 2 * np.mean(miss)  # fault
    return of_w, of_b


w, b = 0.3, 0.1
for epoch in range(60):
    loss = np.mean((w * x + b - y) ** 2)
    dw, db = slopes(w, b)
    w -= 0.1 * dw
    b -= 0.1 * db
