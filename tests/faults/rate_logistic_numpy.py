import numpy as np
rng = np.random.default_rng(3)
x = rng.normal(size=40)
y = 2.5 * x - 1 + rng.normal(0, 0.1, 40)
slope = intercept = 0.0
step_size = 1.4  # fault
for epoch in range(40):
    residual = slope * x + intercept - y
    loss = np.mean(residual ** 2)
    slope, intercept = (
        slope - step_size * 2 * np.mean(residual * x),
        intercept - step_size * 2 * np.mean(residual),
    )
    print(epoch, loss)
