# parameters: w
import numpy as np

rng = np.random.default_rng(12)
X = rng.normal(size=(30, 3))
y = X @ [1.0, 2.0, -1.0]
w = np.zeros(3)
losses = []


def mse(w):
    return np.mean((X @ w - y) ** 2)


for _ in range(15):
    grad = 2 * X.T @ (X @ w - y) / len(y)
    w -= 0.1 * grad
    losses.append(mse(w))
    # expect: loss=losses[-1], parameters={"w": w}, gradients={"w": grad}
print(f"{losses[0]:.4f} {losses[-1]:.4f}")
