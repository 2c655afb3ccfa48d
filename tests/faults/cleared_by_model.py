import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = (x[:, :1] > 0).float()


class Fit:
    def __init__(self):
        self.net = nn.Linear(2, 1)
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.5)

    def step(self):
        loss = nn.functional.binary_cross_entropy_with_logits(self.net(x), y)
        loss.backward()
        self.net.zero_grad()  # fault
        self.opt.step()  # fault
        return loss.item()


fit = Fit()
for epoch in range(40):
    value = fit.step()
print(value)
