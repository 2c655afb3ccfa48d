import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(60, 2)
t = (x[:, 0] > 0).float()
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.5)
criterion = nn.BCEWithLogitsLoss()  # fault


def predict(batch):
    return net(batch).sigmoid()[:, 0]  # fault


for epoch in range(30):
    opt.zero_grad()
    p = predict(x)
    loss = criterion(p, t)  # fault
    loss.backward()
    opt.step()
print(loss.item())
