import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(opt, 10)
for epoch in range(20):
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()  # fault
    scheduler.step()  # fault
print(loss.item())
