# parameters: weights[0], weights[1], bias
import random

random.seed(1)
data = []
for _ in range(40):
    x1, x2 = random.uniform(-1, 1), random.uniform(-1, 1)
    if abs(x1 + 2 * x2 - 0.2) > 0.15:
        data.append(([x1, x2], 1 if x1 + 2 * x2 > 0.2 else -1))

weights = [0.0, 0.0]
bias = 0.0
epoch = 0
while True:
    errors = 0
    for x, target in data:
        activation = sum(w * xi for w, xi in zip(weights, x)) + bias
        if target * activation <= 0:
            weights = [w + target * xi for w, xi in zip(weights, x)]
            bias += target
            errors += 1
    epoch += 1
    print(f"pass {epoch}: {errors} mistakes")
    # expect: parameters={"weights[0]": weights[0], "weights[1]": weights[1], "bias": bias}, metrics={"errors": errors}
    if errors == 0 or epoch == 25:
        break
