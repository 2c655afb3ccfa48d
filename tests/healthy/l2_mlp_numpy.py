import numpy as np
rng = np.random.default_rng(0)
x = rng.uniform(-2, 2, size=(40, 1))
y = np.sin(x)
W1, b1 = rng.normal(size=(1, 12)), np.zeros(12)
W2, b2 = rng.normal(size=(12, 1)) * 0.3, np.zeros(1)
lr, decay = 0.05, 0.01
for epoch in range(200):
    h = np.tanh(x @ W1 + b1)
    out = h @ W2 + b2
    loss = np.mean((out - y) ** 2)
    d = 2 * (out - y) / len(x)
    dW2 = h.T @ d + decay * W2
    db2 = d.sum(0)
    dh = (d @ W2.T) * (1 - h ** 2)
    dW1 = x.T @ dh + decay * W1
    db1 = dh.sum(0)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2
print(loss)
