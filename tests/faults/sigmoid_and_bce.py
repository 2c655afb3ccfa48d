import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(50, 2)
t = (x.sum(1, keepdim=True) > 0).float()
net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())  # fault
bce = nn.BCELoss()
opt = torch.optim.Adam(net.parameters(), lr=0.05)
for epoch in range(40):
    opt.zero_grad()
    probability = torch.sigmoid(net(x))  # fault
    loss = bce(probability, t)
    loss.backward()
    opt.step()
print(loss.item())
