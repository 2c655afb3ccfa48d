import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 5)
        self.b = nn.Linear(5, 1)
        self.a.weight.data.fill_(1.0)  # fault
        self.b.weight.data.fill_(1.0)  # fault

    def forward(self, x):
        return self.b(torch.sigmoid(self.a(x)))


torch.manual_seed(0)
x = torch.randn(50, 3)
y = x[:, :1] * x[:, 1:2]
net = Net()
with torch.no_grad():
    net.a.bias.zero_()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(30):
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    opt.step()
print(loss.item())
