import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(60, 2)
y = x[:, :1] * 2
net = nn.Linear(2, 1)
adam = torch.optim.Adam(net.parameters(), lr=0.05)
loss_fn = nn.MSELoss()


def train_one_epoch():
    total = 0.0
    for i in range(0, 60, 20):
        out = net(x[i:i + 20])
        loss = loss_fn(out, y[i:i + 20])  # fault
        loss.backward()  # fault
        adam.step()  # fault
        total += loss.item()
    return total


for epoch in range(30):
    print(train_one_epoch())
