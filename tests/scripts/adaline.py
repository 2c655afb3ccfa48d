# parameters: weights[0], weights[1], bias
measured = [([1.0, 0.5], 1.0), ([0.2, -1.0], -1.0), ([-0.7, 0.3], -0.4), ([0.9, 1.1], 1.3)]
weights = [0.0, 0.0]
bias = 0.0
eta = 0.1

for epoch in range(10):
    squared = []
    for inputs, target in measured:
        net = sum(w * x for w, x in zip(weights, inputs)) + bias
        delta = target - net
        weights = [w + eta * delta * x for w, x in zip(weights, inputs)]
        bias = bias + eta * delta
        squared.append(delta**2)
    mse = sum(squared) / len(squared)
    print(f"{epoch:2d} {mse:.5f}")
    # expect: loss=mse, parameters={"weights[0]": weights[0], "weights[1]": weights[1], "bias": bias}
