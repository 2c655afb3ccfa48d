import numpy as np


class Logistic:
    def __init__(self):
        self.w = np.zeros(2)
        self.b = 0.0

    def proba(self, X):
        return 1 / (1 + np.exp(-(X @ self.w + self.b)))

    def train(self, X, y, lr, epochs):
        for _ in range(epochs):
            p = self.proba(X)
            loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
            gw = X.T @ (p + y) / len(y)  # fault
            gb = np.mean(p - y)
            self.w -= lr * gw
            self.b -= lr * gb
        return loss


rng = np.random.default_rng(0)
X = rng.normal(size=(60, 2)) + 0.5
y = (X.sum(1) + rng.normal(0, 0.5, 60) > 0).astype(float)
print(Logistic().train(X, y, 0.1, 50))
