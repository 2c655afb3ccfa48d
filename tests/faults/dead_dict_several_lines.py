import numpy as np

rng = np.random.default_rng(3)
inputs = rng.normal(size=(40, 2))
wanted = (inputs[:, :1] * inputs[:, 1:] > 0).astype(float)
params = dict(
    below=np.zeros((2, 6)),  # fault
    above=rng.normal(size=(6, 1)) * 0,  # fault
    shift=np.zeros(1),
)
for epoch in range(40):
    hidden = np.tanh(inputs @ params["below"])
    out = 1 / (1 + np.exp(-(hidden @ params["above"] + params["shift"])))
    loss = -np.mean(wanted * np.log(out) + (1 - wanted) * np.log(1 - out))
    miss = (out - wanted) / len(inputs)
    grads = {
        "below": inputs.T @ (miss @ params["above"].T * (1 - hidden**2)),
        "above": hidden.T @ miss,
        "shift": miss.sum(0),
    }
    for key in params:
        params[key] = params[key] - 0.5 * grads[key]
