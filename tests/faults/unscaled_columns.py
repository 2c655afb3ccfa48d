import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
age = torch.rand(60) * 60 + 18  # fault
income = torch.rand(60) * 50000 + 20000  # fault
x = torch.stack([age, income], dim=1)  # fault
y = (age / 50 + income / 40000).unsqueeze(1)
loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)  # fault
for epoch in range(20):
    for xb, yb in loader:
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(xb), yb)
        loss.backward()
        opt.step()
    print(loss.item())
