import numpy as np


class Net:
    def __init__(self, hidden):
        self.W1 = np.full((2, hidden), 0.5)  # fault
        self.W2 = np.full((hidden, 1), 0.5)  # fault

    def step(self, X, y, lr):
        h = np.tanh(X @ self.W1)
        out = h @ self.W2
        loss = np.mean((out - y) ** 2)
        d = 2 * (out - y) / len(X)
        dW2 = h.T @ d
        dW1 = X.T @ (d @ self.W2.T * (1 - h ** 2))
        self.W1 -= lr * dW1
        self.W2 -= lr * dW2
        return loss


rng = np.random.default_rng(0)
X = rng.normal(size=(50, 2))
y = X[:, :1] * X[:, 1:]
net = Net(4)
for epoch in range(40):
    loss = net.step(X, y, 0.1)
print(loss)
