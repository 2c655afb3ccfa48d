import numpy as np


class Logistic:
    def __init__(self, n):
        self.weights = np.zeros(n)
        self.bias = 0.0

    def prob(self, X):
        return 1 / (1 + np.exp(-(X @ self.weights + self.bias)))

    def fit(self, X, y, lr, epochs):
        history = []
        for epoch in range(epochs):
            p = self.prob(X)
            loss = -np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))
            gw = X.T @ (p - y) / len(y)
            gb = np.mean(p - y)
            self.weights = self.weights + lr * gw  # fault
            self.bias = self.bias + lr * gb  # fault
            history.append(loss)
        return history


rng = np.random.default_rng(0)
X = rng.normal(size=(50, 2))
y = (X[:, 0] > 0).astype(float)
print(Logistic(2).fit(X, y, 0.1, 40)[-1])
