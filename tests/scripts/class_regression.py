# parameters: self.w, self.b
import numpy as np


class LinearRegression:
    def __init__(self, lr=0.1, n_iters=50, tol=1e-4):
        self.lr, self.n_iters, self.tol = lr, n_iters, tol
        self.w = None
        self.b = None
        self.losses = []

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.w = np.zeros(n_features)
        self.b = 0
        for _ in range(self.n_iters):
            y_predicted = self.predict(X)
            dw = (1 / n_samples) * np.dot(X.T, (y_predicted - y))
            db = (1 / n_samples) * np.sum(y_predicted - y)
            self.w -= self.lr * dw
            self.b -= self.lr * db
            self.losses.append(np.mean((y_predicted - y) ** 2))
            # expect: loss=self.losses[-1], parameters={"self.w": self.w, "self.b": self.b}, gradients={"self.w": dw, "self.b": db}
            if len(self.losses) > 1 and abs(self.losses[-2] - self.losses[-1]) < self.tol:
                break
        return self

    def predict(self, X):
        return np.dot(X, self.w) + self.b

    def score(self, X, y):
        return 1 - np.sum((y - self.predict(X)) ** 2) / np.sum((y - y.mean()) ** 2)


rng = np.random.RandomState(4)
X = rng.rand(40, 2)
y = X @ [3.0, -1.5] + 0.7
model = LinearRegression(n_iters=80).fit(X, y)
print(len(model.losses), "iterations, R2 =", round(model.score(X, y), 4))
