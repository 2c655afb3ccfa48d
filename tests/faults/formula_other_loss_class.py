import numpy as np


class Model:
    def __init__(self, n):
        self.w = np.full(n, 0.1)
        self.b = 0.0

    def forward(self, X):
        return X @ self.w + self.b

    def gradients(self, X, y):
        error = self.forward(X) - y
        dw = X.T @ np.sign(error) / len(y)  # fault
        db = np.sign(error).mean()  # fault
        return dw, db

    def loss(self, X, y):
        return np.mean((self.forward(X) - y) ** 2)

    def fit(self, X, y, epochs):
        for _ in range(epochs):
            dw, db = self.gradients(X, y)
            loss = self.loss(X, y)
            self.w -= 0.05 * dw
            self.b -= 0.05 * db


rng = np.random.default_rng(43)
X = rng.normal(size=(60, 3))
y = X @ [1.0, -2.0, 3.0] + 1
Model(3).fit(X, y, 100)
