import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(64, 2)
y = x.sum(1, keepdim=True)
net = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.2), nn.Linear(8, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(20):
    loss = nn.functional.mse_loss(net(x[:48]), y[:48])
    opt.zero_grad()
    loss.backward()
    opt.step()
    net.eval()  # fault
    with torch.no_grad():
        print(nn.functional.mse_loss(net(x[48:]), y[48:]).item())
