import numpy as np

rng = np.random.default_rng(234)
X = rng.normal(size=(50, 2))
y = (X[:, :1] ** 2 - X[:, 1:])
W1, b1 = rng.normal(0, 1, (2, 20)), rng.normal(0, 1, 20)
W2, b2 = np.zeros((20, 1)), np.zeros(1)
lr = 0.05
for epoch in range(300):
    h = np.tanh(X @ W1 + b1)
    error = h @ W2 + b2 - y
    loss = np.mean(error ** 2)
    W2 -= lr * 2 * h.T @ error / len(X)
    b2 -= lr * 2 * error.mean(axis=0)
    W1 -= lr * 0.1 * 2 * X.T @ (error @ W2.T * (1 - h ** 2)) / len(X)
    if epoch % 60 == 0:
        print(epoch, loss)
