import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(90, 3)
t = x.argmax(1)
net = nn.Linear(3, 3)
opt = torch.optim.SGD(net.parameters(), lr=0.5)


def predict(x):
    z = net(x)
    e = torch.exp(z - z.max(dim=1, keepdim=True).values)
    return e / e.sum(dim=1, keepdim=True)  # fault


for epoch in range(30):
    opt.zero_grad()
    loss = nn.CrossEntropyLoss()(predict(x), t)  # fault
    loss.backward()
    opt.step()
print(loss.item())
