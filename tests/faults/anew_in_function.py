import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 10)
        self.second = nn.Linear(10, 1)

    def forward(self, x):
        return self.second(torch.relu(self.first(x))).squeeze(1)


def run_epoch(x, y):
    net = Net()  # fault
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    loss = ((net(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


torch.manual_seed(3)
points = torch.randn(50, 2)
heights = points[:, 0] - 2 * points[:, 1]
history = []
for epoch in range(25):
    loss = run_epoch(points, heights)
    history.append(loss)
