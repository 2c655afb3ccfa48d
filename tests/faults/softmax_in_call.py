import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
x = torch.randn(60, 4)
t = x.argmax(1)
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 4))
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(30):
    opt.zero_grad()
    loss = F.cross_entropy(F.softmax(net(x), dim=-1), t)  # fault
    loss.backward()
    opt.step()
print(loss.item())
