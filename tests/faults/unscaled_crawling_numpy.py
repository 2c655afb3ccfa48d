import numpy as np

rng = np.random.default_rng(31)
salary = rng.uniform(1000, 4000, 60)  # fault
saved = 0.2 * salary / 1000 + 3.0
slope, intercept = 0.0, 0.0
rate = 1e-7
for epoch in range(300):
    miss = slope * salary + intercept - saved
    loss = np.mean(miss**2)
    slope -= rate * 2 * np.mean(miss * salary)
    intercept -= rate * 2 * np.mean(miss)
    if epoch % 50 == 0:
        print(epoch, loss)
