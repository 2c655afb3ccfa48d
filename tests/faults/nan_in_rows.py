import numpy as np

table = np.array(
    [
        [0.1, 1.2],
        [0.4, 1.8],
        [0.5, float("nan")],  # fault
        [0.7, 2.4],
        [0.9, 2.8],
    ]
)
x, y = table[:, 0], table[:, 1]
w, b = 0.0, 0.0
for epoch in range(50):
    miss = w * x + b - y
    loss = (miss**2).mean()
    w -= 0.3 * 2 * (miss * x).mean()
    b -= 0.3 * 2 * miss.mean()
