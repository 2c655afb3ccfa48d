import torch
from torch import nn

torch.manual_seed(55)
x = torch.rand(80, 1) * 4
y = torch.sin(x) + 0.1 * torch.randn(80, 1)
unseen = torch.linspace(0, 4, 20)[:, None]
net = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(60):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        passes = torch.stack([net(unseen) for _ in range(8)])
    if epoch % 10 == 0:
        print(epoch, loss.item(), passes.std(0).mean().item())
