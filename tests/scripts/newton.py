# parameters: beta
import numpy as np

rng = np.random.default_rng(41)
X = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
y = (rng.random(60) < 1 / (1 + np.exp(-X @ [0.3, 1.0, -1.5]))).astype(float)
beta = np.zeros(3)

for iteration in range(1, 16):
    p = 1 / (1 + np.exp(-X @ beta))
    nll = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    gradient = X.T @ (p - y) / len(y)
    hessian = (X.T * (p * (1 - p))) @ X / len(y)
    delta = np.linalg.solve(hessian, gradient)
    beta = beta - delta
    print(f"{iteration:2d}  nll {nll:.8f}  step {np.linalg.norm(delta):.2e}")
    # expect: loss=nll, parameters={"beta": beta}
    if np.linalg.norm(delta) < 1e-6:
        break
