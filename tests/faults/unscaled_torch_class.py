import torch
from torch import nn


class Prices:
    def __init__(self):
        self.size = torch.tensor([[850.0], [1200.0], [1500.0], [2100.0], [2500.0]])  # fault
        self.price = torch.tensor([[1.1], [1.5], [1.9], [2.6], [3.2]])


def main():
    torch.manual_seed(0)
    data = Prices()
    net = nn.Linear(1, 1)
    opt = torch.optim.SGD(net.parameters(), lr=0.01)  # fault
    for epoch in range(50):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(data.size), data.price)
        loss.backward()
        opt.step()
        print(loss.item())


main()
