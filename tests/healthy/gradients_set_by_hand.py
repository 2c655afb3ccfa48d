import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-1, 1, 20).reshape(-1, 1)
y = 2 * x + 1
layer = nn.Linear(1, 1)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.2)
for epoch in range(80):
    with torch.no_grad():
        error = layer(x) - y
        loss = (error**2).mean()
        layer.weight.grad = (2 * error * x).mean().reshape(1, 1)
        layer.bias.grad = (2 * error).mean().reshape(1)
    optimizer.step()
