"""Loss and optimizer

Prediction: by hand
Gradients: autograd
Loss: PyTorch
Parameter updates: PyTorch

nn.MSELoss takes the place of the formula for the loss, and an optimizer the
place of the update. The path of w is the one of stage 2.
"""

import torch
from torch import nn

inputs = [1, 2, 3, 4]  # x, the samples
targets = [2, 4, 6, 8]  # y, what the model should answer for each x
x_test = 5.0  # an x that training never sees
w = 0.0  # the weight to start from
learning_rate = 0.01  # how far one update moves against the gradient
epochs = 100  # how many times to go through all samples
print_every = 10  # print the first epoch, then every so many

x = torch.tensor(inputs, dtype=torch.float32)
y = torch.tensor(targets, dtype=torch.float32)
w = torch.tensor(w, dtype=torch.float32, requires_grad=True)


def predict(x):
    return w * x


# The mean squared error of stages 1 and 2, ready-made.
criterion = nn.MSELoss()

# The optimizer holds a list of what it may change. SGD does w -= lr * w.grad.
optimizer = torch.optim.SGD([w], lr=learning_rate)

print(f"Prediction before training: f({x_test:g}) = {predict(x_test):.3f}")

for epoch in range(epochs):
    y_pred = predict(x)
    loss = criterion(y_pred, y)

    # Fills in w.grad, as in stage 2.
    loss.backward()

    # Changes w by w.grad, under no_grad.
    optimizer.step()

    # Empties w.grad. PyTorch sets it to
    # None, which means the same as zero.
    optimizer.zero_grad()

    if epoch % print_every == 0:
        print(f"epoch {epoch + 1}: w = {w:.3f}, loss = {loss:.8f}")

print(f"Prediction after training: f({x_test:g}) = {predict(x_test):.3f}")
