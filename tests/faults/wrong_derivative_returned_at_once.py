import numpy as np

rng = np.random.default_rng(16)
X = rng.normal(size=(60, 3))
y = (X @ [1.0, -2.0, 0.5] + rng.normal(size=60) > 0).astype(float)


def probability(w, b):
    return 1 / (1 + np.exp(-(X @ w + b)))


def gradients(w, b):
    miss = probability(w, b) - y
    return (
        X.T @ miss / len(y) - 0.1 * w,  # fault
        miss.mean(),
    )


w, b = np.zeros(3), 0.0
for epoch in range(40):
    p = probability(w, b)
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + 0.05 * w @ w
    grad_w, grad_b = gradients(w, b)
    w = w - 0.5 * grad_w
    b = b - 0.5 * grad_b
