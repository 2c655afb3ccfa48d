import torch
from torch import nn
torch.manual_seed(0)
class M(nn.Module):
    def __init__(self):
        super().__init__(); self.l = nn.Linear(2, 1)
    def forward(self, x): return self.l(x)
m = M(); opt = torch.optim.Adam(m.parameters(), lr=0.05)
x = torch.randn(30, 2); y = x[:, :1]
def train(n):
    out = m(x)  # fault
    for i in range(n):  # fault
        loss = (out - y).pow(2).mean()
        opt.zero_grad()
        loss.backward(retain_graph=True)  # fault
        opt.step()
    return loss.item()
print(train(50))
