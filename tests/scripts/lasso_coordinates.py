# parameters: w
import numpy as np


def soft_threshold(rho, lam):
    if rho < -lam:
        return rho + lam
    if rho > lam:
        return rho - lam
    return 0.0


rng = np.random.default_rng(9)
X = rng.normal(size=(40, 5))
true_w = np.array([2.0, 0.0, -1.0, 0.0, 0.5])
y = X @ true_w + 0.1 * rng.normal(size=40)
n, d = X.shape
lam = 4.0
w = np.zeros(d)
norms = (X**2).sum(axis=0)

for sweep in range(10):
    w_old = w.copy()
    for j in range(d):
        partial = y - X @ w + w[j] * X[:, j]
        rho = X[:, j] @ partial
        w[j] = soft_threshold(rho, lam) / norms[j]
    objective = 0.5 * np.sum((y - X @ w) ** 2) + lam * np.abs(w).sum()
    change = np.max(np.abs(w - w_old))
    print(f"sweep {sweep}: objective {objective:.6f}, change {change:.2e}")
    # expect: loss=objective, parameters={"w": w}
    if change < 1e-9:
        break
