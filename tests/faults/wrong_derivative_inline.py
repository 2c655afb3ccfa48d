import numpy as np
x = np.linspace(0, 3, 40)
y = 9.0 - 1.8 * x
w, b = 0.0, 0.0
for epoch in range(300):
    error = w * x + b - y
    loss = np.mean(error ** 2)
    w -= 0.1 * 2 * np.mean(error)  # fault
    b -= 0.1 * 2 * np.mean(error)
print(loss)
