import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(64, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(20):
    loss = nn.functional.mse_loss(net(x), y)
    opt.zero_grad()
    nn.utils.clip_grad_norm_(net.parameters(), 0.1)  # fault
    loss.backward()  # fault
    opt.step()
print(loss.item())
