import numpy as np

rng = np.random.default_rng(93)
X = rng.uniform(-2, 2, (50, 1))
y = np.sin(X)
W1, b1 = rng.normal(0, 1, (1, 8)), np.zeros(8)
W2, b2 = rng.normal(0, 0.5, (8, 1)), np.zeros(1)
lr = 0.1

for epoch in range(400):
    h = np.tanh(X @ W1 + b1)
    out = h @ W2 + b2
    loss = np.mean((out - y) ** 2)
    d_out = 2 * (out - y) / len(X)
    d_h = d_out @ W2.T * h ** 2  # fault
    W2 -= lr * h.T @ d_out
    b2 -= lr * d_out.sum(axis=0)
    W1 -= lr * X.T @ d_h
    b1 -= lr * d_h.sum(axis=0)
    if epoch % 80 == 0:
        print(epoch, loss)
print("loss", loss)
