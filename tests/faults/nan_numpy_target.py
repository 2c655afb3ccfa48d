import numpy as np


def load():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, 30)
    y = 2 * x + 1
    y[11] = np.nan  # fault
    return x, y


x, y = load()
w, b = 0.0, 0.0
for epoch in range(20):
    p = w * x + b
    loss = np.mean((p - y) ** 2)
    w -= 0.1 * 2 * np.mean((p - y) * x)
    b -= 0.1 * 2 * np.mean(p - y)
print(loss)
