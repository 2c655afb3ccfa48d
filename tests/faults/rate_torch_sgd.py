import torch
from torch import nn


def train(lr=2.5, epochs=40):  # fault
    torch.manual_seed(0)
    x = torch.randn(50, 2)
    y = x.sum(1, keepdim=True)
    net = nn.Linear(2, 1)
    opt = torch.optim.SGD(net.parameters(), lr=lr)  # fault
    for epoch in range(epochs):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        opt.step()
        print(loss.item())


train()
