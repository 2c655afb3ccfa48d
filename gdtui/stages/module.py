"""A module of your own

Prediction: own nn.Module
Gradients: autograd
Loss: PyTorch
Parameter updates: PyTorch

The way every larger model is written: a class that says which layers there are
and how a prediction flows through them. The training loop stays as in stage 4.
"""

import torch
from torch import nn

inputs = [1, 2, 3, 4]  # x, the samples
targets = [2, 4, 6, 8]  # y, what the model should answer for each x
x_test = 5.0  # an x that training never sees
weight = -0.27769268  # the weight to start from, that of a recorded run
bias = -0.2588077783584595  # the bias to start from, that of a recorded run
seed = None  # a whole number starts at random instead, the same for the same number
learning_rate = 0.01  # how far one update moves against the gradient
epochs = 200  # how many times to go through all samples
print_every = 10  # print the first epoch, then every so many

# A layer takes one row for each sample and one column for each feature.
x = torch.tensor(inputs, dtype=torch.float32).reshape(-1, 1)
y = torch.tensor(targets, dtype=torch.float32).reshape(-1, 1)
n_samples, n_features = x.shape
print(f"Samples: {n_samples}, features: {n_features}")


class LinearRegression(nn.Module):
    def __init__(self, n_features, n_outputs):
        super().__init__()
        # A layer stored as an attribute registers its parameters with the module,
        # under the names linear.weight and linear.bias.
        self.linear = nn.Linear(n_features, n_outputs)

    def forward(self, x):
        # model(x) comes here. Other layers would follow one another in this place.
        return self.linear(x)


if seed is not None:
    torch.manual_seed(seed)
model = LinearRegression(n_features, n_outputs=1)
if seed is None:
    # Setting a start is not part of the model either, so no_grad again.
    with torch.no_grad():
        model.linear.weight.fill_(weight)
        model.linear.bias.fill_(bias)

print(f"Weight before training: {model.linear.weight.item():.4f}")
print(f"Bias before training: {model.linear.bias.item()}")


def predict(x):
    return model(torch.tensor([x], dtype=torch.float32)).item()


criterion = nn.MSELoss()

# The model says itself what can be learned.
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)

print(f"Prediction before training: f({x_test:g}) = {predict(x_test):.3f}")

for epoch in range(epochs):
    y_pred = model(x)
    loss = criterion(y_pred, y)

    # Fills in .grad of each parameter.
    loss.backward()

    # Moves both against their gradients.
    optimizer.step()

    # Empties them: backward() only adds.
    optimizer.zero_grad()

    if epoch % print_every == 0:
        w, b = model.linear.weight.item(), model.linear.bias.item()
        print(f"epoch {epoch + 1}: w = {w:.3f}, bias: {b:.3f}, loss = {loss:.8f}")

print(f"Prediction after training: f({x_test:g}) = {predict(x_test):.3f}")
