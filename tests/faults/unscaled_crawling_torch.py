import torch
from torch import nn

torch.manual_seed(32)
celsius = torch.rand(80, 1) * 60 + 20
humid = torch.rand(80, 1)
x = torch.cat([celsius, humid], dim=1)  # fault
y = 4.0 - 0.02 * celsius + 2.0 * humid


def train(model, epochs, lr=1e-4):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        if epoch % 100 == 0:
            print(epoch, loss.item())


train(nn.Linear(2, 1), 300)
