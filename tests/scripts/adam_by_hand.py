# parameters: theta
import numpy as np

np.random.seed(23)
X = np.c_[np.ones(50), np.random.randn(50, 2)]
y = X @ np.array([1.0, -2.0, 0.5]) + 0.1 * np.random.randn(50)
theta = np.zeros(3)
m = np.zeros(3)
v = np.zeros(3)
alpha, beta1, beta2, eps = 0.1, 0.9, 0.999, 1e-8

for t in range(1, 41):
    residual = X @ theta - y
    J = residual @ residual / (2 * len(y))
    g = X.T @ residual / len(y)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - alpha * m_hat / (np.sqrt(v_hat) + eps)
    if t % 10 == 0:
        print(f"t={t:3d}  J={J:.6f}  theta={np.round(theta, 3)}")
    # expect: loss=J, parameters={"theta": theta}, gradients={"theta": g}
