import numpy as np
config = {"rate": 1.5, "epochs": 30}  # fault
x = np.linspace(-2, 2, 30); y = 0.5 * x + 1
theta = np.array([0.0, 0.0])
for _ in range(config["epochs"]):
    r = theta[0] + theta[1] * x - y
    cost = r @ r / len(x)
    theta -= config["rate"] * 2 * np.array([r.mean(), (r * x).mean()])
print(cost)
