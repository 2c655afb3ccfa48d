import numpy as np

rng = np.random.default_rng(18)
X = rng.normal(size=(90, 3))
t = (X @ np.array([1.0, -2.0, 0.5]) + 0.3 > 0).astype(float)
W, b = np.zeros(3), 0.0
for epoch in range(20):
    total = 0.0
    for k in range(0, 90, 20):  # the last batch has 10 rows
        x, y = X[k:k + 20], t[k:k + 20]
        p = 1 / (1 + np.exp(-(x @ W + b)))
        total += -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        gW = x.T @ (p - y) / len(y)
        gb = np.mean((p - y) * p)  # fault
        W = W - 0.3 * gW
        b = b - 0.3 * gb
    print(epoch, total / 5)
