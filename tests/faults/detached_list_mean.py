import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2); y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1); opt = torch.optim.SGD(net.parameters(), lr=0.1)
for e in range(20):
    losses = []
    for i in range(0, 40, 10):
        losses.append(nn.functional.mse_loss(net(x[i:i+10]), y[i:i+10]).item())  # fault
    loss = torch.tensor(losses, requires_grad=True).mean()  # fault
    opt.zero_grad(); loss.backward(); opt.step()
print(loss.item())
