import torch
from torch import nn
class Res(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.inp = nn.Linear(1, 6)
        blocks = []  # fault
        for _ in range(n):
            blocks.append(nn.Linear(6, 6))  # fault
        self.blocks = tuple(blocks)  # fault
        self.out = nn.Linear(6, 1)
    def forward(self, x):
        x = self.inp(x)
        for b in self.blocks: x = x + torch.relu(b(x))
        return self.out(x)
torch.manual_seed(0)
x = torch.linspace(-1, 1, 40)[:, None]
m = Res(2); o = torch.optim.SGD(m.parameters(), lr=0.02)
for e in range(40):
    l = nn.functional.mse_loss(m(x), x ** 2); o.zero_grad(); l.backward(); o.step()
print(l.item())
