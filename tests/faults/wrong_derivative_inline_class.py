import numpy as np


class Model:
    def __init__(self, rate):
        self.w = np.zeros(2)
        self.b = 0.0
        self.losses = []
        self.rate = rate

    def fit(self, X, y, epochs):
        for _ in range(epochs):
            error = X @ self.w + self.b - y
            self.losses.append(float(np.mean(error ** 2)))
            self.w = self.w - self.rate * 2 * X.sum(axis=0) * error.mean() / len(y)  # fault
            self.b = self.b - self.rate * 2 * error.mean()
        return self


rng = np.random.default_rng(0)
X = rng.normal(size=(30, 2)) + 0.5
print(Model(0.1).fit(X, X @ np.array([1.0, 2.0]) + 0.5, 200).losses[-1])
