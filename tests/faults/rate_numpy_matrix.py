import numpy as np


def gradient_descent(X, y, eta, steps):
    theta = np.zeros(X.shape[1])
    costs = []
    for _ in range(steps):
        residual = X @ theta - y
        costs.append(residual @ residual / len(y))
        gradient = 2 / len(y) * X.T @ residual
        theta = theta - eta * gradient
    return theta, costs


rng = np.random.default_rng(0)
X = np.c_[np.ones(40), rng.uniform(0, 2, 40)]
y = X @ [1.0, 2.0]
theta, costs = gradient_descent(X, y, eta=1.2, steps=40)  # fault
print(costs[-1])
