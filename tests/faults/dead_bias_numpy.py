import numpy as np

rng = np.random.default_rng(12)
X = rng.uniform(0, 1, (60, 2))
Y = X.sum(1, keepdims=True)
W1 = rng.normal(0, 0.1, (2, 6))
b1 = np.full(6, -5.0)  # fault
W2 = rng.normal(0, 0.1, (6, 1))
b2 = np.zeros(1)
for epoch in range(100):
    z = X @ W1 + b1
    h = np.maximum(z, 0)
    out = h @ W2 + b2
    loss = np.mean((out - Y) ** 2)
    d = 2 * (out - Y) / len(X)
    dh = (d @ W2.T) * (z > 0)
    W2 -= 0.1 * h.T @ d
    b2 -= 0.1 * d.sum(0)
    W1 -= 0.1 * X.T @ dh
    b1 -= 0.1 * dh.sum(0)
