import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(20, 2)
labels = (x[:, 0] > 0).float()  # fault
net = nn.Linear(2, 2)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(5):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(x), labels)
    loss.backward()
    opt.step()
print(loss.item())
