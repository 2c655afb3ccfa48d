import numpy as np
rng = np.random.default_rng(0)
x = np.linspace(-2, 2, 20).reshape(-1, 1)
y = np.sin(2 * x)
W1 = rng.normal(size=(1, 8)); b1 = np.zeros(8)
W2 = rng.normal(size=(8, 1)) * 0.3; b2 = np.zeros(1)
learning_rate = 0.1
for epoch in range(200):
    h = np.tanh(x @ W1 + b1)
    out = h @ W2 + b2
    loss = ((out - y) ** 2).mean()
    d = 2 * (out - y) / len(x)
    dW2 = h.T @ d
    db2 = d.sum(axis=0)
    dh = d @ W2.T * (1 - h ** 2)
    dW1 = x.T @ dh
    db1 = dh.sum(axis=0)
    W1 -= learning_rate * dW1
    b1 -= learning_rate * db1
    W2 -= learning_rate * dW2
    b2 -= learning_rate * db2
