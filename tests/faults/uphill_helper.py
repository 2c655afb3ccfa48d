import numpy as np
def grad(w, X, y):
    return 2 * X.T @ (X @ w - y) / len(y)
def loss(w, X, y):
    return np.mean((X @ w - y) ** 2)
def train(X, y, lr=0.05, n=40):
    w = np.zeros(X.shape[1])
    for i in range(n):
        l = loss(w, X, y)
        w = w + lr * grad(w, X, y)  # fault
    return w, l
rng = np.random.default_rng(0)
X = rng.normal(size=(30, 3)); y = X @ [1., 2., 3.]
print(train(X, y))
