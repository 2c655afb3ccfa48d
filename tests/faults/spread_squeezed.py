import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(30):
    pred = net(x).squeeze()  # fault
    loss = nn.functional.l1_loss(pred, y)  # fault
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
