"""Logistic regression

Prediction: by hand, or torch.sigmoid with use_torch
Gradients: by hand, or autograd with use_torch
Loss: by hand, or PyTorch with use_torch
Parameter updates: by hand, or PyTorch with use_torch

Who studies longer passes more often. The model f(x) = sigmoid(w * x + b) gives
the probability of a pass. The same training twice: by hand in NumPy, and by
PyTorch; use_torch chooses.
"""

import numpy as np

inputs = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]  # x, the hours studied
targets = [0, 0, 0, 1, 0, 1, 1, 1]  # y, whether the exam was passed: 0 or 1
x_test = 2.75  # an x that training never sees
w = 0.0  # the weight to start from
b = 0.0  # the bias to start from
learning_rate = 0.5  # how far one update moves against the gradient
epochs = 200  # how many times to go through all samples
print_every = 20  # print the first epoch, then every so many
use_torch = False  # whether PyTorch does the work; if not, it is never loaded

if use_torch:
    import torch
    from torch import nn

    # float64 is what NumPy computes in. PyTorch would take float32, and the two
    # paths would part in the eighth digit.
    x = torch.tensor(inputs, dtype=torch.float64)
    y = torch.tensor(targets, dtype=torch.float64)
    w = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(b, dtype=torch.float64, requires_grad=True)

    sigmoid = torch.sigmoid
    # nn.BCEWithLogitsLoss, which takes z itself, also keeps its slope where the
    # sigmoid of z rounds to 0 or 1.
    cross_entropy = nn.BCELoss()
    optimizer = torch.optim.SGD([w, b], lr=learning_rate)
else:
    x = np.array(inputs, dtype=np.float64)
    y = np.array(targets, dtype=np.float64)

    def sigmoid(z):
        # Any z becomes a number between 0 and 1, and 0 becomes a half.
        return 1 / (1 + np.exp(-z))

    def log(p):
        # log(0) is minus infinity. nn.BCELoss goes no lower than -100; nor does this.
        return np.log(np.maximum(p, np.exp(-100)))

    def cross_entropy(y_pred, y):
        # The more probable the model holds what happened, the smaller the loss: it
        # is -log(y_pred) for a pass and -log(1 - y_pred) for a fail.
        return -(y * log(y_pred) + (1 - y) * log(1 - y_pred)).mean()

    def gradient(x, y, y_pred):
        # By the chain rule the slope of the sigmoid, y_pred * (1 - y_pred), cancels
        # against that of the logarithm. What is left is what a line with squared
        # errors has too: error times input, here without a factor of 2.
        error = y_pred - y
        return (error * x).mean(), error.mean()


print(f"Prediction before training: f({x_test:g}) = {sigmoid(w * x_test + b):.3f}")

for epoch in range(epochs):
    # A probability for each sample.
    y_pred = sigmoid(w * x + b)

    # The mean of -log p of what happened.
    loss = cross_entropy(y_pred, y)

    if use_torch:
        # As stage 3: slopes, step, zero.
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    else:
        dw, db = gradient(x, y, y_pred)
        w -= learning_rate * dw
        b -= learning_rate * db

    if epoch % print_every == 0:
        print(f"epoch {epoch + 1}: w = {w:.3f}, bias: {b:.3f}, loss = {loss:.8f}")

print(f"Prediction after training: f({x_test:g}) = {sigmoid(w * x_test + b):.3f}")
