import numpy as np
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([[0.0], [1.0], [1.0], [0.0]])
W1, b1 = np.zeros((2, 4)), np.zeros(4)  # fault
W2, b2 = np.zeros((4, 1)), np.zeros(1)  # fault
for epoch in range(200):
    h = np.tanh(X @ W1 + b1)
    out = h @ W2 + b2
    loss = np.mean((out - y) ** 2)
    d = 2 * (out - y) / len(X)
    dW2 = h.T @ d
    db2 = d.sum(0)
    dh = d @ W2.T * (1 - h ** 2)
    dW1 = X.T @ dh
    db1 = dh.sum(0)
    W1 -= 0.2 * dW1
    b1 -= 0.2 * db1
    W2 -= 0.2 * dW2
    b2 -= 0.2 * db2
print(loss)
