import numpy as np
rng = np.random.default_rng(2)
X = rng.normal(size=(40, 2)) + 1.0
t = (X @ [1.0, -1.0] > 0).astype(float)
w = np.zeros(2)
c = 0.0


def cost(w, c):
    p = 1 / (1 + np.exp(-(X @ w + c)))
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


for epoch in range(60):
    p = 1 / (1 + np.exp(-(X @ w + c)))
    gw = X.T @ (p - t) / len(t)
    gc = np.mean((p - t) * p * (1 - p))  # fault
    w = w - 0.5 * gw
    c = c - 0.5 * gc
    loss = cost(w, c)
print(loss)
