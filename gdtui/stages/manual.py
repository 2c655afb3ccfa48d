"""Everything by hand

Prediction: by hand
Gradients: by hand
Loss: by hand
Parameter updates: by hand

A model with one weight, f(x) = w * x, learns that y is twice x. NumPy does the
arithmetic. The figures are those of a notebook that the stages follow.
"""

import numpy as np

inputs = [1, 2, 3, 4]  # x, the samples
targets = [2, 4, 6, 8]  # y, what the model should answer for each x
x_test = 5.0  # an x that training never sees
w = 0.0  # the weight to start from
learning_rate = 0.01  # how far one update moves against the gradient
epochs = 10  # how many times to go through all samples
print_every = 1  # print the first epoch, then every so many
reduction = "sum"  # gradient over the samples: "sum", as in the notebook, or "mean"

x = np.array(inputs, dtype=np.float32)
y = np.array(targets, dtype=np.float32)


def predict(x):
    return w * x


def mean_squared_error(y_pred, y):
    return ((y_pred - y) ** 2).mean()


def gradient(x, y, y_pred):
    # The loss is J = mean((w*x - y)**2). By the chain rule each sample adds
    # 2 * x * (w*x - y), and dJ/dw is the mean of these.
    # The notebook adds them up and never divides by their number. Its steps are
    # therefore as many times longer as there are samples: four times for four
    # samples, and that is why it seems to learn faster than autograd in stage 2.
    # With "mean" both take the same path.
    per_sample = 2 * x * (y_pred - y)
    return per_sample.sum() if reduction == "sum" else per_sample.mean()


print(f"Prediction before training: f({x_test:g}) = {predict(x_test):.3f}")

for epoch in range(epochs):
    # Predict with the weight as it is now.
    y_pred = predict(x)

    # How wrong the predictions are.
    loss = mean_squared_error(y_pred, y)

    # The slope: which way up, how steep.
    dw = gradient(x, y, y_pred)

    # Downhill. float() keeps w in double
    # precision: float32 would lose digits.
    w -= learning_rate * float(dw)

    if epoch % print_every == 0:
        print(f"epoch {epoch + 1}: w = {w:.3f}, loss = {loss:.8f}")

print(f"Prediction after training: f({x_test:g}) = {predict(x_test):.3f}")
