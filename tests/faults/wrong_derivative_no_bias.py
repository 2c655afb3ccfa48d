import numpy as np
rng = np.random.default_rng(0)
x = rng.uniform(-2, 2, size=(40, 1))
y = np.sin(x)
W1 = rng.normal(size=(1, 8))
W2 = rng.normal(size=(8, 1)) * 0.3
lr = 0.05
for epoch in range(200):
    h = np.tanh(x @ W1)
    out = h @ W2
    loss = np.mean((out - y) ** 2)
    d = 2 * (out - y) / len(x)
    dW2 = h.T @ d
    dh = (d @ W2.T) * (1 - h)  # fault
    dW1 = x.T @ dh
    W1 -= lr * dW1
    W2 -= lr * dW2
print(loss)
