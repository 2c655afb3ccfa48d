import numpy as np
x = np.linspace(0.5, 2, 30)
y = 1.7 * x ** 2 + 1.0
a = 0.1
for epoch in range(300):
    error = a * x ** 2 - y
    loss = np.mean(error ** 2)
    grad = 2 * np.mean(error)  # fault
    a -= 0.02 * grad
    print(loss)
