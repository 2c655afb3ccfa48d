import numpy as np


class Model:
    def __init__(self):
        self.w = np.zeros((3, 1))
        self.b = 0.0

    def predict(self, X):
        return X @ self.w + self.b

    def fit(self, X, y, lr=0.1):
        for epoch in range(40):
            diff = self.predict(X) - y  # fault
            loss = (diff ** 2).mean()
            self.w -= lr * 2 * (X.T @ diff).mean(axis=1, keepdims=True) / len(X)
            self.b -= lr * 2 * diff.mean()
            print(loss)


rng = np.random.default_rng(0)
X = rng.normal(size=(25, 3))
y = X.sum(axis=1)  # fault
Model().fit(X, y)
