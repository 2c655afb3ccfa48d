import numpy as np
rng = np.random.default_rng(42)
X = rng.normal(size=(60, 2))
Y = (X[:, :1] * X[:, 1:] > 0).astype(float)
W1 = rng.normal(0, 1, (2, 8)); b1 = np.zeros(8)
W2 = rng.normal(0, 1, (8, 1)); b2 = np.zeros(1)
for epoch in range(300):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    loss = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
    dZ2 = (A2 - Y) * A2 * (1 - A2) / len(X)  # fault
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(0)
    dZ1 = dZ2 @ W2.T * (1 - A1 ** 2)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(0)
    W1 -= 0.5 * dW1; b1 -= 0.5 * db1; W2 -= 0.5 * dW2; b2 -= 0.5 * db2
