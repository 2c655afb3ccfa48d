import torch
from torch import nn


def squared(a, b):
    return ((a - b) ** 2).mean()


class Reg(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, x):
        return self.body(x)


def run():
    torch.manual_seed(0)
    x = torch.randn(64, 3)
    t = x.sum(dim=1)  # fault
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, t), batch_size=16)
    m = Reg()
    o = torch.optim.Adam(m.parameters(), lr=1e-2)
    for e in range(20):
        for xb, tb in loader:
            o.zero_grad()
            l = squared(m(xb), tb)  # fault
            l.backward()
            o.step()
    print(l.item())


run()
