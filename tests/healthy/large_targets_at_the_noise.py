import numpy as np

rng = np.random.default_rng(33)
metres = rng.uniform(20, 80, 100)
price = 0.05 * metres + rng.normal(0, 0.3, 100)
price = price * 40
slope, intercept = 0.0, 0.0
rate = 1e-4
for epoch in range(200):
    miss = slope * metres + intercept - price
    loss = np.mean(miss**2)
    slope -= rate * 2 * np.mean(miss * metres)
    intercept -= rate * 2 * np.mean(miss)
    if epoch % 50 == 0:
        print(epoch, loss)
