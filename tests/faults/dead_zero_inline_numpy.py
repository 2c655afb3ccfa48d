import numpy as np

rng = np.random.default_rng(2)
x = rng.normal(size=(40, 3))
y = np.abs(x[:, :1])
U, a = np.zeros((3, 6)), np.zeros((1, 6))  # fault
V, c = np.zeros((6, 1)), np.zeros((1, 1))  # fault
for epoch in range(60):
    z = np.maximum(x @ U + a, 0)
    out = z @ V + c
    loss = np.mean((out - y) ** 2)
    delta = 2 * (out - y) / len(y)
    back = delta @ V.T * (z > 0)
    V -= 0.1 * z.T @ delta
    c -= 0.1 * delta.sum(0, keepdims=True)
    U -= 0.1 * x.T @ back
    a -= 0.1 * back.sum(0, keepdims=True)
