import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(20):
    opt.zero_grad()
    with torch.no_grad():  # fault
        out = net(x)  # fault
    loss = nn.functional.mse_loss(out, y)
    loss.requires_grad_()  # fault
    loss.backward()
    opt.step()
print(loss.item())
