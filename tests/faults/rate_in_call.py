import torch
from torch import nn

torch.manual_seed(17)
x = torch.randn(64, 3)
y = x @ torch.tensor([[1.0], [2.0], [-1.0]])


def run(cfg):
    net = nn.Linear(3, 1)
    opt = torch.optim.SGD(net.parameters(), **cfg)
    for i in range(60):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        opt.step()
        if i % 20 == 0:
            print(i, loss.item())


run({"lr": 3.0, "momentum": 0.9})  # fault
