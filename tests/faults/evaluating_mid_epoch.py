import torch
from torch import nn

torch.manual_seed(52)
x, y = torch.randn(120, 5), torch.randn(120, 1)
x_valid, y_valid = torch.randn(30, 5), torch.randn(30, 1)
net = nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
net.train()
for epoch in range(10):
    for batch in range(6):
        rows = slice(20 * batch, 20 * batch + 20)
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        if batch == 3:
            net.eval()  # fault
            with torch.no_grad():
                print(epoch, nn.functional.mse_loss(net(x_valid), y_valid).item())
