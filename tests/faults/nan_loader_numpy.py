import numpy as np
data = np.array([[1., 2.], [2., np.nan], [3., 6.], [4., 8.]])  # fault
x, y = data[:, 0], data[:, 1]  # fault
w = 0.0
losses = []
for e in range(20):
    err = w * x - y
    losses.append(float(np.mean(err ** 2)))
    w -= 0.02 * np.mean(err * x)
print(losses[-1])
