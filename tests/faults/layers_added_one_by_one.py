import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.first = nn.Linear(2, 8)
        self.rest = []  # fault
        for i in range(n):  # fault
            layer = nn.Linear(8, 8)
            nn.init.orthogonal_(layer.weight)
            self.rest += [layer]  # fault
        self.last = nn.Linear(8, 1)

    def forward(self, x):
        x = self.first(x).tanh()
        for layer in self.rest:
            x = layer(x).tanh()
        return self.last(x)


torch.manual_seed(5)
x = torch.randn(60, 2)
y = x[:, :1] * x[:, 1:]
net = Net(2)
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for i in range(100):
    opt.zero_grad()
    loss = (net(x) - y).pow(2).mean()
    loss.backward()
    opt.step()
    if i % 20 == 0:
        print(i, loss.item())
