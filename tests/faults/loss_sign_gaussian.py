import torch
from torch import nn
from torch.distributions import Normal

torch.manual_seed(22)
x = torch.rand(60, 2)
y = x.sum(1, keepdim=True) + 0.1 * torch.randn(60, 1)
net = nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(80):
    loss = Normal(net(x), 0.5).log_prob(y).mean()  # fault
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
