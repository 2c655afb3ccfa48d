import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


class Logistic:
    def __init__(self, features):
        self.w = np.zeros(features)
        self.b = 0.0

    def forward(self, x):
        return squash(x @ self.w + self.b)

    def fit(self, x, y, rate, epochs):
        for _ in range(epochs):
            p = squash(self.forward(x))  # fault
            loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
            self.w -= rate * x.T @ (p - y) / len(y)
            self.b -= rate * np.mean(p - y)
        return loss


rng = np.random.default_rng(19)
x = rng.normal(size=(70, 2))
y = (x[:, 0] + x[:, 1] > 0.1).astype(float)
print(Logistic(2).fit(x, y, 0.5, 100))
