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
    # Each operation on w adds a node to the graph.
    y_pred = predict(x)
    loss = mean_squared_error(y_pred, y)

    # Walk the graph from the loss back to w. The slope dJ/dw is added to w.grad;
    # w itself does not change yet. The loss is a mean, so this is a mean too.
    loss.backward()

    # The update is not part of the model. Under no_grad it leaves no node in the
    # graph, and PyTorch allows a leaf such as w to be changed in place.
    with torch.no_grad():
        w -= learning_rate * w.grad

    # backward() adds to w.grad. Without this line the next gradient would come
    # on top of this one.
    w.grad.zero_()

    if epoch % print_every == 0:
        print(f"epoch {epoch + 1}: w = {w:.3f}, loss = {loss:.8f}")

print(f"Prediction after training: f({x_test:g}) = {predict(x_test):.3f}")
