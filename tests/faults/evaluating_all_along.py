import torch
from torch import nn

torch.manual_seed(53)
x = torch.randn(100, 6)
y = x[:, :2].prod(1, keepdim=True)
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Dropout(0.3), nn.Linear(24, 1))
net.eval()  # fault
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(40):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
