import numpy as np
class Net:
    def __init__(self, rng):
        self.W1 = rng.normal(size=(2, 6)); self.b1 = np.zeros(6)
        self.W2 = rng.normal(size=(6, 1)); self.b2 = np.zeros(1)
    def forward(self, X):
        self.X, self.z = X, X @ self.W1 + self.b1
        self.h = np.maximum(self.z, 0)
        return self.h @ self.W2 + self.b2
    def backward(self, d):
        self.dW2 = self.h.T @ d; self.db2 = d.sum(0)
        dz = d @ self.W2.T  # fault
        self.dW1 = self.X.T @ dz; self.db1 = dz.sum(0)  # fault
    def update(self, lr):
        self.W1 -= lr * self.dW1; self.b1 -= lr * self.db1
        self.W2 -= lr * self.dW2; self.b2 -= lr * self.db2
rng = np.random.default_rng(0)
X = rng.normal(size=(50, 2)); y = X[:, :1] ** 2
net = Net(rng)
for epoch in range(100):
    out = net.forward(X)
    loss = np.mean((out - y) ** 2)
    net.backward(2 * (out - y) / len(X))
    net.update(0.02)
print(loss)
