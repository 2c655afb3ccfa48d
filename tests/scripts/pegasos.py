# parameters: w, b
import numpy as np

np.random.seed(10)
X = np.vstack([np.random.randn(20, 2) + 2, np.random.randn(20, 2) - 2])
y = np.hstack([np.ones(20), -np.ones(20)])
w = np.zeros(2)
b = 0.0
lam = 0.01
t = 0

for epoch in range(15):
    order = np.random.permutation(len(y))
    for i in order:
        t += 1
        eta = 1 / (lam * (t + 100))
        margin = y[i] * (np.dot(w, X[i]) + b)
        if margin < 1:
            w = (1 - eta * lam) * w + eta * y[i] * X[i]
            b = b + eta * y[i]
        else:
            w = (1 - eta * lam) * w
    hinge = np.maximum(0, 1 - y * (X @ w + b))
    loss = 0.5 * lam * np.dot(w, w) + hinge.mean()
    accuracy = np.mean(np.sign(X @ w + b) == y)
    if epoch % 5 == 4:
        print(epoch + 1, round(loss, 4), accuracy)
    # expect: loss=loss, parameters={"w": w, "b": b}, metrics={"accuracy": accuracy}
