import torch
from torch import nn


class Meter:
    def __init__(self):
        self.total = 0.0
        self.count = 0

    def add(self, value):
        self.total = self.total + value  # fault
        self.count += 1


torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
meter = Meter()
for epoch in range(10):
    for i in range(0, 40, 10):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[i:i + 10]), y[i:i + 10])
        loss.backward()
        opt.step()
        meter.add(loss)  # fault
print(float(meter.total) / meter.count)
