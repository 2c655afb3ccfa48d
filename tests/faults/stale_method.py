import numpy as np


class Plane:
    def __init__(self, features):
        self.weights = np.zeros(features)
        self.shift = 0.0

    def __call__(self, x):
        return x @ self.weights + self.shift

    def errors(self, x, y):
        return self(x) - y


rng = np.random.default_rng(20)
x = rng.normal(size=(60, 2))
y = x @ [1.5, -0.5] + 0.25
plane = Plane(2)
errors = plane.errors(x, y)  # fault
for epoch in range(40):
    loss = np.mean(errors**2)
    plane.weights -= 0.1 * 2 * x.T @ errors / len(x)
    plane.shift -= 0.1 * 2 * errors.mean()
    if epoch % 10 == 0:
        print(epoch, loss)
