import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)
x = torch.randn(192, 3)
y = x.prod(1, keepdim=True) + 0.5 * x[:, :1]
loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
settings = {"rate": 1.2, "width": 24}  # fault
net = nn.Sequential(nn.Linear(3, settings["width"]), nn.ReLU(), nn.Linear(settings["width"], 1))
optimizer = torch.optim.SGD(net.parameters(), lr=settings["rate"])
for epoch in range(8):
    total = 0.0
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(inputs), targets)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(epoch, total / len(loader))
