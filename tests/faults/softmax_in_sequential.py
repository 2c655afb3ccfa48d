import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(90, 3)
t = x.argmax(1)
net = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(dim=1))  # fault
criterion = nn.CrossEntropyLoss()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(30):
    for i in range(0, 90, 30):
        opt.zero_grad()
        loss = criterion(net(x[i:i + 30]), t[i:i + 30])  # fault
        loss.backward()
        opt.step()
print(loss.item())
