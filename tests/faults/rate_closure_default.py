import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 3) * 2; y = x.sum(1, keepdim=True)
def build(lr=0.9):  # fault
    m = nn.Linear(3, 1)
    return m, torch.optim.SGD(m.parameters(), lr)  # fault
m, o = build()
for e in range(50):
    o.zero_grad(); l = nn.functional.mse_loss(m(x), y); l.backward(); o.step()
print(l.item())
