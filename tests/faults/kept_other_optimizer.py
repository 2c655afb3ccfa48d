import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
other = nn.Linear(2, 1)
other_opt = torch.optim.SGD(other.parameters(), lr=0.1)
for epoch in range(30):
    other_opt.zero_grad()  # fault
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()  # fault
    opt.step()
print(loss.item())
