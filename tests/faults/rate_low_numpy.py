import numpy as np

learning_rate = 0.0  # fault
x = np.array([1.0, 2.0, 3.0])
y = np.array([2.0, 4.1, 5.9])
w = 0.0
for epoch in range(50):
    error = w * x - y
    loss = (error**2).mean()
    w -= learning_rate * 2 * (error * x).mean()
