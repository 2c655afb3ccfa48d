import numpy as np
x = np.linspace(0, 2, 20)
y = 3 * x + 1
w, b, lr = 0.0, 0.0, 0.05
for epoch in range(30):
    error = y - (w * x + b)  # fault
    loss = np.mean(error ** 2)
    dw = 2 * np.mean(error * x)  # fault
    db = 2 * np.mean(error)  # fault
    w -= lr * dw  # fault
    b -= lr * db  # fault
    print(loss)
