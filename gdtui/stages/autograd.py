"""Gradients by autograd

Prediction: by hand
Gradients: autograd
Loss: by hand
Parameter updates: by hand

The same model and loss as in stage 1, but nobody derives a formula: PyTorch
notes every operation on w and works the gradient out from its notes.
"""

import torch

inputs = [1, 2, 3, 4]  # x, the samples
targets = [2, 4, 6, 8]  # y, what the model should answer for each x
x_test = 5.0  # an x that training never sees
w = 0.0  # the weight to start from
learning_rate = 0.01  # how far one update moves against the gradient
epochs = 20  # how many times to go through all samples
print_every = 2  # print the first epoch, then every so many

x = torch.tensor(inputs, dtype=torch.float32)
y = torch.tensor(targets, dtype=torch.float32)

# requires_grad asks PyTorch to note what is computed from w, as a graph that
# leads from the loss back to w.
w = torch.tensor(w, dtype=torch.float32, requires_grad=True)


def predict(x):
    return w * x


def mean_squared_error(y_pred, y):
    return ((y_pred - y) ** 2).mean()


print(f"Prediction before training: f({x_test:g}) = {predict(x_test):.3f}")

for epoch in range(epochs):
    # Using w adds nodes to the graph.
    y_pred = predict(x)
    loss = mean_squared_error(y_pred, y)

    # Back through the graph to w: adds the
    # slope dJ/dw, a mean here, to w.grad.
    loss.backward()

    # No part of the model, hence no_grad:
    # so a leaf such as w may be changed.
    with torch.no_grad():
        w -= learning_rate * w.grad

    # Empty w.grad, or the next backward()
    # would add its slope to this one.
    w.grad.zero_()

    if epoch % print_every == 0:
        print(f"epoch {epoch + 1}: w = {w:.3f}, loss = {loss:.8f}")

print(f"Prediction after training: f({x_test:g}) = {predict(x_test):.3f}")
