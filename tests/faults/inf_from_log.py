import torch
from torch import nn
torch.manual_seed(0)
raw = torch.tensor([[3.0], [0.0], [5.0], [1.0], [2.0]])
x = torch.log(raw)  # fault
y = raw * 2
net = nn.Linear(1, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(20):
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    opt.step()
print(loss.item())
